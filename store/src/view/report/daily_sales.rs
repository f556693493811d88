//! What each day brought.

use super::window::{Window, place, quarter, within};
use crate::{Database, error::Result, sql::sql, unit_of_work::all};
use chrono::NaiveDate;
use domain::{BranchId, Cents};
use sea_orm::FromQueryResult;
use std::collections::BTreeMap;
use wire::report::DaySales;

#[derive(FromQueryResult)]
struct Row {
    branch_id: BranchId,
    quarter: i64,
    sales: Cents,
    payments: i64,
}

impl Database {
    /// The days that have sales, the oldest first.
    ///
    /// # Errors
    /// The database failed, or a sum does not fit.
    pub async fn report_daily_sales(&self, window: &Window) -> Result<Vec<DaySales>> {
        let sql = sql!(
            tenant,
            "{} select p.branch_id, {} as quarter, cast(sum(p.net_cents) as bigint) as sales, count(*) as payments
            from payment p join place w on {}
            where p.tenant_id = $1 and p.check_id is not null and p.net_cents > 0 group by 1, 2",
            place(),
            quarter("coalesce(p.approved_at, p.created_at)"),
            within("p", "coalesce(p.approved_at, p.created_at)")
        );
        let rows: Vec<Row> = all(self.reader(), sql, window.values()).await?;
        let mut days: BTreeMap<NaiveDate, (Cents, i64)> = BTreeMap::new();
        for row in rows {
            if let Some(wall) = window.wall(row.branch_id, row.quarter) {
                let (sales, payments) = days.entry(wall.date()).or_default();
                *sales = sales.checked_add(row.sales)?;
                *payments += row.payments;
            }
        }
        let day = |(date, (sales, payments)): (NaiveDate, (Cents, i64))| DaySales {
            date,
            total_sales_cents: sales,
            order_count: payments,
            avg_order_cents: sales.per(payments),
        };
        Ok(days.into_iter().map(day).collect())
    }
}
