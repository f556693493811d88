//! The party at a table as the waiter's and the office's detail screens show it (W9).
//!
//! CANCELED rounds are left out, the shipped badge cannot draw one; voided items are shown as such and cost nothing.

use super::{line::LineRow, owed::total_cents};
use crate::{
    Database,
    error::Result,
    scoped::admitted,
    sql::{Sql, sql},
    unit_of_work::{all, one},
};
use auth::{RoleSet, Staff};
use chrono::{DateTime, Utc};
use domain::{
    BranchId, Cents, CheckId, DinerId, RoundId, RoundItemId, SessionId, TableId, check::CheckStatus,
    round::RoundStatus, session::SessionStatus,
};
use sea_orm::FromQueryResult;
use wire::session::{ItemDetail, RoundDetail, SessionDetail};

#[derive(FromQueryResult)]
struct Sitting {
    branch_id: BranchId,
    code: String,
    session_id: Option<SessionId>,
    status: Option<SessionStatus>,
    opened_at: Option<DateTime<Utc>>,
    check_id: Option<CheckId>,
    check_status: Option<CheckStatus>,
    total_cents: Cents,
    paid_cents: Cents,
}

static SITTING: &Sql = sql!(
    tenant,
    "select t.branch_id, t.code, s.id as session_id, s.status, s.opened_at, k.id as check_id, k.status as check_status,
        coalesce(k.paid_cents, 0) as paid_cents, {} as total_cents
    from dining_table t
    left join table_session s on s.table_id = t.id and #live_session(s)
    left join guest_check k on k.session_id = s.id
    where t.id = $1 and t.tenant_id = $2 and t.is_active",
    total_cents()
);

static DINERS: &Sql = sql!(
    session,
    "select id, session_id, name, color, local_id, joined_at, device_id from diner
    where session_id = $1 and removed_at is null order by joined_at, id"
);

#[derive(FromQueryResult)]
struct Row {
    round_id: RoundId,
    round_number: i32,
    status: RoundStatus,
    created_at: DateTime<Utc>,
    submitted_at: Option<DateTime<Utc>>,
    id: RoundItemId,
    #[sea_orm(nested)]
    line: LineRow,
    category_name: Option<String>,
    unit_price_cents: Cents,
    diner_id: Option<DinerId>,
    diner_name: Option<String>,
    diner_color: Option<String>,
    is_voided: bool,
    void_reason: Option<String>,
}

// A round has items as long as it exists, so the join loses none.
static LINES: &Sql = sql!(
    session,
    "select r.id as round_id, r.round_number, r.status, r.created_at, r.submitted_at,
        i.id, #line(i), c.name as category_name, i.unit_price_cents, i.diner_id, d.name as diner_name,
        d.color as diner_color, i.voided_at is not null as is_voided, i.void_reason
    from round r
    join round_item i on i.round_id = r.id
    left join product p on p.id = i.product_id
    left join category c on c.id = p.category_id
    left join diner d on d.id = i.diner_id
    where r.session_id = $1 and #counts(r)
    order by r.round_number, i.line"
);

impl Database {
    /// The live session of one of the caller's tables; `None` when nobody sits there.
    ///
    /// # Errors
    /// The table is not found, or not in the caller's branches.
    pub async fn session_detail<R: RoleSet>(&self, staff: &Staff<R>, table: TableId) -> Result<Option<SessionDetail>> {
        let row: Option<Sitting> = one(self.reader(), SITTING, [table.into(), staff.tenant_id().into()]).await?;
        let sitting = admitted(staff, "table", row, |row| row.branch_id)?;
        let (Some(session_id), Some(status), Some(opened_at)) = (sitting.session_id, sitting.status, sitting.opened_at)
        else {
            return Ok(None);
        };
        let diners = all(self.reader(), DINERS, [session_id.into()]).await?;
        let rows: Vec<Row> = all(self.reader(), LINES, [session_id.into()]).await?;
        let rounds = grouped(rows);
        Ok(Some(SessionDetail {
            session_id,
            table_id: table,
            table_code: sitting.code,
            status,
            opened_at,
            diners,
            rounds,
            check_status: sitting.check_status,
            check_id: sitting.check_id,
            total_cents: sitting.total_cents,
            paid_cents: sitting.paid_cents,
        }))
    }
}

/// Rounds from their lines, which come in order.
fn grouped(rows: Vec<Row>) -> Vec<RoundDetail> {
    let mut rounds: Vec<RoundDetail> = Vec::new();
    for row in rows {
        let item = ItemDetail {
            id: row.id,
            line: row.line.for_staff(),
            category_name: row.category_name,
            unit_price_cents: row.unit_price_cents,
            diner_id: row.diner_id,
            diner_name: row.diner_name,
            diner_color: row.diner_color,
            is_voided: row.is_voided,
            void_reason: row.void_reason,
        };
        match rounds.last_mut().filter(|round| round.id == row.round_id) {
            Some(round) => round.items.push(item),
            None => rounds.push(RoundDetail {
                id: row.round_id,
                round_number: row.round_number,
                status: row.status,
                created_at: row.created_at,
                submitted_at: row.submitted_at,
                items: vec![item],
            }),
        }
    }
    rounds
}
