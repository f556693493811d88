//! A day of a branch is compared with the provider's: what both know alike, what differs, money of theirs that no check of
//! ours asked for, payments of ours they do not list. The difference is zero, or told line by line.
//!
//! A payment belongs to the day the provider last changed it, which is what its list can be asked for; ours are taken by
//! the same instant. What only one side has in that window is looked up one by one on the other before anything is said.

use super::{
    providers::{Providers, refusal},
    sweep::{is_news, list},
};
use crate::{Error, Result};
use auth::{Management, Staff};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::{
    AccountId, BranchId, Cents, CheckId, PaymentId,
    payment::{PaymentStatus, ResourceKind, SyncCause, truth::credited},
    timezone::{day_bounds, local_date},
};
use provider::{CallError, Credentials, PaymentProvider, PaymentQuery, Snapshot};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use store::{AccountRow, Database, LedgerFault, Recorded};
use utoipa::ToSchema;

/// The provider's list lags: a day is compared so long after it ended.
const SETTLES: TimeDelta = TimeDelta::minutes(30);
/// How far back the ledger's own sums are checked: a party's check is paid within days.
const LEDGER_DAYS: i64 = 7;

/// What a line of the report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LineKind {
    /// Both know it, and say different things.
    Differing,
    /// The provider's, without a check of ours.
    Orphan,
    /// Ours, and the provider does not know it.
    Missing,
}

/// What one side says of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Side {
    /// Where it stands.
    pub status: PaymentStatus,
    /// What was paid, in cents.
    pub amount_cents: Cents,
    /// What was given back, in cents.
    pub refunded_cents: Cents,
    /// What counts of it, tip included, in cents.
    pub net_cents: Cents,
}

/// A payment that does not match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Line {
    /// Why.
    pub kind: LineKind,
    /// The provider's number.
    pub provider_payment_id: String,
    /// Ours.
    pub payment_id: Option<PaymentId>,
    /// Its check.
    pub check_id: Option<CheckId>,
    /// The provider's word.
    pub theirs: Option<Side>,
    /// The ledger's.
    pub ours: Option<Side>,
    /// The provider's net less ours, in cents.
    pub difference_cents: i64,
    /// For people.
    pub note: String,
}

/// A sum of the ledger that is not the sum of its rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    /// `check`, `charge`, `payment`, or `total`: a check's total against its charges.
    pub kind: String,
    /// Which.
    pub id: i64,
    /// What the row says, in cents.
    pub recorded_cents: i64,
    /// What its rows come to, in cents.
    pub allocated_cents: i64,
}

/// A branch's day with one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Report {
    /// The branch.
    pub branch_id: BranchId,
    /// The account.
    pub account_id: AccountId,
    /// The branch's day.
    pub day: NaiveDate,
    /// From when.
    pub from: DateTime<Utc>,
    /// Up to when.
    pub to: DateTime<Utc>,
    /// When it was compared.
    pub compared_at: DateTime<Utc>,
    /// Payments both know alike.
    pub matched: usize,
    /// Payments both know differently.
    pub differing: usize,
    /// Payments of theirs without a check of ours.
    pub orphan: usize,
    /// Payments of ours that they do not know.
    pub missing: usize,
    /// What the provider's payments come to, in cents.
    pub provider_cents: i64,
    /// What ours come to, in cents.
    pub ledger_cents: i64,
    /// The provider's less ours: the sum of the lines' differences.
    pub difference_cents: i64,
    /// What does not match.
    pub lines: Vec<Line>,
    /// Sums of the ledger that do not add up; always empty unless something is broken.
    pub ledger_faults: Vec<Fault>,
}

/// The reports of a branch's day: kept ones, or made now where there are none, for today, and when `fresh`.
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
            reports.push(compared.map_err(|error| refusal(&error))?);
        }
    }
    Ok(reports)
}

/// Compares a day of every branch of every business; yesterday when none is said.
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
            reports.push(compared.map_err(|error| refusal(&error))?);
        }
    }
    Ok(reports)
}

