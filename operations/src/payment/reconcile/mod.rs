//! Reconciliation: compares a day of a branch with the provider's list. It shows payments that agree, that differ, that
//! no check of ours asked for, and that the provider does not list. The difference is zero, or shown line by line.
//!
//! A payment belongs to the day on which the provider last changed it, since its list is asked for by that; ours are
//! taken by the same instant. A payment that only one side has in that window is looked up on the other side before it
//! is reported.

mod report;

use self::report::{add, fault};
use super::{
    providers::{Providers, refusal},
    sweep::{is_news, list},
};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use auth::{Management, Staff};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::{
    BranchId, Cents,
    payment::{ResourceKind, SyncCause, truth::credited},
    timezone::{day_bounds, local_date},
};
use provider::{CallError, Credentials, PaymentProvider, PaymentQuery, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use store::{AccountRow, Database, Recorded};
use wire::reconcile::{Report, Side};

/// How long after its end a day is compared: the provider's list lags.
const SETTLES: TimeDelta = TimeDelta::minutes(30);
/// How far back the ledger's own sums are checked: a check is paid within days.
const LEDGER_DAYS: i64 = 7;

/// Returns the reports of a branch's day: stored ones, or new ones if there are none, for today, and when `fresh`.
///
/// # Errors
/// Not the caller's branch; the day is not over a decade past, nor to come (422); the provider does not answer (503).
pub async fn reconciliation(
    db: &Database,
    providers: &Providers,
    staff: &Staff<Management>,
    branch: BranchId,
    day: Option<NaiveDate>,
    fresh: bool,
) -> Result<Vec<Report>> {
    let row = db.find_branch(staff, branch).await?;
    let today = local_date(db.clock().now(), &row.timezone);
    let day = day.unwrap_or(today);
    if day > today || day < today - TimeDelta::days(3_650) {
        return Err(Error::Invalid("day: must be a day of the last ten years"));
    }
    if !fresh && day != today {
        let kept = db.reconciliations(staff, branch, day).await?;
        let kept: Vec<Report> =
            kept.into_iter().filter_map(|stored| serde_json::from_value(stored.report).ok()).collect();
        if !kept.is_empty() {
            return Ok(kept);
        }
    }
    let mut reports = Vec::new();
    for account in db.accounts(staff).await? {
        if db.branch_days(&account).await?.iter().any(|served| served.branch_id == branch) {
            let compared = compare(db, providers, &account, branch, &row.timezone, day).await?;
            reports.push(compared.map_err(|error| refusal(providers.of(&account).words(), &error))?);
        }
    }
    Ok(reports)
}

/// Compares a day of every branch of every business; yesterday when no day is given.
///
/// # Errors
/// The database failed; a provider does not answer.
pub async fn reconcile_all(db: &Database, providers: &Providers, day: Option<NaiveDate>) -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for account in db.active_accounts().await? {
        for served in db.branch_days(&account).await? {
            let yesterday = local_date(db.clock().now(), &served.timezone) - TimeDelta::days(1);
            let day = day.unwrap_or(yesterday);
            let compared = compare(db, providers, &account, served.branch_id, &served.timezone, day).await?;
            reports.push(compared.map_err(|error| refusal(providers.of(&account).words(), &error))?);
        }
    }
    Ok(reports)
}

/// Compares the last full day of each branch where that was not done yet, and returns how many those were.
///
/// # Errors
/// The database failed.
pub async fn reconcile_due(db: &Database, providers: &Providers) -> Result<usize> {
    let mut done = 0;
    for account in db.active_accounts().await? {
        for served in db.branch_days(&account).await? {
            let day = local_date(db.clock().now() - SETTLES, &served.timezone) - TimeDelta::days(1);
            // Before the account was added, there was nothing to compare.
            let is_new = local_date(account.created_at, &served.timezone) > day;
            if is_new || served.last_day.is_some_and(|last| last >= day) {
                continue;
            }
            match compare(db, providers, &account, served.branch_id, &served.timezone, day).await {
                Ok(Ok(_)) => done += 1,
                // Credentials that cannot be opened were reported where they were tried.
                Err(Error::Unavailable { .. }) => break,
                Err(error) => return Err(error),
                Ok(Err(error)) => {
                    tracing::warn!(account = account.id.get(), %error, "a day could not be compared; the next sweep tries again");
                    break;
                }
            }
        }
    }
    Ok(done)
}

