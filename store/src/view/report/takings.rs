//! How money was tendered.

use super::window::{Window, place, within};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
};
use wire::report::MethodSales;

// A payment in a foreign currency or to a foreign account is approved and counts for nothing: the last condition leaves
// it out.
static METHODS: &Sql = sql!(tenant, "{} select p.tender as method, count(*) as payment_count, cast(sum(p.amount_cents) as bigint) as total_amount_cents,
        cast(sum(p.tip_cents) as bigint) as total_tips_cents,
        cast(sum(case when p.status = 'REFUNDED' then p.amount_cents - p.net_cents - p.tip_cents
            else p.refunded_cents end) as bigint) as total_refunded_cents,
        cast(sum(case when p.status = 'CHARGED_BACK'
            then p.amount_cents - p.refunded_cents - p.net_cents - p.tip_cents else 0 end) as bigint)
            as total_charged_back_cents,
        cast(sum(p.net_cents) as bigint) as total_sales_cents
    from payment p join place w on {} join guest_check k on k.id = p.check_id and k.currency = p.currency
    where p.tenant_id = $1 and (#taken_back(p) or #money(p)
        and p.net_cents + p.tip_cents = p.amount_cents - p.refunded_cents)
    group by p.tender order by 7 desc, 1", place(), within("p", "coalesce(p.approved_at, p.created_at)"));

impl Database {
    /// The ways to pay that were used, the one that brought most first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_sales_by_method(&self, window: &Window) -> Result<Vec<MethodSales>> {
        all(self.reader(), METHODS, window.values()).await
    }
}
