//! What sells.

use super::window::{Window, place, within};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
};
use sea_orm::Value;
use wire::report::ProductSales;

static PRODUCTS: &Sql = sql!(
    tenant,
    "{} select i.product_id, p.name as product_name, cast(sum(i.qty) as bigint) as quantity_sold,
        cast(coalesce(sum(c.paid_cents), 0) as bigint) as total_revenue_cents
    from round r join place w on {} join round_item i on i.round_id = r.id and i.voided_at is null
    join product p on p.id = i.product_id
    left join charge c on c.round_item_id = i.id
    where r.tenant_id = $1 and #in_kitchen(r)
    group by i.product_id, p.name order by 3 desc, 4 desc, 1 limit $3",
    place(),
    within("r", "r.submitted_at")
);

impl Database {
    /// The products of the orders submitted in the window, those of which most were sold first, at most `limit`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_top_products(&self, window: &Window, limit: u32) -> Result<Vec<ProductSales>> {
        let [tenant, places] = window.values();
        let values: [Value; 3] = [tenant, places, i64::from(limit).into()];
        all(self.reader(), PRODUCTS, values).await
    }
}
