//! What is still to be paid: parties at their tables, and those that left something owing.

use super::window::{Window, called, place, within};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
    view::owed::total_cents,
};
use chrono::{DateTime, Utc};
use domain::{BranchId, Cents, CheckId, SessionId, TableId, UserId, check::CheckStatus, session::SessionStatus};
use sea_orm::FromQueryResult;
use wire::report::OpenCheck;

#[derive(FromQueryResult)]
struct Row {
    session_id: SessionId,
    session_status: SessionStatus,
    check_id: Option<CheckId>,
    check_status: Option<CheckStatus>,
    branch_id: BranchId,
    branch_name: String,
    table_id: TableId,
    table_code: String,
    waiter_id: Option<UserId>,
    waiter_name: Option<String>,
    opened_at: DateTime<Utc>,
    requested_at: Option<DateTime<Utc>>,
    total_cents: Cents,
    paid_cents: Cents,
    written_off_cents: Cents,
}

static OPEN: &Sql = sql!(tenant, "{} , owing as (
        select s.id from table_session s join place w on w.branch_id = s.branch_id where #live_session(s)
        union select k.session_id from guest_check k join place w on w.branch_id = k.branch_id where #unsettled(k)
    )
    select s.id as session_id, s.status as session_status, k.id as check_id, k.status as check_status, s.branch_id,
        b.name as branch_name, s.table_id, t.code as table_code, s.assigned_waiter_id as waiter_id, {} as waiter_name, s.opened_at, k.requested_at, {} as total_cents, coalesce(k.paid_cents, 0) as paid_cents, coalesce(k.written_off_cents, 0) as written_off_cents
    from owing o join table_session s on s.id = o.id join place w on {} join branch b on b.id = s.branch_id join dining_table t on t.id = s.table_id
    left join guest_check k on k.session_id = s.id
    left join app_user u on u.id = s.assigned_waiter_id
    where s.tenant_id = $1 order by s.opened_at, s.id", place(), called(), total_cents(), within("s", "s.opened_at"));

impl Database {
    /// The parties that sat down in the window and owe something now, whoever has sat longest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_open_checks(&self, window: &Window) -> Result<Vec<OpenCheck>> {
        let rows: Vec<Row> = all(self.reader(), OPEN, window.values()).await?;
        Ok(rows.into_iter().map(OpenCheck::from).filter(|check| check.remaining_cents > Cents::ZERO).collect())
    }
}

impl From<Row> for OpenCheck {
    fn from(row: Row) -> Self {
        Self {
            session_id: row.session_id,
            session_status: row.session_status,
            check_id: row.check_id,
            check_status: row.check_status,
            branch_id: row.branch_id,
            branch_name: row.branch_name,
            table_id: row.table_id,
            table_code: row.table_code,
            waiter_id: row.waiter_id,
            waiter_name: row.waiter_name,
            opened_at: row.opened_at,
            requested_at: row.requested_at,
            remaining_cents: row.total_cents.saturating_sub(row.paid_cents).saturating_sub(row.written_off_cents),
            total_cents: row.total_cents,
            paid_cents: row.paid_cents,
        }
    }
}
