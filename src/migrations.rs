//! `comanda migrate`: brings the schema up to date, or says what it is, what waits, and whether somebody has done it.

use crate::{
    console::{Failure, print},
    process::Process,
};
use std::time::Duration;
use store::Schema;
use tokio::time::{Instant, sleep};

/// What of it.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Migrate {
    /// Says what the schema is and changes nothing; fails where it is not up to date.
    #[arg(long, group = "instead")]
    status: bool,
    /// Lists what would be done, in its order, and changes nothing.
    #[arg(long, group = "instead")]
    plan: bool,
    /// Waits until another process has brought the schema up to date.
    #[arg(long, group = "instead")]
    wait: bool,
    /// The most seconds that `--wait` waits.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, requires = "wait")]
    timeout: u32,
}

impl Migrate {
    pub(crate) async fn run(&self, process: &Process) -> Result<(), Failure> {
        if self.wait {
            return wait(process, Duration::from_secs(self.timeout.into())).await;
        }
        if !self.status && !self.plan {
            return Ok(process.db.migrate().await?);
        }
        let schema = process.db.schema().await?;
        print(&if self.plan { plan(&schema) } else { status(&schema) })?;
        match complaint(&schema) {
            Some(complaint) if self.status => Err(complaint.into()),
            _ => Ok(()),
        }
    }
}

async fn wait(process: &Process, patience: Duration) -> Result<(), Failure> {
    let deadline = Instant::now() + patience;
    loop {
        let schema = process.db.schema().await?;
        match complaint(&schema) {
            None => return Ok(()),
            // Nobody goes back: waiting would not help.
            Some(complaint) if schema.pending.is_empty() => return Err(complaint.into()),
            Some(complaint) if Instant::now() >= deadline => {
                return Err(format!("{complaint}, after {} seconds", patience.as_secs()).into());
            }
            Some(_) => sleep(Duration::from_secs(1)).await,
        }
    }
}

/// Why this program does not start on that schema.
fn complaint(schema: &Schema) -> Option<String> {
    if let Some(newer) = schema.newer.iter().rfind(|newer| !newer.is_additive) {
        return Some(format!("the schema is of a newer version of Comanda ({})", newer.name));
    }
    let pending = schema.pending.len();
    (pending > 0).then(|| format!("the schema lacks {pending} migrations; `comanda migrate` makes them"))
}

fn status(schema: &Schema) -> String {
    let mut said = format!("{} migrations made, {} to make", schema.applied, schema.pending.len());
    for newer in &schema.newer {
        let what =
            if newer.is_additive { "which only adds: this version goes on" } else { "which this version does not fit" };
        said.push_str(&format!("\n{}: of a newer version, {what}", newer.name));
    }
    said
}

fn plan(schema: &Schema) -> String {
    if schema.pending.is_empty() {
        return "Nothing is to be done: the schema is up to date.".to_owned();
    }
    let mut said = "In one transaction, all of it or nothing:".to_owned();
    for change in &schema.pending {
        let ends = if change.is_additive { "" } else { "   (stop every older process first)" };
        said.push_str(&format!("\n{}{ends}", change.name));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::SchemaChange;

    fn change(name: &str, is_additive: bool) -> SchemaChange {
        SchemaChange { name: name.to_owned(), is_additive }
    }

    fn newer(is_additive: bool) -> Schema {
        let newer = vec![change("m20991231_000001_tomorrow", is_additive)];
        Schema { applied: 70, pending: Vec::new(), newer }
    }

    #[test]
    fn what_only_adds_is_no_complaint() {
        assert_eq!(complaint(&newer(true)), None);
        assert!(complaint(&newer(false)).unwrap().contains("tomorrow"));
        assert!(status(&newer(true)).contains("this version goes on"));
    }

    #[test]
    fn a_plan_says_what_older_processes_do_not_survive() {
        let pending = vec![change("m20261124_000001_first", false), change("m20991231_000001_tomorrow", true)];
        let schema = Schema { pending, ..Schema::default() };
        let said = plan(&schema);
        assert!(said.contains("first   (stop") && said.ends_with("tomorrow"), "{said}");
        assert_eq!(complaint(&schema).unwrap(), "the schema lacks 2 migrations; `comanda migrate` makes them");
    }
}
