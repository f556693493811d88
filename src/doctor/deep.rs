//! `comanda doctor --deep`: the invariants of everything that is stored, row by row, with its progress at a terminal.

use super::{Patient, database};
use crate::{console::Failure, terminal};
use domain::SystemClock;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use runtime::Bus;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::IsTerminal,
    sync::Arc,
    time::{Duration, Instant},
};
use store::{Checked, Database, Finding, Step};

/// Findings that are told one by one; of more, the number is told.
const TOLD: usize = 1_000;
/// How often a log that is no terminal hears how far it is.
const NEWS: Duration = Duration::from_secs(10);
/// Connections of the look: it runs one statement at a time beside a server that needs the others.
const CONNECTIONS: u32 = 1;

/// What the look found.
#[derive(Debug, Default, Serialize)]
pub(super) struct Deep {
    /// Whether it came to its end.
    complete: bool,
    /// Why it did not.
    failure: Option<String>,
    /// Businesses that were looked at.
    businesses: u64,
    /// Rows and events that were looked at.
    rows: u64,
    /// How many findings there were, those that are not told one by one included.
    found: u64,
    /// How many of each invariant.
    by_invariant: BTreeMap<&'static str, u64>,
    /// The first of them.
    findings: Vec<Told>,
}

/// A finding as it is told.
#[derive(Debug, Serialize)]
struct Told {
    invariant: &'static str,
    rule: &'static str,
    business: String,
    table: &'static str,
    id: i64,
    what: String,
}

impl From<Finding> for Told {
    fn from(finding: Finding) -> Self {
        let Finding { invariant, rule, business, table, id, what } = finding;
        Self { invariant, rule, business, table, id, what }
    }
}

impl Deep {
    /// How much is wrong: a look that did not come to its end is.
    pub(super) fn wrong(&self) -> u64 {
        self.found + u64::from(!self.complete)
    }

    pub(super) fn text(&self) -> String {
        let mut lines: Vec<String> = self.findings.iter().map(Told::text).collect();
        if let Some(rest) = self.found.checked_sub(self.findings.len() as u64).filter(|rest| *rest > 0) {
            lines.push(format!("WRONG    {rest} more, of which nothing is told one by one"));
        }
        let many = if self.businesses == 1 { "business" } else { "businesses" };
        let counted = format!("{} rows of {} {many}", self.rows, self.businesses);
        lines.push(match &self.failure {
            Some(why) => format!("WRONG    {:<22} not complete, after {counted}: {why}", "deep"),
            None if self.found == 0 => format!("ok       {:<22} every invariant holds for {counted}", "deep"),
            None => format!(
                "WRONG    {:<22} {} of {counted} break an invariant; docs/doctor.md says what to do",
                "deep", self.found
            ),
        });
        lines.join("\n")
    }

    fn note(&mut self, finding: Finding) {
        self.found += 1;
        *self.by_invariant.entry(finding.invariant).or_default() += 1;
        if self.findings.len() < TOLD {
            self.findings.push(finding.into());
        }
    }
}

impl Told {
    fn text(&self) -> String {
        let Self { invariant, rule, business, table, id, what } = self;
        format!("WRONG    {invariant:<22} {business}, {table} {id}: {what} ({rule})")
    }
}

/// Looks at everything; `is_sound` says whether the database can be looked at at all.
pub(super) async fn look(patient: &Patient, is_sound: bool, json: bool) -> Deep {
    let mut deep = Deep::default();
    let mut progress = Progress::begin(json);
    let looked = if is_sound {
        walk(patient, &mut |step| match step {
            Step::Found(finding) => deep.note(finding),
            Step::At { business, table, done, of } => progress.at(&business, table, (done, of)),
        })
        .await
    } else {
        Err("the database cannot be looked at: see the lines above".into())
    };
    progress.end();
    match looked {
        Ok(Checked { businesses, rows, .. }) => Deep { complete: true, businesses, rows, ..deep },
        Err(error) => Deep { failure: Some(error.to_string()), ..deep },
    }
}

async fn walk(patient: &Patient, tell: &mut (dyn FnMut(Step) + Send)) -> Result<Checked, Failure> {
    let location = database::location(patient).ok_or("there is no database yet")?;
    let db = Database::connect(&location, CONNECTIONS, Arc::new(SystemClock), Arc::new(Bus::in_process())).await?;
    Ok(db.check_invariants(tell).await?)
}

/// How far it is: a bar at a terminal, a line now and then elsewhere, nothing beside JSON without a terminal.
struct Progress {
    bar: ProgressBar,
    plain: bool,
    said: Instant,
}

impl Progress {
    fn begin(json: bool) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let target = if is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(1), target);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} %  {elapsed_precise}  {msg}") {
            bar.set_style(style);
        }
        Self { bar, plain: !is_terminal && !json, said: Instant::now() }
    }

    fn at(&mut self, business: &str, table: &str, (done, of): (u64, u64)) {
        self.bar.set_length(of);
        self.bar.set_position(done);
        self.bar.set_message(format!("{business}: {table}"));
        if self.plain && self.said.elapsed() > NEWS {
            self.said = Instant::now();
            let percent = done.saturating_mul(100).checked_div(of).unwrap_or_default();
            terminal::say(&format!("{percent} %: {business}, {table}"));
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}
