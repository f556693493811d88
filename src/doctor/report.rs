//! What the doctor says: a line a look, as a table for people or as JSON for programs.

use super::deep::Deep;
use crate::{
    console::{Failure, print},
    terminal::say,
};
use serde::Serialize;

/// How something is; the order is from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// As it should be.
    Ok,
    /// It works, and somebody should look.
    Warning,
    /// Something does not work, or will not.
    Wrong,
}

/// What one look found.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Line {
    /// What was looked at: a subject and a part of it, such as `database.rights`.
    pub(super) check: &'static str,
    /// How it is.
    pub(super) state: State,
    /// What was found.
    pub(super) what: String,
    /// The command or setting that cures it.
    pub(super) cure: Option<String>,
}

impl Line {
    pub(super) fn ok(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, state: State::Ok, what: what.into(), cure: None }
    }

    pub(super) fn warning(check: &'static str, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { check, state: State::Warning, what: what.into(), cure: Some(cure.into()) }
    }

    pub(super) fn wrong(check: &'static str, what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { check, state: State::Wrong, what: what.into(), cure: Some(cure.into()) }
    }

    /// A message of the start, which says after its last colon what to set.
    pub(super) fn refused(check: &'static str, message: &str) -> Self {
        let (what, cure) = message.split_once(": ").unwrap_or((message, "docs/configuration.md says what it may be"));
        Self::wrong(check, what, cure)
    }

    pub(super) fn is_wrong(&self) -> bool {
        self.state == State::Wrong
    }
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(super) struct Report {
    lines: Vec<Line>,
    pub(super) deep: Option<Deep>,
}

/// The JSON of a report; docs/doctor.md describes it.
#[derive(Serialize)]
struct Said<'a> {
    version: &'static str,
    ok: bool,
    wrong: u64,
    warnings: u64,
    checks: &'a [Line],
    deep: Option<&'a Deep>,
}

impl Report {
    pub(super) fn add(&mut self, lines: Vec<Line>) {
        self.lines.extend(lines);
    }

    fn count(&self, state: State) -> u64 {
        self.lines.iter().filter(|line| line.state == state).count() as u64
    }

    fn wrong(&self) -> u64 {
        self.count(State::Wrong) + self.deep.as_ref().map_or(0, Deep::wrong)
    }

    pub(super) fn print(&self, json: bool) -> Result<(), Failure> {
        if json {
            let (wrong, warnings) = (self.wrong(), self.count(State::Warning));
            let version = env!("CARGO_PKG_VERSION");
            let said = Said { version, ok: wrong == 0, wrong, warnings, checks: &self.lines, deep: self.deep.as_ref() };
            return print(&serde_json::to_string_pretty(&said)?);
        }
        self.lines.iter().try_for_each(|line| print(&line.text()))?;
        self.deep.as_ref().map_or(Ok(()), |deep| print(&deep.text()))
    }

    /// A failure where something is wrong, or `strict` and there are warnings.
    pub(super) fn verdict(&self, strict: bool) -> Result<(), Failure> {
        let (wrong, warnings) = (self.wrong(), self.count(State::Warning));
        if wrong > 0 || strict && warnings > 0 {
            return Err(format!("{wrong} wrong, {warnings} to look at").into());
        }
        say(&format!("Nothing is wrong; {warnings} to look at."));
        Ok(())
    }
}

impl Line {
    /// A row of the table, and under it what cures it.
    fn text(&self) -> String {
        let word = match self.state {
            State::Ok => "ok",
            State::Warning => "WARNING",
            State::Wrong => "WRONG",
        };
        let row = format!("{word:<8} {:<22} {}", self.check, self.what);
        self.cure.as_ref().map_or(row.clone(), |cure| format!("{row}\n{:32}=> {cure}", ""))
    }
}