/// Compares the last full day of each branch where that was not done yet, and says how many those were.
///
/// # Errors
/// The database failed.
pub async fn reconcile_due(db: &Database, providers: &Providers) -> Result<usize> {
    let mut done = 0;
    for account in db.active_accounts().await? {
        for served in db.branch_days(&account).await? {
            let day = local_date(db.clock().now() - SETTLES, &served.timezone) - TimeDelta::days(1);
            // Before the account was there, there was nothing to compare.
            let is_new = local_date(account.created_at, &served.timezone) > day;
            if is_new || served.last_day.is_some_and(|last| last >= day) {
                continue;
            }
            match compare(db, providers, &account, served.branch_id, &served.timezone, day).await? {
                Ok(_) => done += 1,
                Err(error) => {
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
    // Not listed: changed since, or not there at all. Only asking for it tells.
    for id in &asked {
        match providers.of(account).fetch_payment(&credentials, id).await {
            Ok(seen) => drop(theirs.insert(id.clone(), seen)),
            Err(CallError::NotFound | CallError::Malformed(_)) => {}
            Err(error) => return Ok(Err(error)),
        }
    }
    let ids: Vec<String> = theirs.keys().chain(&asked).cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let ours = db.recorded(account.id, &ids).await?;
    let home = home_branch(db, account, branch).await?;
    let day_of = Day { account, credentials: &credentials, branch, home };
    let mut report = day_of.report(&theirs, &ours, day, (from, to), db.clock().now());
    let faults = db.ledger_faults(branch, from - TimeDelta::days(LEDGER_DAYS)).await?;
    report.ledger_faults = faults.into_iter().map(Fault::from).collect();
    queue_news(db, providers, account, &theirs).await?;
    let value = serde_json::to_value(&report).map_err(|_| Error::Internal("a report cannot be written"))?;
    let value = &value;
    db.transaction("payment.reconcile", |uow| async move {
        Ok::<_, Error>(uow.keep_reconciliation(account, branch, day, value.clone()).await?)
    })
    .await?;
    Ok(Ok(report))
}

/// Whether money that nobody here knows is told of in this branch: in the account's first.
async fn home_branch(db: &Database, account: &AccountRow, branch: BranchId) -> Result<bool> {
    Ok(db.branch_days(account).await?.first().is_some_and(|first| first.branch_id == branch))
}

/// What was found to differ is fetched, so that the next report is better.
async fn queue_news(
    db: &Database,
    providers: &Providers,
    account: &AccountRow,
    theirs: &BTreeMap<String, Snapshot>,
) -> Result<()> {
    for (id, seen) in theirs {
        if is_news(db, account, seen).await? {
            db.transaction("payment.reconcile_found", |uow| async move {
                uow.enqueue_sync(account, ResourceKind::Payment, id, SyncCause::Sweep).await?;
                Ok::<(), Error>(())
            })
            .await?;
            providers.wake();
        }
    }
    Ok(())
}

impl From<LedgerFault> for Fault {
    fn from(fault: LedgerFault) -> Self {
        let LedgerFault { kind, id, recorded_cents, allocated_cents } = fault;
        Self { kind, id, recorded_cents, allocated_cents }
    }
}

/// What a day's payments are divided by.
struct Day<'a> {
    account: &'a AccountRow,
    credentials: &'a Credentials,
    branch: BranchId,
    /// Whether payments that nobody knows are told of here.
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
                report.add(id, Some(self.theirs(seen)), ours);
            }
        }
        for ours in ours.iter().filter(|ours| ours.branch_id == self.branch) {
            if !theirs.contains_key(&ours.provider_payment_id) {
                report.add(&ours.provider_payment_id, None, Some(ours));
            }
        }
        report
    }

    /// Money in another currency, or to another account, is not this bill's (S17, S19).
    fn theirs(&self, seen: &Snapshot) -> Side {
        let collector = self.credentials.collector_id.as_deref().or(self.account.external_id.as_deref());
        let foreign = matches!((collector, seen.account.as_deref()), (Some(ours), Some(theirs)) if ours != theirs)
            || seen.currency != Some(self.account.currency);
        let net = if foreign { Cents::ZERO } else { credited(seen.status, &seen.detail, seen.amount, seen.refunded) };
        Side { status: seen.status, amount_cents: seen.amount, refunded_cents: seen.refunded, net_cents: net }
    }
}

