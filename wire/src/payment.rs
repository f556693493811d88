//! Payments that staff take and give back, and what of them waits for a person.

use chrono::{DateTime, Utc};
use domain::{
    Amount, BranchId, Cents, CheckId, DinerId, IncidentId, PaymentId, RefundId, UserId,
    check::CheckStatus,
    payment::{IncidentKind, PaymentStatus, RefundKind, RefundStatus, Registrar, Tender},
    text::Name,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A refund that is not over.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct OpenRefund {
    /// The refund.
    pub refund_id: RefundId,
    /// Where.
    pub branch_id: BranchId,
    /// What is given back of.
    pub payment_id: PaymentId,
    /// How that was tendered.
    pub method: Tender,
    /// Its check; null for money that no check asked for.
    pub check_id: Option<CheckId>,
    /// The party's table now.
    pub table_code: Option<String>,
    /// REQUEST or OVERPAYMENT.
    pub kind: RefundKind,
    /// PROPOSED, FAILED, QUEUED, RUNNING or PENDING.
    pub status: RefundStatus,
    /// How much, in cents.
    pub amount_cents: Cents,
    /// Why.
    pub reason: String,
    /// Who asked for it or approved it.
    pub requested_by_id: Option<UserId>,
    /// How often the provider was asked.
    pub attempts: i32,
    /// What went wrong the last time.
    pub last_error: Option<String>,
    /// Since when it waits.
    pub created_at: DateTime<Utc>,
}

/// Something that a person must look at.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct OpenIncident {
    /// The incident.
    pub incident_id: IncidentId,
    /// Where; null when it concerns the whole business.
    pub branch_id: Option<BranchId>,
    /// What happened.
    pub kind: IncidentKind,
    /// For people.
    pub detail: String,
    /// Which check.
    pub check_id: Option<CheckId>,
    /// Which payment.
    pub payment_id: Option<PaymentId>,
    /// When it was met.
    pub created_at: DateTime<Utc>,
}

/// The payment that was registered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Registered {
    /// The payment.
    pub payment_id: PaymentId,
    /// Its check.
    pub check_id: CheckId,
    /// For the bill, in cents.
    pub amount_cents: Cents,
    /// For the staff, in cents.
    pub tip_cents: Cents,
    /// CASH for money in hand; the terminal, a transfer and the like by their own name.
    pub provider: Tender,
    /// The same, under the name that the waiter app reads.
    pub manual_method: Tender,
    /// APPROVED.
    pub status: PaymentStatus,
    /// MANUAL.
    pub payment_category: &'static str,
    /// WAITER.
    pub registered_by: Registrar,
    /// Who registered it.
    pub registered_by_waiter_id: UserId,
    /// Which diner paid.
    pub diner_id: Option<DinerId>,
    /// The cash handed over, in cents.
    pub received_cents: Option<Cents>,
    /// What to give back of it, in cents.
    pub change_cents: Option<Cents>,
    /// Where the check stands.
    pub check_status: CheckStatus,
    /// What it comes to, in cents.
    pub check_total_cents: Cents,
    /// What of it is paid, in cents.
    pub check_paid_cents: Cents,
    /// What is left to pay, in cents.
    pub check_remaining_cents: Cents,
}

/// What is to go back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Refunding {
    /// How much, in cents; absent for all that is left.
    pub amount_cents: Option<Amount>,
    /// Why.
    pub reason: Name<200>,
    /// How much of it is the tip's, where a tip was typed wrong; of money that staff took only. Where it is not said,
    /// the bill's part goes back before the tip.
    #[serde(default)]
    pub tip_cents: Option<Amount>,
}

/// Money on its way back, or back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Refunded {
    /// The refund.
    pub refund_id: RefundId,
    /// DONE when it went by hand; QUEUED while the provider is still to be asked.
    pub refund_status: RefundStatus,
    /// How much, in cents.
    pub amount_cents: Cents,
    /// The payment.
    pub payment_id: PaymentId,
    /// Where the payment stands.
    pub payment_status: PaymentStatus,
    /// What of it is back in all, in cents.
    pub refunded_cents: Cents,
    /// What of it still counts towards the bill, in cents.
    pub net_cents: Cents,
    /// What of it still counts as a tip, in cents.
    pub tip_cents: Cents,
    /// Its check; null for money that no check of ours asked for.
    pub check_id: Option<CheckId>,
    /// Where the check stands.
    pub check_status: Option<CheckStatus>,
    /// What it comes to, in cents; 0 without a check, as all that follows.
    pub check_total_cents: Cents,
    /// What of it is paid, in cents.
    pub check_paid_cents: Cents,
    /// What is left to pay, in cents.
    pub check_remaining_cents: Cents,
}

/// The payment afterwards.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Cancelled {
    /// The payment.
    pub payment_id: PaymentId,
    /// Where it stands by the provider's word; not yet CANCELLED when the provider takes its time.
    pub status: PaymentStatus,
}
