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
    sweep::{Queued, ask, each_account, is_news, list},
};
use crate::{
    Error, Result,
    command::{Twice, keyless},
    work::{Held, hold},
};
use auth::{Management, Staff};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::{
    BranchId, Cents,
    money::MoneyError,
    payment::{ResourceKind, SyncCause, truth::credited},
    timezone::{day_bounds, local_date},
};
use provider::{CallError, Credentials, PaymentProvider, PaymentQuery, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use store::{AccountRow, BranchDay, Database, Errand, Recorded};
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
            let compared = compare(db, providers, &account, (branch, &row.timezone, day), None).await?;
            reports.push(compared.map_err(|error| refusal(providers.of(&account).words(), &error))?);
        }
    }
    Ok(reports)
}

/// Compares a day of every branch of every business; yesterday when none is said. The accounts side by side: one whose
/// provider does not answer keeps no other from being compared. The reports, and why there are not more.
///
/// # Errors
/// The accounts cannot be read.
pub async fn reconcile_all(
    db: &Database,
    providers: &Providers,
    day: Option<NaiveDate>,
) -> Result<(Vec<Report>, Vec<Error>)> {
    let compared = each_account(db, providers, move |db, providers, account| async move {
        let mut reports = Vec::new();
        for served in db.branch_days(&account).await? {
            let yesterday = local_date(db.clock().now(), &served.timezone) - TimeDelta::days(1);
            let of = (served.branch_id, served.timezone.as_str(), day.unwrap_or(yesterday));
            let compared = compare(&db, &providers, &account, of, None).await?;
            reports.push(compared.map_err(|error| refusal(providers.of(&account).words(), &error))?);
        }
        Ok(reports)
    })
    .await?;
    let (mut reports, mut errors) = (Vec::new(), Vec::new());
    for account in compared {
        match account {
            Ok(some) => reports.extend(some),
            Err(error) => errors.push(error),
        }
    }
    Ok((reports, errors))
}

/// Has the last full day of each branch compared where that was not done yet, account by account, and says of how many
/// accounts. No provider is asked here.
///
/// # Errors
/// The database failed.
pub async fn reconcile_due(db: &Database) -> Result<usize> {
    let mut queued = Queued::default();
    for account in db.active_accounts().await? {
        match days_due(db, &account).await {
            Ok(days) if days.is_empty() => {}
            Ok(_) => queued.note(ask(db, &account, &Errand::Compare).await),
            Err(error) => queued.note(Err(error)),
        }
    }
    queued.done()
}

/// The branches of an account with their last full day, where that was not compared yet.
async fn days_due(db: &Database, account: &AccountRow) -> Result<Vec<(BranchDay, NaiveDate)>> {
    let mut due = Vec::new();
    for served in db.branch_days(account).await? {
        let day = local_date(db.clock().now() - SETTLES, &served.timezone) - TimeDelta::days(1);
        // Before the account was there, there was nothing to compare.
        let is_new = local_date(account.created_at, &served.timezone) > day;
        if !is_new && served.last_day.is_none_or(|last| last < day) {
            due.push((served, day));
        }
    }
    Ok(due)
}

/// Compares what is due of an account.
pub(in crate::payment) async fn compare_due(
    db: &Database,
    providers: &Providers,
    account: &AccountRow,
    held: Option<Held<'_>>,
) -> Result<Result<(), CallError>> {
    for (served, day) in days_due(db, account).await? {
        match compare(db, providers, account, (served.branch_id, &served.timezone, day), held).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Ok(Err(error)),
            // Credentials that cannot be opened were reported where they were tried.
            Err(Error::Unavailable { .. }) => return Ok(Ok(())),
            Err(error) => return Err(error),
        }
    }
    Ok(Ok(()))
}

async fn compare(
    db: &Database,
    providers: &Providers,
    account: &AccountRow,
    (branch, zone, day): (BranchId, &str, NaiveDate),
    held: Option<Held<'_>>,
) -> Result<Result<Report, CallError>> {
    let Some((from, to)) = day_bounds(day, zone) else { return Err(Error::Invalid("day: is out of range")) };
    let credentials = providers.credentials(account)?;
    let query = |offset| PaymentQuery::UpdatedBetween { from, to, offset };
    let listed = match list(providers, account, &credentials, held, query).await? {
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
        hold(held).await?;
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
    let mut report = day_of.report(&theirs, &ours, day, (from, to), db.clock().now())?;
    let faults = db.ledger_faults(branch, from - TimeDelta::days(LEDGER_DAYS)).await?;
    report.ledger_faults = faults.into_iter().map(fault).collect();
    queue_news(db, providers, account, &theirs).await?;
    let value = serde_json::to_value(&report).map_err(|_| Error::Internal("a report cannot be written"))?;
    let value = &value;
    keyless(db, "payment.reconcile", Twice::GoodOnce, |uow| async move {
        uow.keep_reconciliation(account, branch, day, value.clone()).await?;
        if let Some(Held { piece, lease, .. }) = held {
            uow.hold_work(piece, lease).await?;
        }
        Ok::<_, Error>(())
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
    ) -> Result<Report, MoneyError> {
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
                add(&mut report, id, Some(self.theirs(seen)), ours)?;
            }
        }
        for ours in ours.iter().filter(|ours| ours.branch_id == self.branch) {
            if !theirs.contains_key(&ours.provider_payment_id) {
                add(&mut report, &ours.provider_payment_id, None, Some(ours))?;
            }
        }
        Ok(report)
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