impl Report {
    fn add(&mut self, id: &str, theirs: Option<Side>, ours: Option<&Recorded>) {
        let recorded = ours.map(|row| Side {
            status: row.status,
            amount_cents: row.amount_cents,
            refunded_cents: row.refunded_cents,
            net_cents: row.net_cents.saturating_add(row.tip_cents),
        });
        let net = |side: Option<Side>| side.map_or(0, |side| side.net_cents.get());
        let difference = net(theirs) - net(recorded);
        self.provider_cents += net(theirs);
        self.ledger_cents += net(recorded);
        self.difference_cents += difference;
        let check = ours.and_then(|row| row.check_id);
        let (kind, note) = match (theirs, recorded) {
            (None, _) => (LineKind::Missing, "the provider does not know it".to_owned()),
            (Some(side), _) if check.is_none() && side.net_cents == Cents::ZERO && difference == 0 => {
                // Refused attempts that never found a check are nobody's money.
                self.matched += 1;
                return;
            }
            (Some(_), None) => (LineKind::Orphan, "it is not in the ledger yet".to_owned()),
            (Some(_), Some(_)) if check.is_none() => (LineKind::Orphan, "no check of ours asked for it".to_owned()),
            (Some(theirs), Some(ours)) if theirs == ours => {
                self.matched += 1;
                return;
            }
            (Some(theirs), Some(ours)) => (LineKind::Differing, told(theirs, ours)),
        };
        match kind {
            LineKind::Differing => self.differing += 1,
            LineKind::Orphan => self.orphan += 1,
            LineKind::Missing => self.missing += 1,
        }
        self.lines.push(Line {
            kind,
            provider_payment_id: id.to_owned(),
            payment_id: ours.map(|row| row.id),
            check_id: check,
            theirs,
            ours: recorded,
            difference_cents: difference,
            note,
        });
    }
}

fn told(theirs: Side, ours: Side) -> String {
    let mut told = Vec::new();
    if theirs.status != ours.status {
        told.push(format!("it is {} there, {} here", theirs.status, ours.status));
    }
    for (what, there, here) in [
        ("paid", theirs.amount_cents, ours.amount_cents),
        ("given back", theirs.refunded_cents, ours.refunded_cents),
        ("counted", theirs.net_cents, ours.net_cents),
    ] {
        if there != here {
            told.push(format!("{} cents {what} there, {} here", there.get(), here.get()));
        }
    }
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(status: PaymentStatus, amount: i64, refunded: i64, net: i64) -> Side {
        let cents = |cents| Cents::new(cents).expect("an amount");
        Side { status, amount_cents: cents(amount), refunded_cents: cents(refunded), net_cents: cents(net) }
    }

    fn recorded(id: &str, check: Option<i64>, side: Side) -> Recorded {
        Recorded {
            id: PaymentId(1),
            branch_id: BranchId(1),
            check_id: check.map(CheckId),
            provider_payment_id: id.to_owned(),
            status: side.status,
            amount_cents: side.amount_cents,
            refunded_cents: side.refunded_cents,
            net_cents: side.net_cents,
            tip_cents: Cents::ZERO,
        }
    }

    fn empty() -> Report {
        let now = DateTime::UNIX_EPOCH;
        Report {
            branch_id: BranchId(1),
            account_id: AccountId(1),
            day: now.date_naive(),
            from: now,
            to: now,
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
        }
    }

    #[test]
    fn the_difference_is_the_sum_of_the_lines() {
        let mut report = empty();
        let paid = side(PaymentStatus::Approved, 1_000, 0, 1_000);
        report.add("same", Some(paid), Some(&recorded("same", Some(1), paid)));
        let refunded = side(PaymentStatus::Approved, 1_000, 400, 600);
        report.add("behind", Some(refunded), Some(&recorded("behind", Some(1), paid)));
        report.add("new", Some(paid), None);
        report.add("nobody's", Some(paid), Some(&recorded("nobody's", None, paid)));
        report.add("invented", None, Some(&recorded("invented", Some(1), paid)));
        report.add("refused", Some(side(PaymentStatus::Rejected, 1_000, 0, 0)), None);
        assert_eq!((report.matched, report.differing, report.orphan, report.missing), (2, 1, 2, 1));
        assert_eq!((report.provider_cents, report.ledger_cents), (3_600, 4_000));
        assert_eq!(report.difference_cents, -400);
        assert_eq!(report.lines.iter().map(|line| line.difference_cents).sum::<i64>(), report.difference_cents);
        assert!(report.lines[0].note.contains("400 cents given back there, 0 here"), "{}", report.lines[0].note);
    }
}
