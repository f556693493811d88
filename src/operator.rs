//! What an operator does at the command line: look for lost payments, put given-up work back, compare a day with the
//! provider, verify the audit log, add the demo restaurant. Beside a running server: the database's leases keep them
//! apart. Businesses and logins are in `businesses.rs` and `logins.rs`.

use crate::{
    console::{Failure, print},
    demo_pictures,
    process::Process,
};
use chrono::NaiveDate;
use clap::Subcommand;
use domain::SyncId;
use operations::{
    demo,
    payment::{self, Refunds, Syncs},
    work::work_off,
};
use pictures::Pictures;
use std::time::{Duration, Instant};
use store::{SYNCS, Verified};
use wire::reconcile::Report;

/// The longest that a sweep waits for the queue to empty.
const PATIENCE: Duration = Duration::from_secs(60);

/// What to do with dead letters.
#[derive(Clone, Debug, Default, Subcommand)]
pub(crate) enum DeadLetters {
    /// One line each. The default.
    #[default]
    List,
    /// All that is known of one, with the last notices about it.
    Show {
        /// Its number.
        id: i64,
    },
    /// Puts one, or all, back into the queue.
    Replay {
        /// Its number.
        #[arg(required_unless_present = "all")]
        id: Option<i64>,
        /// All of them.
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
}

/// What to do with the audit log.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum Audit {
    /// Recomputes every digest. Ends with an error when a chain is broken.
    Verify,
}

/// The sandbox is in the server's process: from here its account would only be asked for at the real provider.
fn ensure_reachable(process: &Process) -> Result<(), Failure> {
    if process.settings.sandbox {
        return Err("the demo pays in a sandbox inside the running server, which sweeps by itself; \
            set MERCADOPAGO_ACCESS_TOKEN, or run in production mode"
            .into());
    }
    Ok(())
}

/// `comanda seed`: for development alone, and only where nobody has a business.
pub(crate) async fn seed(process: &Process) -> Result<(), Failure> {
    if process.settings.is_production() {
        return Err("the demo restaurant never enters a production database: the README publishes its passwords. \
            `comanda init` opens a restaurant of your own; to try the demo, leave COMANDA_ENV out and name another \
            COMANDA_DATA_DIR or DATABASE_URL"
            .into());
    }
    let pictures = demo_pictures::paint(&process.db, &Pictures::new(&process.settings.pictures)?).await?;
    demo::seed(&process.db, &pictures).await?;
    if demo::is_laid(&process.db).await? {
        return Ok(());
    }
    Err("there is a business in this database, and the demo restaurant is added to an empty one alone: name another \
        COMANDA_DATA_DIR or DATABASE_URL"
        .into())
}

/// `comanda sweep-payments`
pub(crate) async fn sweep_payments(process: &Process) -> Result<(), Failure> {
    ensure_reachable(process)?;
    let (db, providers) = (&process.db, &process.providers);
    let swept = payment::sweep_all(db, providers).await?;
    let begun = Instant::now();
    let mut worked = 0;
    loop {
        let done = work_off(db, Syncs(providers.clone())).await? + work_off(db, Refunds(providers.clone())).await?;
        worked += done;
        if begun.elapsed() > PATIENCE {
            break;
        }
        if done > 0 {
            continue;
        }
        // What is due within moments, or in another process's hands, is waited for; what waits longer is its own
        // affair.
        match db.next_work(&SYNCS).await? {
            Some(at) if at - db.clock().now() < chrono::TimeDelta::seconds(2) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            _ => break,
        }
    }
    print(&format!(
        "{} checkouts, {} accounts and {} quiet payments looked for; {} adopted, {} expired, {} put into the queue, \
         {worked} pieces worked off, {} calls failed.",
        swept.checkouts, swept.accounts, swept.stale, swept.adopted, swept.expired, swept.enqueued, swept.failed
    ))
}

