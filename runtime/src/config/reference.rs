//! The page of all settings, docs/configuration.md, written from the definitions that the program parses.
//!
//! What a definition says in passing has a column here: the last paragraph of its help begins with "Read by", the name
//! of its value is the unit, and a sentence that begins with "Default:" is the default where the code computes one.

use clap::{Arg, Command};
use std::fmt::Write as _;

/// What stands above the tables.
const OPENING: &str = "\
# Configuration

Written by `comanda configuration > docs/configuration.md` from `runtime/src/config/args.rs` and what each payment
provider reads (its `settings.rs`); a test compares the two.
`comanda --help` says the same, with the values in force.

Every setting is an environment variable and a flag; the flag wins. The start checks everything and names all that is
wrong in one message. A duration is `250ms`, `10s`, `5m` or `2h`, up to `168h`; a number alone is seconds.
`comanda serve` is the API and the gateway in one process.

**Production** (`COMANDA_ENV=production`) refuses to start with missing, short or default secrets, without
`ALLOWED_ORIGINS` or with a wildcard in it, with an origin, a diner app or a public address that is not https, with
`COMANDA_DEBUG` on, with rate limits off, and while the demo's logins let people in with their published passwords.
**Development** refuses to listen on an address that other machines reach, unless `COMANDA_ALLOW_OPEN_DEVELOPMENT` is
on. `comanda api` and `comanda ws-gateway` as separate processes need `DATABASE_URL` with PostgreSQL, and `REDIS_URL`.
";

/// What each column says.
const COLUMNS: &str = "| variable | flag | default | unit | read by | meaning |\n|---|---|---|---|---|---|\n";

/// A setting as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The heading it stands under.
    pub section: String,
    /// The environment variable.
    pub variable: String,
    /// The flag, without its dashes.
    pub flag: String,
    /// What is in force when nothing is said.
    pub default: String,
    /// The words that may be written, or what is counted or named.
    pub unit: String,
    /// The processes that make use of it.
    pub read_by: String,
    /// What it does.
    pub meaning: String,
}

/// The page of all settings of `command` in Markdown. What it hides from its help is for tests.
#[must_use]
pub fn reference(command: &Command) -> String {
    let mut page = OPENING.to_owned();
    let mut section = "";
    let settings = settings(command);
    for setting in &settings {
        if setting.section != section {
            section = &setting.section;
            let _ = write!(page, "\n## {section}\n\n{COLUMNS}");
        }
        let Setting { variable, flag, default, unit, read_by, meaning, .. } = setting;
        let _ = writeln!(page, "| `{variable}` | `--{flag}` | {default} | {unit} | {read_by} | {meaning} |");
    }
    page
}

/// The settings of `command`, in the order of their definitions.
#[must_use]
pub fn settings(command: &Command) -> Vec<Setting> {
    command.get_arguments().filter(|arg| !arg.is_hide_set()).filter_map(setting).collect()
}

/// Nothing for what is no setting: `--help`.
fn setting(arg: &Arg) -> Option<Setting> {
    let variable = arg.get_env()?.to_str()?.to_owned();
    let help = arg.get_long_help().or(arg.get_help())?.to_string();
    let (meaning, read_by) = help.rsplit_once("Read by ")?;
    let (meaning, computed) = without_default(&meaning.split_whitespace().collect::<Vec<_>>().join(" "));
    let values: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let default = if values.is_empty() { computed? } else { format!("`{}`", values.join(",")) };
    Some(Setting {
        section: arg.get_help_heading()?.to_owned(),
        variable,
        flag: arg.get_long()?.to_owned(),
        default,
        unit: unit(arg),
        read_by: read_by.trim().trim_end_matches('.').to_owned(),
        meaning,
    })
}

/// The text without its sentence on the default, and what that sentence says.
fn without_default(text: &str) -> (String, Option<String>) {
    const LEAD: &str = "Default: ";
    let Some((before, rest)) = text.split_once(LEAD) else { return (text.to_owned(), None) };
    let (default, after) = rest.split_once(". ").unwrap_or((rest.trim_end_matches('.'), ""));
    (format!("{before}{after}").trim().to_owned(), Some(default.to_owned()))
}

/// The words that may be written, or else what is counted or named.
fn unit(arg: &Arg) -> String {
    let words = arg.get_possible_values();
    let word = |value: &clap::builder::PossibleValue| {
        let help = value.get_help().map(|help| format!(" ({})", lower_first(&help.to_string()))).unwrap_or_default();
        format!("`{}`{help}", value.get_name())
    };
    let name = arg.get_value_names().unwrap_or_default().first().map(|name| name.to_lowercase()).unwrap_or_default();
    if name == "true_or_false" {
        "`true` or `false`".to_owned()
    } else if words.is_empty() {
        name
    } else {
        words.iter().map(word).collect::<Vec<_>>().join(", ")
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_that_is_computed_is_a_sentence_of_the_help() {
        assert_eq!(without_default("A. Default: b, c. D."), ("A. D.".to_owned(), Some("b, c".to_owned())));
        assert_eq!(without_default("A. Default: http:// and x."), ("A.".to_owned(), Some("http:// and x".to_owned())));
        assert_eq!(without_default("A."), ("A.".to_owned(), None));
    }
}
