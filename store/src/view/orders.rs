//! The orders page (C15): what the kitchen has and what waits to be carried out.
//!
//! The shipped page knows no struck items and would show them like any other, so they are left out, of the list as of
//! the total.

use super::{
    kitchen_place::{At, OpenIn, Reached},
    line::LineRow,
};
use crate::{
    Database, Page,
    error::Result,
    sql::built_sql,
    unit_of_work::{all, one},
};
use auth::{RoleSet, Staff};
use chrono::{DateTime, Utc};
use domain::{BranchId, Cents, RoundId, RoundItemId, SessionId, TableId, round::RoundStatus};
use sea_orm::FromQueryResult;
use wire::order::{ActiveOrder, OrderItem, OrderStats};

#[derive(FromQueryResult)]
struct Row {
    id: RoundId,
    round_number: i32,
    status: RoundStatus,
    table_id: TableId,
    table_code: String,
    branch_id: BranchId,
    branch_name: String,
    session_id: SessionId,
    submitted_at: Option<DateTime<Utc>>,
    item_id: RoundItemId,
    #[sea_orm(nested)]
    line: LineRow,
    unit_price_cents: Cents,
    diner_name: Option<String>,
}

// A party that left waits for nothing; an earlier version left its rounds open.
const ACTIVE: &str = "r.tenant_id = $1 and #shown_in_kitchen(r) and #live_session(s)";

// A round whose last item is struck is canceled, so the inner join of items loses none.
const SELECT: &str = "select r.id, r.round_number, r.status, t.id as table_id, t.code as table_code, r.branch_id,
        b.name as branch_name, r.session_id, r.submitted_at, i.id as item_id, #line(i),
        i.unit_price_cents, d.name as diner_name
    from round r
    join branch b on b.id = r.branch_id
    join table_session s on s.id = r.session_id
    join dining_table t on t.id = s.table_id
    join round_item i on i.round_id = r.id and i.voided_at is null
    left join diner d on d.id = i.diner_id";

const COUNT: &str = "select count(*) as total_active, count(case when r.status = 'SUBMITTED' then 1 end) as pending,
        count(case when r.status = 'IN_KITCHEN' then 1 end) as in_kitchen,
        count(case when r.status = 'READY' then 1 end) as ready
    from round r join table_session s on s.id = r.session_id";

impl Database {
    /// The orders of `at` that are not on the table yet, the longest waiting first; all of one status if it is given.
    ///
    /// # Errors
    /// A branch was named that is not found or not the caller's; a sum does not fit.
    pub async fn active_orders<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        at: At,
        status: Option<RoundStatus>,
        page: Page,
    ) -> Result<Vec<ActiveOrder>> {
        let OpenIn { reach, values } = self.open_in(staff, at).await?;
        let sql = built_sql!(
            tenant,
            reach: Reached = reach,
            in Reached::ALL,
            format!("{SELECT} where {ACTIVE} {} order by r.submitted_at, r.id, i.line", reach.and("r.branch_id"))
        );
        let rows: Vec<Row> = all(self.reader(), &sql, values).await?;
        let mut orders: Vec<ActiveOrder> = Vec::new();
        for row in rows.into_iter().filter(|row| status.is_none_or(|status| row.status == status)) {
            let cost = row.unit_price_cents.checked_times(row.line.qty().times())?;
            let (id, head, item) = row.parted();
            match orders.last_mut() {
                Some(order) if order.id == id => order.items.push(item),
                _ => orders.push(ActiveOrder { items: vec![item], ..head }),
            }
            if let Some(order) = orders.last_mut() {
                order.total_cents = order.total_cents.checked_add(cost)?;
            }
        }
        // A kitchen has no more orders at once than it can cook: the part is taken here, where orders are whole.
        Ok(page.part(orders))
    }

    /// How many of them there are.
    ///
    /// # Errors
    /// A branch was named that is not found or not the caller's.
    pub async fn order_stats<R: RoleSet>(&self, staff: &Staff<R>, at: At) -> Result<OrderStats> {
        let OpenIn { reach, values } = self.open_in(staff, at).await?;
        let sql = built_sql!(
            tenant,
            reach: Reached = reach,
            in Reached::ALL,
            format!("{COUNT} where {ACTIVE} {}", reach.and("r.branch_id"))
        );
        let stats = one(self.reader(), &sql, values).await?;
        Ok(stats.unwrap_or(OrderStats { total_active: 0, pending: 0, in_kitchen: 0, ready: 0 }))
    }
}

impl Row {
    fn parted(self) -> (RoundId, ActiveOrder, OrderItem) {
        let head = ActiveOrder {
            id: self.id,
            round_number: self.round_number,
            status: self.status,
            table_id: Some(self.table_id),
            table_code: Some(self.table_code),
            branch_id: self.branch_id,
            branch_name: self.branch_name,
            session_id: self.session_id,
            items: Vec::new(),
            submitted_at: self.submitted_at,
            total_cents: Cents::ZERO,
        };
        let item = OrderItem {
            id: self.item_id,
            line: self.line.for_staff(),
            unit_price_cents: self.unit_price_cents,
            diner_name: self.diner_name,
        };
        (self.id, head, item)
    }
}
