//! What sells.

use super::{
    sold::sold,
    window::{Window, kept, place},
};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
};
use sea_orm::Value;
use wire::report::ProductSales;

// A portion that is struck on a later day was sold on its own, and is taken off on that of the striking.
static PRODUCTS: &Sql = sql!(
    tenant,
    "{}, {}, line as (
        select i.product_id, i.qty, case when i.voided_at is null
            then coalesce(c.amount_cents, i.qty * i.unit_price_cents) else i.qty * i.unit_price_cents end as cents
        from sold s join round_item i on i.id = s.item_id left join charge c on c.round_item_id = i.id
        where i.voided_at is null or i.voided_business_day > i.business_day
        union all
        select i.product_id, -i.qty, -i.qty * i.unit_price_cents
        from round_item i join round r on r.id = i.round_id join place w on w.branch_id = r.branch_id and {}
        where i.tenant_id = $1 and i.voided_business_day > i.business_day and #in_kitchen(r)
    )
    select l.product_id, p.name as product_name, cast(sum(l.qty) as bigint) as quantity_sold,
        cast(sum(l.cents) as bigint) as total_revenue_cents
    from line l join product p on p.id = l.product_id
    group by l.product_id, p.name order by 3 desc, 4 desc, 1 limit $3",
    place(),
    sold(),
    kept("i.voided_business_day")
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
