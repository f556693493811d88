//! The daily comparison of a provider's payments with the ledger.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{AccountId, BranchId, Cents, CheckId, PaymentId, payment::PaymentStatus};
use serde::{Deserialize, Serialize};
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
