//! What a comparison says: a line for each payment that does not match, and the sums, which the lines explain to the
//! cent.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{AccountId, BranchId, Cents, CheckId, PaymentId, payment::PaymentStatus};
use serde::{Deserialize, Serialize};
use store::{LedgerFault, Recorded};
use utoipa::ToSchema;

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

impl From<LedgerFault> for Fault {
    fn from(fault: LedgerFault) -> Self {
        let LedgerFault { kind, id, recorded_cents, allocated_cents } = fault;
        Self { kind, id, recorded_cents, allocated_cents }
    }
}

impl Report {
    /// Adds a payment that at least one side knows.
    pub(super) fn add(&mut self, id: &str, theirs: Option<Side>, ours: Option<&Recorded>) {
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
