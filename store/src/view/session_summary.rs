//! A session in one line, whatever its state (W22).

use super::owed::total_cents;
use crate::{
    Database,
    error::Result,
    scoped::admitted,
    sql::{Sql, sql},
    unit_of_work::one,
};
use auth::{RoleSet, Staff};
use chrono::{DateTime, Utc};
use domain::{
    BranchId, Cents, CheckId, SessionId, TableId, UserId,
    check::CheckStatus,
    session::{OpenedBy, SessionStatus},
};
use sea_orm::FromQueryResult;
use wire::session::SessionSummary;

#[derive(FromQueryResult)]
struct Row {
    id: SessionId,
    branch_id: BranchId,
    table_id: TableId,
    table_code: String,
    status: SessionStatus,
    opened_at: DateTime<Utc>,
    opened_by: OpenedBy,
    opened_by_waiter_id: Option<UserId>,
    assigned_waiter_id: Option<UserId>,
    diner_count: i64,
    rounds_count: i64,
    waiter_rounds: i64,
    total_cents: Cents,
    paid_cents: Cents,
    check_id: Option<CheckId>,
    check_status: Option<CheckStatus>,
}

static SUMMARY: &Sql = sql!(
    tenant,
    "select s.id, s.branch_id, s.table_id, t.code as table_code, s.status, s.opened_at, s.opened_by,
        s.opened_by_waiter_id, s.assigned_waiter_id,
        (select count(*) from diner d where d.session_id = s.id and d.removed_at is null) as diner_count,
        (select count(*) from round r where r.session_id = s.id and #counts(r)) as rounds_count,
        (select count(*) from round r where r.session_id = s.id and r.submitted_by = 'WAITER') as waiter_rounds,
        k.id as check_id, k.status as check_status, coalesce(k.paid_cents, 0) as paid_cents, {} as total_cents
    from table_session s join dining_table t on t.id = s.table_id left join guest_check k on k.session_id = s.id
    where s.id = $1 and s.tenant_id = $2",
    total_cents()
);

impl Database {
    /// A session of the caller's.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn session_summary<R: RoleSet>(&self, staff: &Staff<R>, id: SessionId) -> Result<SessionSummary> {
        let row: Option<Row> = one(self.reader(), SUMMARY, [id.into(), staff.tenant_id().into()]).await?;
        let row = admitted(staff, "session", row, |row| row.branch_id)?;
        let by_waiter = row.opened_by == OpenedBy::Waiter || row.waiter_rounds > 0;
        Ok(SessionSummary {
            session_id: row.id,
            table_id: row.table_id,
            table_code: row.table_code,
            status: row.status,
            opened_at: row.opened_at,
            opened_by: row.opened_by,
            opened_by_waiter_id: row.opened_by_waiter_id,
            assigned_waiter_id: row.assigned_waiter_id,
            diner_count: row.diner_count,
            rounds_count: row.rounds_count,
            total_cents: row.total_cents,
            paid_cents: row.paid_cents,
            check_status: row.check_status,
            check_id: row.check_id,
            is_hybrid: by_waiter && row.diner_count > 0,
        })
    }
}
