//! The page is what the definitions say, and what documents and deployments name exists.

use super::*;
use runtime::config::{Setting, settings};
use std::{collections::BTreeSet, fs, path::PathBuf};

/// Variables that are no settings of the program: whose they are.
const OTHERS: [(&str, &str); 6] = [
    ("COMANDA_SITE", "deploy/Caddyfile"),
    ("POSTGRES_PASSWORD", "compose.yaml"),
    ("COMANDA_BENCH_BESIDE", "bench/src/main.rs"),
    ("COMANDA_MOVE_TO", "src/keeping/moving.rs"),
    ("COMANDA_TEST_POSTGRES", "tests/src/database.rs"),
    ("COMANDA_TEST_REDIS", "tests/src/redis.rs"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn known() -> BTreeSet<String> {
    settings(&Cli::command()).into_iter().map(|setting| setting.variable).collect()
}

/// Whether it is a setting, or a variable of `path` itself.
fn exists(variable: &str, path: &str) -> bool {
    known().contains(variable)
        || OTHERS.iter().any(|(name, whose)| *name == variable && (*whose == path || read(whose).contains(name)))
}

/// Words such as `COMANDA_LOG` in `text`; one that ends in `_` or is followed by `*` names a family.
fn variables(text: &str) -> BTreeSet<String> {
    let word = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let words = text.split(|c: char| !word(c)).map(str::to_owned);
    words.filter(|word| word.starts_with("COMANDA_") || word.starts_with("MERCADOPAGO_")).collect()
}

#[test]
fn the_page_is_what_the_definitions_say() {
    let page = page();
    let committed = read("docs/configuration.md");
    if let Some((line, (ours, theirs))) =
        page.lines().zip(committed.lines()).enumerate().find(|(_, (ours, theirs))| ours != theirs)
    {
        panic!(
            "docs/configuration.md differs in line {}:\n  {theirs}\nwhere the code says\n  {ours}\nrun `just documents`",
            line + 1
        );
    }
    assert_eq!(page, committed.replace("\r\n", "\n"), "one of the two goes on: run `just documents`");
}

#[test]
fn every_definition_is_on_the_page() {
    let command = Cli::command();
    let listed = known();
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let variable = arg.get_env().map(|name| name.to_string_lossy().into_owned());
        let variable = variable.unwrap_or_else(|| panic!("{} has no environment variable", arg.get_id()));
        assert!(listed.contains(&variable), "{variable}: section, default or \"Read by\" is missing");
    }
    assert!(listed.len() > 40, "{listed:?}");
    let mut seen = BTreeSet::new();
    let mut last = String::new();
    for setting in settings(&Cli::command()) {
        let Setting { section, variable, unit, read_by, meaning, default, .. } = setting;
        assert!(section == last || seen.insert(section.clone()), "{variable}: the section {section} is split");
        last = section;
        assert!(!unit.is_empty() && unit != variable.to_lowercase(), "{variable} has no unit");
        assert!(
            !meaning.contains('|') && !default.contains('|') && meaning.ends_with(['.', '`']),
            "{variable}: {meaning}"
        );
        let readers = ["every process", "the API", "the gateway", "the API and the gateway"];
        let known = readers.contains(&read_by.as_str()) || read_by == "the API, `sweep-payments` and `reconcile`";
        assert!(known, "{variable} is read by {read_by}");
    }
}

/// "from 1 to 1000" is what the parser takes, and nothing beside it.
#[test]
fn a_range_that_is_said_is_the_one_in_force() {
    let mut checked = 0;
    for Setting { variable, flag, meaning, .. } in settings(&Cli::command()) {
        let Some((_, range)) = meaning.split_once("from ") else { continue };
        let Some((low, rest)) = range.split_once(" to ") else { continue };
        let high: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let (Ok(low), Ok(high)) = (low.parse::<u64>(), high.parse::<u64>()) else { continue };
        let takes = |value: u64| {
            Cli::command().try_get_matches_from(["comanda".to_owned(), format!("--{flag}={value}")]).is_ok()
        };
        assert!(takes(low) && takes(high) && !takes(high + 1), "{variable}: {low} to {high}");
        assert!(low == 0 || !takes(low - 1), "{variable}: {low} to {high}");
        checked += 1;
    }
    assert_eq!(checked, 3, "a range was lost");
}

#[test]
fn what_a_deployment_sets_exists() {
    let known = known();
    let compose = read("compose.yaml");
    let proxy = read("deploy/Caddyfile");
    for line in read("deploy/env.example").lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let (variable, _) = line.split_once('=').unwrap_or_else(|| panic!("deploy/env.example: {line}"));
        assert!(exists(variable, "compose.yaml"), "deploy/env.example: nobody reads {variable}");
        assert!(
            compose.contains(&format!("${{{variable}:")),
            "deploy/env.example: compose.yaml passes no {variable} on"
        );
    }
    let example = read("deploy/env.example");
    for (at, _) in compose.match_indices("${") {
        let variable: String = compose[at + 2..].chars().take_while(|c| *c != ':' && *c != '}').collect();
        assert!(
            example.contains(&format!("\n{variable}=")),
            "compose.yaml asks for {variable}, deploy/env.example has none"
        );
    }
    let (_, passed) = compose.split_once("  environment:\n").unwrap();
    let passed = passed.split("\n\n").next().unwrap();
    let names = passed.lines().filter_map(|line| line.trim().split_once(": ")).map(|(name, _)| name);
    let names: Vec<_> = names.filter(|name| !name.starts_with('#')).collect();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        assert!(known.contains(name), "compose.yaml: the program knows no {name}");
    }
    assert!(proxy.contains("{$COMANDA_SITE}") || proxy.contains("{$COMANDA_SITE:"), "{proxy}");
}

#[test]
fn what_documents_name_exists() {
    let folders = ["docs/decisions", "docs/runbook", "deploy/kubernetes", "deploy/systemd"];
    let pages = folders.into_iter().flat_map(|folder| {
        let entries = fs::read_dir(root().join(folder)).unwrap();
        entries.map(move |entry| format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()))
    });
    let documents = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "Dockerfile",
        "compose.yaml",
        "justfile",
        "docs/README.md",
        "docs/design.md",
        "docs/invariants.md",
        "docs/payments.md",
        "docs/configuration.md",
        "docs/servers.md",
        "docs/metrics.md",
        "docs/scale.md",
        "docs/doctor.md",
        "deploy/README.md",
        "docs/clients/realtime.md",
        "docs/clients/admin-kitchen.md",
        "docs/clients/diner-waiter.md",
    ];
    for path in documents.map(str::to_owned).into_iter().chain(pages) {
        for variable in variables(&read(&path)) {
            let family = variable.ends_with('_') && known().iter().any(|name| name.starts_with(&variable));
            assert!(family || exists(&variable, &path), "{path} names {variable}, which nobody reads");
        }
    }
}
