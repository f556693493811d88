//! The check as staff see it: charges, discounts, payments, shares.

use chrono::{DateTime, Utc};
use domain::{
    BranchId, Cents, ChargeId, CheckId, Currency, DinerId, DiscountId, PaymentId, RefundId, RoundItemId, SessionId,
    TableId, UserId,
    check::{CheckStatus, DiscountType},
    payment::{PaymentStatus, RefundKind, RefundStatus, Registrar, Tender},
};
use serde::Serialize;
use utoipa::ToSchema;

/// A check in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckDetail {
    /// The check itself.
    #[serde(flatten)]
    pub head: CheckHead,
    /// What is left to pay, in cents.
    pub remaining_cents: Cents,
    /// The same as it is paid in cash, rounded as the branch does, in cents.
    pub cash_remaining_cents: Cents,
    /// One line per round item, oldest first. What was struck or canceled is there with 0.
    pub charges: Vec<ChargeLine>,
    /// What was on the table when a manager had it given away, oldest first. Its charge is there with 0.
    pub comps: Vec<CompLine>,
    /// What was taken off, in the order it was granted.
    pub discounts: Vec<DiscountLine>,
    /// Every payment, oldest first.
    pub payments: Vec<PaymentLine>,
}

/// The check itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct CheckHead {
    /// The check.
    pub check_id: CheckId,
    /// Its session.
    pub session_id: SessionId,
    /// Its branch.
    pub branch_id: BranchId,
    /// That branch's name.
    pub branch_name: String,
    /// That branch's address.
    pub branch_address: Option<String>,
    /// IANA name of the branch's time zone.
    pub timezone: String,
    /// The session's table now.
    pub table_id: TableId,
    /// That table's code.
    pub table_code: String,
    /// Where it stands.
    pub status: CheckStatus,
    /// What its cents are cents of.
    pub currency: Currency,
    /// What it comes to, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// What of it a manager wrote off after the party had left, in cents.
    pub written_off_cents: Cents,
    /// When it was asked for first.
    pub requested_at: DateTime<Utc>,
    /// When it became paid; null while something is owed.
    pub paid_at: Option<DateTime<Utc>>,
    /// When the party left.
    pub closed_at: Option<DateTime<Utc>>,
}

/// A line of the check.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct ChargeLine {
    /// The charge.
    pub charge_id: ChargeId,
    /// The round item; null when it was deleted.
    pub round_item_id: Option<RoundItemId>,
    /// Who ordered it; null when it is shared.
    pub diner_id: Option<DinerId>,
    /// That diner's name.
    pub diner_name: Option<String>,
    /// The product's name when it was ordered.
    pub description: String,
    /// How many.
    pub qty: i32,
    /// What was ordered, in cents.
    pub gross_cents: Cents,
    /// The same less its part of the discounts, in cents.
    pub amount_cents: Cents,
    /// What of that is paid, in cents.
    pub paid_cents: Cents,
    /// It is no item, but what rounding the cash added.
    pub rounding: bool,
    /// Whether the item counts, free or not: false when it was voided, canceled or deleted.
    pub stands: bool,
}

/// A dish, or some portions of one, that was given away after it was served.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct CompLine {
    /// The round item.
    pub round_item_id: RoundItemId,
    /// The product's name when it was ordered.
    pub description: String,
    /// How many.
    pub qty: i32,
    /// What it would have cost, before discounts, in cents.
    pub amount_cents: Cents,
    /// Why.
    pub reason: Option<String>,
    /// The manager who approved it.
    pub approved_by_id: UserId,
    /// When.
    pub voided_at: DateTime<Utc>,
}

/// Something that was taken off.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct DiscountLine {
    /// The discount.
    pub discount_id: DiscountId,
    /// PERCENT or AMOUNT.
    pub discount_type: DiscountType,
    /// Percent, or cents.
    pub value: i64,
    /// What it takes off, in cents.
    pub amount_cents: Cents,
    /// Why.
    pub reason: String,
    /// Who granted it.
    pub granted_by_id: UserId,
    /// It is what rounding the cash took off.
    pub rounding: bool,
    /// The charges that it is for; absent where it is for the whole check.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<ChargeId>>)]
    pub charge_ids: Option<serde_json::Value>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A payment with what became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PaymentLine {
    /// The payment itself.
    #[serde(flatten)]
    pub payment: PaymentHead,
    /// What of it still counts towards the bill and covers nothing, in cents.
    pub credit_cents: Cents,
    /// What it covers.
    pub allocations: Vec<CoveredCharge>,
    /// What went back or is to.
    pub refunds: Vec<RefundLine>,
}

/// The payment itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct PaymentHead {
    /// The payment.
    pub payment_id: PaymentId,
    /// How it was tendered.
    pub method: Tender,
    /// Where it stands.
    pub status: PaymentStatus,
    /// What was paid, tip included, in cents.
    pub amount_cents: Cents,
    /// What went back, in cents.
    pub refunded_cents: Cents,
    /// What counts as a tip now, in cents.
    pub tip_cents: Cents,
    /// What counts towards the bill now, in cents.
    pub net_cents: Cents,
    /// What of that covers charges, in cents.
    pub allocated_cents: Cents,
    /// Which diner paid; null when nobody said.
    pub diner_id: Option<DinerId>,
    /// WAITER, DINER or SYSTEM.
    pub registered_by: Registrar,
    /// Which member of staff.
    pub registered_by_waiter_id: Option<UserId>,
    /// The cash handed over, in cents.
    pub received_cents: Option<Cents>,
    /// A remark.
    pub notes: Option<String>,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it was approved.
    pub approved_at: Option<DateTime<Utc>>,
}

/// A part of a payment that covers a charge.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct CoveredCharge {
    /// The charge.
    pub charge_id: ChargeId,
    /// How much of it, in cents.
    pub amount_cents: Cents,
}

/// Money on its way back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RefundLine {
    /// The refund.
    pub refund_id: RefundId,
    /// REQUEST or OVERPAYMENT.
    pub kind: RefundKind,
    /// Where it stands.
    pub status: RefundStatus,
    /// How much, in cents.
    pub amount_cents: Cents,
    /// Why.
    pub reason: String,
    /// When it was asked for or proposed.
    pub created_at: DateTime<Utc>,
    /// When it was done or dismissed.
    pub done_at: Option<DateTime<Utc>>,
}

/// What a diner's own items come to, and what of them is paid by whomever.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Balance {
    /// The diner; null for what is shared.
    pub diner_id: Option<DinerId>,
    /// That diner's name; `Compartido` for what is shared.
    pub diner_name: String,
    /// What the items come to, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// What of it a manager wrote off, in cents.
    pub written_off_cents: Cents,
    /// What is left to pay, in cents.
    pub remaining_cents: Cents,
}

/// A claim that holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct LiveClaim {
    /// The item.
    pub charge_id: ChargeId,
    /// Who pays it.
    pub diner_id: DinerId,
    /// That diner's name.
    pub diner_name: String,
    /// How many parts of it.
    pub num: i32,
    /// How many parts make the item.
    pub den: i32,
    /// For how much, in cents.
    pub amount_cents: Cents,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}
