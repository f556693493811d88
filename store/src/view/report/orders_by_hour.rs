//! When the kitchen is busy.

use super::{
    sold::sold,
    window::{Window, place, quarter},
};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
};
use chrono::{NaiveDate, Timelike};
use domain::BranchId;
use sea_orm::FromQueryResult;
use std::collections::BTreeMap;
use wire::report::HourOrders;

/// Orders of a branch that were submitted in one quarter of an hour.
#[derive(FromQueryResult)]
pub(super) struct Row {
    pub(super) branch_id: BranchId,
    /// Their business day, where it is kept.
    pub(super) day: Option<NaiveDate>,
    pub(super) quarter: i64,
    pub(super) orders: i64,
}

pub(super) static ORDERS: &Sql = sql!(
    tenant,
    "{}, {} select s.branch_id, s.day, {} as quarter, count(distinct s.round_id) as orders
    from sold s join round r on r.id = s.round_id and r.tenant_id = $1 group by 1, 2, 3",
    place(),
    sold(),
    quarter("r.submitted_at")
);

impl Database {
    /// The hours of the day that have orders, ascending.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_orders_by_hour(&self, window: &Window) -> Result<Vec<HourOrders>> {
        let rows: Vec<Row> = all(self.reader(), ORDERS, window.values()).await?;
        let mut hours: BTreeMap<u32, i64> = BTreeMap::new();
        for row in rows {
            if let Some(wall) = window.wall(row.branch_id, row.quarter) {
                *hours.entry(wall.hour()).or_default() += row.orders;
            }
        }
        Ok(hours.into_iter().map(|(hour, order_count)| HourOrders { hour, order_count }).collect())
    }
}
