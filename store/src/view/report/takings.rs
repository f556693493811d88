//! How money was tendered.

use super::{
    taking::taking,
    window::{Window, place},
};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
};
use wire::report::MethodSales;

// A payment in a foreign currency or to a foreign account is approved and counts for nothing: the last condition leaves
// it out.
static METHODS: &Sql = sql!(tenant, "{}, {} select p.tender as method, cast(sum(t.came) as bigint) as payment_count,
        cast(sum(t.amount_cents) as bigint) as total_amount_cents, cast(sum(t.tip_cents) as bigint) as total_tips_cents,
        cast(sum(t.refunded_cents) as bigint) as total_refunded_cents,
        cast(sum(t.charged_back_cents) as bigint) as total_charged_back_cents,
        cast(sum(t.net_cents) as bigint) as total_sales_cents
    from taking t join payment p on p.id = t.payment_id join guest_check k on k.id = p.check_id and k.currency = p.currency
    where p.tenant_id = $1 and (#taken_back(p) or #money(p)
        and p.net_cents + p.tip_cents = p.amount_cents - p.refunded_cents)
    group by p.tender", place(), taking());

impl Database {
    /// The ways to pay that were used, the one that brought most first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_sales_by_method(&self, window: &Window) -> Result<Vec<MethodSales>> {
        let mut rows: Vec<MethodSales> = all(self.reader(), METHODS, window.values()).await?;
        rows.sort_by(|one, other| {
            let most = other.total_sales_cents.cmp(&one.total_sales_cents);
            most.then_with(|| one.method.as_str().cmp(other.method.as_str()))
        });
        Ok(rows)
    }
}
