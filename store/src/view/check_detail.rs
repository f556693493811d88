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
    Cents, ChargeId, CheckId, PaymentId, RefundId,
    money::CashRounding,
    payment::{RefundKind, RefundStatus},
};
use sea_orm::FromQueryResult;
use std::collections::HashMap;
use wire::bill::{CheckDetail, CheckHead, CoveredCharge, PaymentHead, PaymentLine, RefundLine};

#[derive(FromQueryResult)]
struct Rounding {
    cash_rounding: Option<CashRounding>,
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
        b.timezone, s.table_id, t.code as table_code, k.status, k.currency, k.total_cents, k.paid_cents,
        k.written_off_cents, k.requested_at, k.paid_at, k.closed_at
    from guest_check k join table_session s on s.id = k.session_id join dining_table t on t.id = s.table_id
        join branch b on b.id = k.branch_id
    where k.id = $1 and k.tenant_id = $2"
);

static ROUNDING: &Sql =
    sql!(row("id"), "select cash_rounding from branch where id = (select branch_id from guest_check where id = $1)");

static CHARGES: &Sql = sql!(
    row("check_id"),
    "select c.id as charge_id, c.round_item_id, c.diner_id, d.name as diner_name, c.description, c.qty,
        c.gross_cents, c.amount_cents, c.paid_cents, c.rounding,
        c.rounding or (i.id is not null and #billed(r, i)) as stands
    from charge c left join diner d on d.id = c.diner_id
        left join round_item i on i.id = c.round_item_id left join round r on r.id = i.round_id
    where c.check_id = $1 order by c.created_at, c.id"
);

static COMPS: &Sql = sql!(
    row("id"),
    "select i.id as round_item_id, i.product_name || coalesce(' (' || i.modifiers || ')', '') as description, i.qty,
        cast(i.qty * i.unit_price_cents as bigint) as amount_cents, i.void_reason as reason, i.approved_by_id, i.voided_at
    from round r join round_item i on i.round_id = r.id
    where r.session_id = (select session_id from guest_check where id = $1) and #comped(r, i)
    order by i.voided_at, i.id"
);

static DISCOUNTS: &Sql = sql!(
    row("check_id"),
    "select id as discount_id, type as discount_type, value, amount_cents, reason, granted_by_id, rounding, charge_ids, created_at
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
        let comps = all(self.reader(), COMPS, [id.into()]).await?;
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
        let remaining_cents = head.total_cents.saturating_sub(head.paid_cents).saturating_sub(head.written_off_cents);
        let rounding: Option<Rounding> = one(self.reader(), ROUNDING, [id.into()]).await?;
        let rounding = rounding.and_then(|row| row.cash_rounding);
        let cash_remaining_cents = rounding.map_or(remaining_cents, |by| by.round(remaining_cents, head.currency));
        Ok(CheckDetail { head, remaining_cents, cash_remaining_cents, charges, comps, discounts, payments })
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
