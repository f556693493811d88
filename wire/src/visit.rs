//! What a diner sees of its own visit: rounds, check, earlier evenings.

use crate::line::Line;
use chrono::{DateTime, Utc};
use domain::{
    BranchId, Cents, ChargeId, CheckId, DinerId, PaymentId, RoundId, RoundItemId, SessionId, TableId,
    check::CheckStatus, payment::PaymentStatus, round::RoundStatus, text::Quantity,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A round as the party that sent it sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitRound {
    /// The round.
    pub id: RoundId,
    /// Its number in the session, from 1.
    pub round_number: i32,
    /// Where it stands.
    pub status: RoundStatus,
    /// Its lines.
    pub items: Vec<VisitItem>,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// The table the party sits at now.
    pub table_id: Option<TableId>,
    /// That table's code.
    pub table_code: Option<String>,
    /// When the kitchen got it.
    pub submitted_at: Option<DateTime<Utc>>,
}

/// A line of a round.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitItem {
    /// The line.
    pub id: RoundItemId,
    /// What was ordered.
    #[serde(flatten)]
    #[schema(inline)]
    pub line: Line,
    /// Price of one when it was sent, in cents.
    pub unit_price_cents: Cents,
    /// Struck: it is neither made nor charged.
    pub is_voided: bool,
}

/// What a visit comes to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct VisitTotal {
    /// The session.
    pub session_id: SessionId,
    /// What was ordered and neither canceled nor struck, less discounts, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// The check; null before it is asked for.
    pub check_id: Option<CheckId>,
    /// Where the check stands.
    pub check_status: Option<CheckStatus>,
}

/// The bill.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VisitCheck {
    /// The check.
    pub id: CheckId,
    /// Where it stands.
    pub status: CheckStatus,
    /// What it comes to, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// What is left to pay, in cents.
    pub remaining_cents: Cents,
    /// What was taken off, in cents.
    pub discount_cents: Cents,
    /// What was ordered and neither canceled nor struck.
    pub items: Vec<BillItem>,
    /// What was paid or tried to be.
    pub payments: Vec<BillPayment>,
    /// When it was asked for first.
    pub created_at: DateTime<Utc>,
    /// The table the party sits at now.
    pub table_code: Option<String>,
}

/// A line of the bill.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct BillItem {
    /// What to name in a split or a claim; null for what was ordered after the check was withdrawn.
    pub charge_id: Option<ChargeId>,
    /// The product's name when it was ordered.
    pub product_name: String,
    /// How many.
    pub qty: Quantity,
    /// Price of one when it was ordered, in cents.
    pub unit_price_cents: Cents,
    /// All of them, in cents.
    pub subtotal_cents: Cents,
    /// The same less the line's part of the discounts, in cents.
    pub amount_cents: Cents,
    /// What of that is paid, in cents.
    pub paid_cents: Cents,
    /// The diner's wish.
    pub notes: Option<String>,
    /// In which round it was ordered.
    pub round_number: i32,
    /// Who ordered it; null when it is shared.
    pub diner_id: Option<DinerId>,
}

/// A payment, in the words of the shipped diner app.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BillPayment {
    /// The payment.
    pub id: PaymentId,
    /// CASH for whatever staff took, the other word for what a phone paid.
    pub provider: &'static str,
    /// PENDING, APPROVED or REJECTED.
    pub status: &'static str,
    /// Where it stands in full.
    pub state: PaymentStatus,
    /// For the bill, in cents: what was paid less the tip.
    pub amount_cents: Cents,
    /// The tip, in cents.
    pub tip_cents: Cents,
    /// What of both went back, in cents.
    pub refunded_cents: Cents,
    /// Which diner paid; null when nobody said.
    pub diner_id: Option<DinerId>,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
}

/// One visit of a device.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct DeviceVisit {
    /// The session.
    pub session_id: SessionId,
    /// Who the device was in it.
    pub diner_id: DinerId,
    /// Under what name.
    pub diner_name: String,
    /// Where.
    pub branch_id: BranchId,
    /// The branch's name.
    pub branch_name: Option<String>,
    /// When the device joined.
    pub visited_at: DateTime<Utc>,
    /// What was ordered in this diner's name, in cents; everything, where the diner was alone.
    pub total_spent_cents: Cents,
    /// How many dishes that were.
    pub items_ordered: i64,
}
