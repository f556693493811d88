//! What each member of the floor did.
//!
//! A party belongs to the waiter who has its table; where nobody has it (the diners opened it with a phone), money
//! belongs to whoever registered it, and what came by phone to nobody. A round belongs to whoever confirmed it, else to
//! whoever took it at the table.

use super::window::{Window, called, millis, place, within};
use crate::{Database, error::Result, sql::sql, unit_of_work::all};
use domain::{Cents, UserId};
use sea_orm::FromQueryResult;
use wire::report::WaiterPerformance;

#[derive(FromQueryResult)]
struct Row {
    user_id: UserId,
    user_name: String,
    tables: i64,
    rounds: i64,
    revenue: Cents,
    tips: Cents,
    served: i64,
    service_ms: i64,
    calls: i64,
    response_ms: i64,
}

/// Each kind of work is a row of `did` a person, with its numbers in their columns and nothing in the others.
fn text() -> String {
    let (orders, money) = (within("r", "r.submitted_at"), within("p", "coalesce(p.approved_at, p.created_at)"));
    let (stays, calls) = (within("s", "s.opened_at"), within("c", "c.created_at"));
    format!(
        "{place}, took as (
            select coalesce(r.confirmed_by_id, r.submitted_by_waiter_id) as user_id, r.session_id,
                case when r.served_at is null then 0 else 1 end as served,
                case when r.served_at is null then 0 else {service} end as service_ms
            from round r join place w on {orders}
            where r.tenant_id = $1 and #in_kitchen(r)
        ), paid as (
            select coalesce(s.assigned_waiter_id, p.registered_by_id) as user_id, s.id as session_id, p.net_cents, p.tip_cents
            from payment p join place w on {money} join guest_check k on k.id = p.check_id
                join table_session s on s.id = k.session_id
            where p.tenant_id = $1 and p.net_cents + p.tip_cents > 0
        ), met as (
            select s.assigned_waiter_id as user_id, s.id as session_id from table_session s join place w on {stays}
            where s.tenant_id = $1
            union select user_id, session_id from took
            union select user_id, session_id from paid
        ), did as (
            select user_id, count(*) as tables, 0 as rounds, 0 as revenue, 0 as tips, 0 as served, 0 as service_ms,
                0 as calls, 0 as response_ms from met group by user_id
            union all select user_id, 0, count(*), 0, 0, sum(served), sum(service_ms), 0, 0 from took group by user_id
            union all select user_id, 0, 0, sum(net_cents), sum(tip_cents), 0, 0, 0, 0 from paid group by user_id
            union all select c.acked_by_id, 0, 0, 0, 0, 0, 0, count(*), sum({response})
                from service_call c join place w on {calls}
                where c.tenant_id = $1 and c.acked_at is not null group by c.acked_by_id
        )
        select u.id as user_id, {called} as user_name, cast(sum(tables) as bigint) as tables,
            cast(sum(rounds) as bigint) as rounds, cast(sum(revenue) as bigint) as revenue,
            cast(sum(tips) as bigint) as tips, cast(sum(served) as bigint) as served,
            cast(sum(service_ms) as bigint) as service_ms, cast(sum(calls) as bigint) as calls,
            cast(sum(response_ms) as bigint) as response_ms
        from did join app_user u on u.id = did.user_id where u.tenant_id = $1
        group by u.id, u.first_name, u.last_name, u.email order by 5 desc, 1",
        place = place(),
        service = millis("r.submitted_at", "r.served_at"),
        response = millis("c.created_at", "c.acked_at"),
        called = called(),
    )
}

impl Database {
    /// Everybody who did anything in the window, the one with the most revenue first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_waiters(&self, window: &Window) -> Result<Vec<WaiterPerformance>> {
        let sql = sql!(tenant, "{}", text());
        let rows: Vec<Row> = all(self.reader(), sql, window.values()).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}

impl From<Row> for WaiterPerformance {
    fn from(row: Row) -> Self {
        Self {
            user_id: row.user_id,
            user_name: row.user_name,
            total_tables_served: row.tables,
            total_rounds_processed: row.rounds,
            total_rounds_served: row.served,
            total_revenue_cents: row.revenue,
            total_tips_cents: row.tips,
            avg_service_time_minutes: mean(row.service_ms, row.served, 60_000),
            total_service_calls: row.calls,
            avg_response_time_seconds: mean(row.response_ms, row.calls, 1000),
        }
    }
}

/// `millis` by `count` in units of `unit` milliseconds, to a tenth, half a tenth rounded up.
fn mean(millis: i64, count: i64, unit: i64) -> f64 {
    let divisor = count.saturating_mul(unit);
    if divisor == 0 {
        return 0.0;
    }
    let tenths = millis.saturating_mul(20).saturating_add(divisor) / divisor.saturating_mul(2);
    #[expect(clippy::float_arithmetic, reason = "a time for people; no money is in it")]
    let mean = tenths as f64 / 10.0;
    mean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_rounded_to_a_tenth() {
        assert_eq!(mean(0, 0, 1000), 0.0);
        assert_eq!(mean(90_000, 2, 60_000), 0.8);
        assert_eq!(mean(1_049, 1, 1000), 1.0);
        assert_eq!(mean(1_050, 1, 1000), 1.1);
        assert_eq!(mean(10_000, 3, 1000), 3.3);
    }
}
