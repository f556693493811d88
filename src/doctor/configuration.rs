//! The settings: every one that cannot be read, and every one that a start would refuse.

use super::{Patient, report::Line};
use crate::{Cli, Command};
use clap::{
    CommandFactory, FromArgMatches, Parser,
    builder::Resettable,
    error::{ContextKind, ContextValue},
};
use runtime::Environment;

/// The command line. For `doctor`, a variable that cannot be read is told beside the result, and passed over; for any
/// other command the first one ends the program, as always.
pub(crate) fn parse() -> (Cli, Vec<String>) {
    let (mut command, mut unread) = (Cli::command(), Vec::new());
    loop {
        match command.clone().try_get_matches().and_then(|mut found| Cli::from_arg_matches_mut(&mut found)) {
            Ok(cli) if unread.is_empty() || matches!(cli.command, Some(Command::Doctor(_))) => return (cli, unread),
            // Ends with the first message, as if nobody had gone on.
            Ok(_) => return (Cli::parse(), Vec::new()),
            Err(error) => match passed_over(&mut command, &error) {
                Some(why) => unread.push(why),
                None => error.exit(),
            },
        }
    }
}

/// Makes `command` read no variable for the argument that `error` is about; why it cannot be read. None where the
/// argument was on the command line.
fn passed_over(command: &mut clap::Command, error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else { return None };
    let flag = shown.trim_start_matches('-').split([' ', '=', '[']).next()?.to_owned();
    let arg = command.get_arguments().find(|arg| arg.get_long() == Some(&flag))?;
    let (id, variable) = (arg.get_id().clone(), arg.get_env()?.to_string_lossy().into_owned());
    let text = error.to_string();
    let why = text.split("\n\nFor more").next().unwrap_or_default().trim_start_matches("error: ");
    let why = why.split_whitespace().collect::<Vec<_>>().join(" ").replace(": ", ", ");
    *command = std::mem::take(command).mut_arg(id, |arg| arg.env(Resettable::Reset));
    Some(format!("{variable} cannot be read ({why}): `comanda configuration` says what it may be"))
}

/// What is wrong with the settings, and which are weak.
pub(super) fn lines(patient: &Patient, unread: Vec<String>) -> Vec<Line> {
    let known = &patient.known;
    let mut lines: Vec<Line> =
        unread.iter().chain(&known.problems).map(|why| Line::refused(check_of(why), why)).collect();
    if lines.is_empty() {
        let environment = match patient.args.environment {
            Environment::Production => "production",
            Environment::Development => "development",
        };
        lines.push(Line::ok("configuration", format!("every setting can be used, in {environment}")));
    }
    let weak = |why: &String| Line { state: super::report::State::Warning, ..Line::refused("secrets", why) };
    lines.extend(known.weak.iter().map(weak));
    lines
}

/// The subject of a message about settings.
fn check_of(message: &str) -> &'static str {
    let secret = ["_SECRET", "_KEY", "_TOKEN"];
    let variable = message.split(' ').next().unwrap_or_default();
    if secret.iter().any(|end| variable.ends_with(end)) { "secrets" } else { "configuration" }
}
