//! When the kitchen is busy.

use super::window::{Window, place, quarter, within};
use crate::{Database, error::Result, sql::sql, unit_of_work::all};
use chrono::Timelike;
use domain::BranchId;
use sea_orm::FromQueryResult;
use std::collections::BTreeMap;
use wire::report::HourOrders;

#[derive(FromQueryResult)]
struct Row {
    branch_id: BranchId,
    quarter: i64,
    orders: i64,
}

impl Database {
    /// The hours of the day that have orders, ascending.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_orders_by_hour(&self, window: &Window) -> Result<Vec<HourOrders>> {
        let sql = sql!(
            tenant,
            "{} select r.branch_id, {} as quarter, count(*) as orders from round r join place w on {}
            where r.tenant_id = $1 and #in_kitchen(r) group by 1, 2",
            place(),
            quarter("r.submitted_at"),
            within("r", "r.submitted_at")
        );
        let rows: Vec<Row> = all(self.reader(), sql, window.values()).await?;
        let mut hours: BTreeMap<u32, i64> = BTreeMap::new();
        for row in rows {
            if let Some(wall) = window.wall(row.branch_id, row.quarter) {
                *hours.entry(wall.hour()).or_default() += row.orders;
            }
        }
        Ok(hours.into_iter().map(|(hour, order_count)| HourOrders { hour, order_count }).collect())
    }
}