/// `comanda dead-letters`
pub(crate) async fn dead_letters(process: &Process, what: DeadLetters) -> Result<(), Failure> {
    let db = &process.db;
    match what {
        DeadLetters::List => {
            for job in db.all_dead_letters().await? {
                let error = job.last_error.as_deref().unwrap_or("-");
                print(&format!(
                    "{:>8}  {:<6}  tenant {} account {}  {} {}  {} tries  {}  {error}",
                    job.id.get(),
                    job.status,
                    job.tenant_id.get(),
                    job.account_id.get(),
                    job.kind,
                    job.resource_id,
                    job.attempts,
                    job.updated_at.to_rfc3339()
                ))?;
            }
            Ok(())
        }
        DeadLetters::Show { id } => {
            let letter = payment::dead_letter_of_any(db, SyncId(id)).await?;
            print(&serde_json::to_string_pretty(&letter)?)
        }
        DeadLetters::Replay { id: Some(id), .. } => {
            let replayed = payment::replay_as_operator(db, &[SyncId(id)]).await?;
            print(&format!("{replayed} put back into the queue."))
        }
        DeadLetters::Replay { id: None, .. } => {
            let ids: Vec<_> = db.all_dead_letters().await?.into_iter().map(|job| SyncId(job.id.get())).collect();
            let replayed = payment::replay_as_operator(db, &ids).await?;
            print(&format!("{replayed} put back into the queue."))
        }
    }
}

/// `comanda reconcile`
pub(crate) async fn reconcile(process: &Process, day: Option<NaiveDate>) -> Result<(), Failure> {
    ensure_reachable(process)?;
    let (reports, mut errors) = payment::reconcile_all(&process.db, &process.providers, day).await?;
    reports.iter().try_for_each(|report| print(&text(report)))?;
    match errors.pop() {
        Some(error) => Err(format!("{} accounts could not be compared: {error}", errors.len() + 1).into()),
        None if reports.is_empty() => print("No account to compare with."),
        None => Ok(()),
    }
}

fn text(report: &Report) -> String {
    let head = format!(
        "branch {} account {} {}: {} matched, {} differing, {} orphan, {} missing; provider {} cents, ledger {} cents, \
         difference {} cents{}",
        report.branch_id.get(),
        report.account_id.get(),
        report.day,
        report.matched,
        report.differing,
        report.orphan,
        report.missing,
        report.provider_cents,
        report.ledger_cents,
        report.difference_cents,
        if report.ledger_faults.is_empty() { "" } else { "; THE LEDGER DOES NOT ADD UP" }
    );
    let lines = report.lines.iter().map(|line| {
        format!("  {:?} {} ({} cents): {}", line.kind, line.provider_payment_id, line.difference_cents, line.note)
    });
    let faults = report.ledger_faults.iter().map(|fault| {
        format!(
            "  {} {}: {} recorded, {} by its rows",
            fault.kind, fault.id, fault.recorded_cents, fault.allocated_cents
        )
    });
    std::iter::once(head).chain(lines).chain(faults).collect::<Vec<_>>().join("\n")
}

/// `comanda audit verify`. The printed heads are worth keeping elsewhere: whoever can rewrite the whole database can
/// rewrite a whole chain, but not a head that was written down.
pub(crate) async fn audit(process: &Process, what: Audit) -> Result<(), Failure> {
    let Audit::Verify = what;
    let mut broken = 0;
    for (tenant, slug) in process.db.tenants().await? {
        let line = match process.db.verify_audit(tenant).await? {
            Verified::Intact(head) => format!("{slug}: intact, {} rows, head {}", head.seq, head.hash),
            Verified::Broken { seq, why } => {
                broken += 1;
                format!("{slug}: BROKEN at row {seq}: {why}")
            }
            Verified::Unnumbered { rows } => {
                broken += 1;
                format!("{slug}: {rows} rows that this program did not write")
            }
        };
        print(&line)?;
    }
    if broken > 0 { Err(format!("{broken} audit logs are not as they were written").into()) } else { Ok(()) }
}
