//! The bill as the party's own phones read it (M16).
//!
//! Its lines are the round items, not the charges: a withdrawn check shows what was ordered since, too.

use super::owed::total_cents;
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::{all, one},
};
use auth::{Diner, Scope};
use chrono::{DateTime, Utc};
use domain::{
    Cents, CheckId, DinerId, PaymentId,
    check::CheckStatus,
    payment::{PaymentStatus, Tender},
};
use sea_orm::{FromQueryResult, Value};
use wire::visit::{BillPayment, VisitCheck};

#[derive(FromQueryResult)]
struct Head {
    id: CheckId,
    status: CheckStatus,
    total_cents: Cents,
    paid_cents: Cents,
    written_off_cents: Cents,
    discount_cents: Cents,
    requested_at: DateTime<Utc>,
    table_code: String,
}

#[derive(FromQueryResult)]
struct Paid {
    id: PaymentId,
    tender: Tender,
    status: PaymentStatus,
    amount_cents: Cents,
    tip_cents: Cents,
    refunded_cents: Cents,
    diner_id: Option<DinerId>,
    created_at: DateTime<Utc>,
}

static HEAD: &Sql = sql!(
    tenant,
    "select k.id, k.status, k.paid_cents, k.written_off_cents, k.requested_at, t.code as table_code,
        (select cast(coalesce(sum(d.amount_cents), 0) as bigint) from check_discount d where d.check_id = k.id)
            as discount_cents, {} as total_cents
    from guest_check k join table_session s on s.id = k.session_id join dining_table t on t.id = s.table_id
    where k.session_id = $1 and k.tenant_id = $2",
    total_cents()
);

static ITEMS: &Sql = sql!(tenant, "select c.id as charge_id, i.product_name || coalesce(' (' || i.modifiers || ')', '') as product_name, i.qty, i.unit_price_cents, i.notes, i.diner_id, r.round_number,
        i.qty * i.unit_price_cents as subtotal_cents, coalesce(c.amount_cents, i.qty * i.unit_price_cents) as amount_cents,
        coalesce(c.paid_cents, 0) as paid_cents
    from round r join round_item i on i.round_id = r.id left join charge c on c.round_item_id = i.id
    where r.session_id = $1 and r.tenant_id = $2 and #billed(r, i)
    order by r.round_number, i.line");

static PAYMENTS: &Sql = sql!(
    tenant,
    "select p.id, p.tender, p.status, p.amount_cents, p.tip_cents, p.refunded_cents, p.diner_id, p.created_at
    from payment p join guest_check k on k.id = p.check_id
    where k.session_id = $1 and k.tenant_id = $2 order by p.created_at, p.id"
);

impl Database {
    /// The diner's bill; `None` before it is asked for.
    ///
    /// # Errors
    /// The database failed.
    pub async fn check_of_visit(&self, diner: &Diner) -> Result<Option<VisitCheck>> {
        let values = || -> [Value; 2] { [diner.session_id().into(), Scope::tenant_id(diner).into()] };
        let head: Option<Head> = one(self.reader(), HEAD, values()).await?;
        let Some(head) = head else { return Ok(None) };
        let items = all(self.reader(), ITEMS, values()).await?;
        let payments: Vec<Paid> = all(self.reader(), PAYMENTS, values()).await?;
        Ok(Some(VisitCheck {
            id: head.id,
            status: head.status,
            total_cents: head.total_cents,
            paid_cents: head.paid_cents,
            remaining_cents: head.total_cents.saturating_sub(head.paid_cents).saturating_sub(head.written_off_cents),
            discount_cents: head.discount_cents,
            items,
            payments: payments.into_iter().map(BillPayment::from).collect(),
            created_at: head.requested_at,
            table_code: Some(head.table_code),
        }))
    }
}

impl From<Paid> for BillPayment {
    fn from(row: Paid) -> Self {
        Self {
            id: row.id,
            provider: row.tender.wire_provider(),
            status: row.status.wire(),
            state: row.status,
            amount_cents: row.amount_cents.saturating_sub(row.tip_cents),
            tip_cents: row.tip_cents,
            refunded_cents: row.refunded_cents,
            diner_id: row.diner_id,
            created_at: row.created_at,
        }
    }
}
