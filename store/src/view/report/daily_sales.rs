//! What each day brought.

use super::{
    orders_by_hour::ORDERS,
    taking::taking,
    window::{Window, per, place},
};
use crate::{
    Database,
    error::{Error, Result},
    sql::sql,
    unit_of_work::all,
};
use chrono::NaiveDate;
use domain::{BranchId, money::MoneyError};
use sea_orm::FromQueryResult;
use std::collections::BTreeMap;
use wire::report::DaySales;

#[derive(FromQueryResult)]
struct Row {
    branch_id: BranchId,
    day: Option<NaiveDate>,
    quarter: i64,
    sales: i64,
}

impl Database {
    /// The days that have sales or orders, the oldest first.
    ///
    /// # Errors
    /// The database failed, or a sum does not fit.
    pub async fn report_daily_sales(&self, window: &Window) -> Result<Vec<DaySales>> {
        let sql = sql!(
            tenant,
            "{}, {} select t.branch_id, t.day, t.quarter, cast(sum(t.net_cents) as bigint) as sales
            from taking t join payment p on p.id = t.payment_id and p.tenant_id = $1
            where t.net_cents <> 0 group by 1, 2, 3",
            place(),
            taking()
        );
        let rows: Vec<Row> = all(self.reader(), sql, window.values()).await?;
        let mut days: BTreeMap<NaiveDate, (i64, i64)> = BTreeMap::new();
        for row in rows {
            if let Some(day) = window.day(row.branch_id, row.day, row.quarter) {
                let (sales, _) = days.entry(day).or_default();
                *sales = sales.checked_add(row.sales).ok_or(Error::Money(MoneyError))?;
            }
        }
        let orders: Vec<super::orders_by_hour::Row> = all(self.reader(), ORDERS, window.values()).await?;
        for row in orders {
            if let Some(day) = window.day(row.branch_id, row.day, row.quarter) {
                days.entry(day).or_default().1 += row.orders;
            }
        }
        let day = |(date, (sales, orders)): (NaiveDate, (i64, i64))| DaySales {
            date,
            total_sales_cents: sales,
            order_count: orders,
            avg_order_cents: per(sales, orders),
        };
        Ok(days.into_iter().map(day).collect())
    }
}
