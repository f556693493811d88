//! The calls that wait for somebody.

use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
};
use auth::{RoleSet, Staff};
use chrono::{DateTime, Utc};
use domain::{
    BranchId, CallId, SessionId, TableId, UserId,
    call::{CallStatus, CallType},
};
use sea_orm::{FromQueryResult, Value};
use wire::call::Call;

#[derive(FromQueryResult)]
struct Row {
    id: CallId,
    branch_id: BranchId,
    kind: CallType,
    status: CallStatus,
    created_at: DateTime<Utc>,
    acked_at: Option<DateTime<Utc>>,
    acked_by_id: Option<UserId>,
    table_id: TableId,
    table_code: String,
    session_id: SessionId,
}

static LIVE: &Sql = sql!(
    tenant,
    "select c.id, c.branch_id, c.type as kind, c.status, c.created_at, c.acked_at, c.acked_by_id,
        s.table_id, t.code as table_code, c.session_id
    from service_call c
    join table_session s on s.id = c.session_id
    join dining_table t on t.id = s.table_id
    where c.tenant_id = $1 and #live_call(c) and (c.branch_id = $2 or $2 = 0)
    order by c.created_at, c.id"
);

impl Database {
    /// The calls that are not done, oldest first, of one of the caller's branches or of all of them.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn live_calls<R: RoleSet>(&self, staff: &Staff<R>, branch: Option<BranchId>) -> Result<Vec<Call>> {
        if let Some(branch) = branch {
            self.find_branch(staff, branch).await?;
        }
        let values: [Value; 2] = [staff.tenant_id().into(), branch.map_or(0, BranchId::get).into()];
        let rows: Vec<Row> = all(self.reader(), LIVE, values).await?;
        let reach = staff.branches();
        let rows = rows.into_iter().filter(|row| reach.covers(row.branch_id));
        Ok(rows.map(Into::into).collect())
    }
}

impl From<Row> for Call {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            r#type: row.kind,
            status: row.status,
            created_at: row.created_at,
            acked_at: row.acked_at,
            acked_by_user_id: row.acked_by_id,
            table_id: row.table_id,
            table_code: row.table_code,
            session_id: row.session_id,
        }
    }
}