async fn compare(
    db: &Database,
    providers: &Providers,
    account: &AccountRow,
    branch: BranchId,
    zone: &str,
    day: NaiveDate,
) -> Result<Result<Report, CallError>> {
    let Some((from, to)) = day_bounds(day, zone) else { return Err(Error::Invalid("day: is out of range")) };
    let credentials = providers.credentials(account)?;
    let query = |offset| PaymentQuery::UpdatedBetween { from, to, offset };
    let listed = match list(providers, account, &credentials, query).await {
        Ok(listed) => listed,
        Err(error) => return Ok(Err(error)),
    };
    let window = db.recorded_between(account.id, from, to).await?;
    let mut theirs: BTreeMap<String, Snapshot> =
        listed.seen.into_iter().map(|seen| (seen.payment_id.clone(), seen)).collect();
    let mut asked: BTreeSet<String> = listed.unreadable;
    asked.extend(window.iter().map(|ours| ours.provider_payment_id.clone()));
    asked.retain(|id| !theirs.contains_key(id));
    // The payment is not listed: it changed since, or does not exist. Only fetching it tells which.
    for id in &asked {
        match providers.of(account).fetch_payment(&credentials, id).await {
            Ok(seen) => drop(theirs.insert(id.clone(), seen)),
            Err(CallError::NotFound | CallError::Malformed(_)) => {}
            Err(error) => return Ok(Err(error)),
        }
    }
    let ids: Vec<String> = theirs.keys().chain(&asked).cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let ours = db.recorded(account, &ids).await?;
    let home = home_branch(db, account, branch).await?;
    let day_of = Day { account, credentials: &credentials, branch, home };
    let mut report = day_of.report(&theirs, &ours, day, (from, to), db.clock().now());
    let faults = db.ledger_faults(branch, from - TimeDelta::days(LEDGER_DAYS)).await?;
    report.ledger_faults = faults.into_iter().map(fault).collect();
    queue_news(db, providers, account, &theirs).await?;
    let value = serde_json::to_value(&report).map_err(|_| Error::Internal("a report cannot be written"))?;
    let value = &value;
    keyless(db, "payment.reconcile", Twice::GoodOnce, |uow| async move {
        Ok::<_, Error>(uow.keep_reconciliation(account, branch, day, value.clone()).await?)
    })
    .await?;
    Ok(Ok(report))
}

/// Whether this branch reports money that we do not know: the account's first branch does.
async fn home_branch(db: &Database, account: &AccountRow, branch: BranchId) -> Result<bool> {
    Ok(db.branch_days(account).await?.first().is_some_and(|first| first.branch_id == branch))
}

/// Queues a fetch of what differs, so that the next report is better.
async fn queue_news(
    db: &Database,
    providers: &Providers,
    account: &AccountRow,
    theirs: &BTreeMap<String, Snapshot>,
) -> Result<()> {
    for (id, seen) in theirs {
        if is_news(db, providers, account, seen).await? {
            keyless(db, "payment.reconcile_found", Twice::FindsTheFirst, |uow| async move {
                uow.enqueue_sync(account, ResourceKind::Payment, id, SyncCause::Sweep).await?;
                Ok::<(), Error>(())
            })
            .await?;
            providers.wake();
        }
    }
    Ok(())
}

/// The criteria that divide a day's payments.
struct Day<'a> {
    account: &'a AccountRow,
    credentials: &'a Credentials,
    branch: BranchId,
    /// Whether this branch reports payments that we do not know.
    home: bool,
}

impl Day<'_> {
    fn report(
        &self,
        theirs: &BTreeMap<String, Snapshot>,
        ours: &[Recorded],
        day: NaiveDate,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        now: DateTime<Utc>,
    ) -> Report {
        let known: BTreeMap<&str, &Recorded> = ours.iter().map(|row| (row.provider_payment_id.as_str(), row)).collect();
        let mut report = Report {
            branch_id: self.branch,
            account_id: self.account.id,
            day,
            from,
            to,
            compared_at: now,
            matched: 0,
            differing: 0,
            orphan: 0,
            missing: 0,
            provider_cents: 0,
            ledger_cents: 0,
            difference_cents: 0,
            lines: Vec::new(),
            ledger_faults: Vec::new(),
        };
        for (id, seen) in theirs {
            let ours = known.get(id.as_str()).copied();
            if ours.map_or(self.home, |ours| ours.branch_id == self.branch) {
                add(&mut report, id, Some(self.theirs(seen)), ours);
            }
        }
        for ours in ours.iter().filter(|ours| ours.branch_id == self.branch) {
            if !theirs.contains_key(&ours.provider_payment_id) {
                add(&mut report, &ours.provider_payment_id, None, Some(ours));
            }
        }
        report
    }

    /// Money in another currency, or to another account, is not this bill's (S17, S19).
    fn theirs(&self, seen: &Snapshot) -> Side {
        let collector = self.credentials.seller.as_deref().or(self.account.external_id.as_deref());
        let foreign = matches!((collector, seen.account.as_deref()), (Some(ours), Some(theirs)) if ours != theirs)
            || seen.currency != Some(self.account.currency);
        let net = if foreign { Cents::ZERO } else { credited(seen.status, &seen.detail, seen.amount, seen.refunded) };
        Side { status: seen.status, amount_cents: seen.amount, refunded_cents: seen.refunded, net_cents: net }
    }
}
