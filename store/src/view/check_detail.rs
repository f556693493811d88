//! A check in full, as staff read it: its lines, what was taken off, and the history of its payments.

use crate::{
    Database,
    error::Result,
    scoped::admitted,
    sql::{Sql, sql},
    unit_of_work::{all, one},
};
use auth::Scope;
use chrono::{DateTime, Utc};
use domain::{
    BranchId, Cents, ChargeId, CheckId, Currency, DinerId, DiscountId, PaymentId, RefundId, RoundItemId, SessionId,
    TableId, UserId,
    check::{CheckStatus, DiscountType},
    payment::{PaymentStatus, RefundKind, RefundStatus, Registrar, Tender},
};
use sea_orm::FromQueryResult;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A check in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckDetail {
    /// The check itself.
    #[serde(flatten)]
    pub head: CheckHead,
    /// What is left to pay, in cents.
    pub remaining_cents: Cents,
    /// One line per round item, oldest first. What was struck or canceled is there with 0.
    pub charges: Vec<ChargeLine>,
    /// What was taken off, in the order it was granted.
    pub discounts: Vec<DiscountLine>,
    /// Every payment, oldest first.
    pub payments: Vec<PaymentLine>,
}

/// The check itself.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
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
    /// When it was asked for first.
    pub requested_at: DateTime<Utc>,
    /// When it became paid; null while something is owed.
    pub paid_at: Option<DateTime<Utc>>,
    /// When the party left.
    pub closed_at: Option<DateTime<Utc>>,
}

/// A line of the check.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
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
}

/// Something that was taken off.
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
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
#[derive(Clone, Debug, FromQueryResult, Serialize, ToSchema)]
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

#[derive(FromQueryResult)]
struct Covered {
    payment_id: PaymentId,
    charge_id: ChargeId,
    amount_cents: Cents,
}

#[derive(FromQueryResult)]
struct Back {
    payment_id: PaymentId,
    id: RefundId,
    kind: RefundKind,
    status: RefundStatus,
    amount_cents: Cents,
    reason: String,
    created_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
}

static HEAD: &Sql = sql!(
    tenant,
    "select k.id as check_id, k.session_id, k.branch_id, b.name as branch_name, b.address as branch_address,
        b.timezone, s.table_id, t.code as table_code, k.status, k.currency, k.total_cents, k.paid_cents, k.requested_at,
        k.paid_at, k.closed_at
    from guest_check k join table_session s on s.id = k.session_id join dining_table t on t.id = s.table_id
        join branch b on b.id = k.branch_id
    where k.id = $1 and k.tenant_id = $2"
);

static CHARGES: &Sql = sql!(
    row("check_id"),
    "select c.id as charge_id, c.round_item_id, c.diner_id, d.name as diner_name, c.description, c.qty,
        c.gross_cents, c.amount_cents, c.paid_cents
    from charge c left join diner d on d.id = c.diner_id where c.check_id = $1 order by c.created_at, c.id"
);

static DISCOUNTS: &Sql = sql!(
    row("check_id"),
    "select id as discount_id, type as discount_type, value, amount_cents, reason, granted_by_id, created_at
    from check_discount where check_id = $1 order by id"
);

static PAYMENTS: &Sql = sql!(
    row("check_id"),
    "select id as payment_id, tender as method, status, amount_cents, refunded_cents, tip_cents, net_cents,
        allocated_cents, diner_id, registered_by, registered_by_id as registered_by_waiter_id, received_cents, notes,
        created_at, approved_at
    from payment where check_id = $1 order by created_at, id"
);

static COVERED: &Sql = sql!(
    row("check_id"),
    "select payment_id, charge_id, cast(sum(amount_cents) as bigint) as amount_cents from allocation
    where check_id = $1 group by payment_id, charge_id having sum(amount_cents) > 0 order by payment_id, charge_id"
);

static BACK: &Sql = sql!(
    row("check_id"),
    "select r.payment_id, r.id, r.kind, r.status, r.amount_cents, r.reason, r.created_at, r.done_at
    from refund r join payment p on p.id = r.payment_id where p.check_id = $1 order by r.id"
);

impl Database {
    /// A check of the caller's, in full.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn check_detail(&self, scope: &impl Scope, id: CheckId) -> Result<CheckDetail> {
        let head: Option<CheckHead> = one(self.reader(), HEAD, [id.into(), scope.tenant_id().into()]).await?;
        let head = admitted(scope, "check", head, |head| head.branch_id)?;
        let charges = all(self.reader(), CHARGES, [id.into()]).await?;
        let discounts = all(self.reader(), DISCOUNTS, [id.into()]).await?;
        let payments: Vec<PaymentHead> = all(self.reader(), PAYMENTS, [id.into()]).await?;
        let mut covered: HashMap<PaymentId, Vec<CoveredCharge>> = HashMap::new();
        for Covered { payment_id, charge_id, amount_cents } in all(self.reader(), COVERED, [id.into()]).await? {
            covered.entry(payment_id).or_default().push(CoveredCharge { charge_id, amount_cents });
        }
        let mut back: HashMap<PaymentId, Vec<RefundLine>> = HashMap::new();
        for row in all::<Back>(self.reader(), BACK, [id.into()]).await? {
            back.entry(row.payment_id).or_default().push(row.into());
        }
        let line = |payment: PaymentHead| PaymentLine {
            credit_cents: payment.net_cents.saturating_sub(payment.allocated_cents),
            allocations: covered.remove(&payment.payment_id).unwrap_or_default(),
            refunds: back.remove(&payment.payment_id).unwrap_or_default(),
            payment,
        };
        let payments = payments.into_iter().map(line).collect();
        let remaining_cents = head.total_cents.saturating_sub(head.paid_cents);
        Ok(CheckDetail { head, remaining_cents, charges, discounts, payments })
    }
}

impl From<Back> for RefundLine {
    fn from(row: Back) -> Self {
        Self {
            refund_id: row.id,
            kind: row.kind,
            status: row.status,
            amount_cents: row.amount_cents,
            reason: row.reason,
            created_at: row.created_at,
            done_at: row.done_at,
        }
    }
}
