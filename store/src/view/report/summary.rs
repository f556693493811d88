//! The whole period in five numbers.

use super::{
    taking::taking,
    window::{Window, per, place, within},
};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::one,
};
use sea_orm::FromQueryResult;
use wire::report::{HourOrders, Summary};

#[derive(FromQueryResult)]
struct Row {
    revenue: i64,
    sessions: i64,
}

static SUMS: &Sql = sql!(
    tenant,
    "{}, {} select (select cast(coalesce(sum(net_cents), 0) as bigint) from taking) as revenue,
    (select count(*) from table_session s join place w on {} where s.tenant_id = $1) as sessions",
    place(),
    taking(),
    within("s", "s.opened_at")
);

impl Database {
    /// The whole period in five numbers.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_summary(&self, window: &Window) -> Result<Summary> {
        let sums: Option<Row> = one(self.reader(), SUMS, window.values()).await?;
        let (revenue, sessions) = sums.map_or((0, 0), |row| (row.revenue, row.sessions));
        let hours = self.report_orders_by_hour(window).await?;
        let orders: i64 = hours.iter().map(|row| row.order_count).sum();
        Ok(Summary {
            total_revenue_cents: revenue,
            total_orders: orders,
            avg_order_value_cents: per(revenue, orders),
            total_sessions: sessions,
            busiest_hour: busiest(&hours),
        })
    }
}

/// `hours` come in order, so the first of equals is the earliest.
fn busiest(hours: &[HourOrders]) -> Option<u32> {
    let most = hours.iter().map(|row| row.order_count).max()?;
    hours.iter().find(|row| row.order_count == most).map(|row| row.hour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_of_two_busy_hours_counts() {
        let hours = |counts: &[(u32, i64)]| -> Vec<HourOrders> {
            counts.iter().map(|(hour, order_count)| HourOrders { hour: *hour, order_count: *order_count }).collect()
        };
        assert_eq!(busiest(&hours(&[(9, 1), (13, 4), (21, 4)])), Some(13));
        assert_eq!(busiest(&[]), None);
    }
}
