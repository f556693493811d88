//! Tables as the floor sees them: who sits there, what is cooking, who calls.
//!
//! One statement reads tables, sessions, rounds, calls and checks, so a row never mixes two moments: a table that
//! turned FREE while the list was read would otherwise show the departed party's calls.
//!
//! The floor's lists show tables in use; the office's also those that are switched off. A table whose sector was
//! deleted stands in none.

use super::assignments::{counts_on, replaced_on};
use crate::{
    Database,
    error::Result,
    page::name_order,
    scoped::admitted,
    sql::{Sql, sql},
    unit_of_work::{UnitOfWork, all, one},
};
use auth::{RoleSet, Scope, Staff};
use chrono::{Days, NaiveDate};
use domain::{
    BranchId, CallId, RoundId, SectorId, SessionId, TableId, TenantId, check::CheckStatus, round::RoundStatus,
    table::TableStatus, timezone::local_date,
};
use sea_orm::{FromQueryResult, Value};
use std::collections::{BTreeMap, HashSet};
use wire::table::OfficeTable;

/// A table at this moment.
#[derive(Clone, Debug)]
pub struct TableNow {
    /// The table.
    pub id: TableId,
    /// Its business.
    pub tenant_id: TenantId,
    /// Its branch.
    pub branch_id: BranchId,
    /// As on the QR sticker.
    pub code: String,
    /// Seats.
    pub capacity: i32,
    /// What it is doing.
    pub status: TableStatus,
    /// False once the office deleted it.
    pub is_active: bool,
    /// Its part of the floor.
    pub sector_id: Option<SectorId>,
    /// That sector's name.
    pub sector_name: Option<String>,
    /// The live session.
    pub session_id: Option<SessionId>,
    /// Its rounds that are neither served nor canceled.
    pub open_rounds: BTreeMap<RoundId, RoundStatus>,
    /// Its calls that nobody answered yet.
    pub open_calls: Vec<CallId>,
    /// Who confirmed its latest confirmed round.
    pub confirmed_by_name: Option<String>,
    /// Where its check stands; `None` before it is asked for.
    pub check_status: Option<CheckStatus>,
}

impl From<TableNow> for OfficeTable {
    fn from(table: TableNow) -> Self {
        Self {
            id: table.id,
            tenant_id: table.tenant_id,
            branch_id: table.branch_id,
            code: table.code,
            capacity: table.capacity,
            sector: table.sector_name,
            sector_id: table.sector_id,
            status: table.status,
            is_active: table.is_active,
            session_id: table.session_id,
            active_round_statuses: table.open_rounds,
            confirmed_by_name: table.confirmed_by_name,
        }
    }
}

/// Which tables of the caller's branches are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floor {
    /// All of them, those that are switched off included: the office's.
    Whole,
    /// Those of the caller's sectors of today; all of them where the caller manages the branch (W7).
    Mine,
    /// Those of the caller's sectors of today; all of them where the caller has none.
    MineOrWhole,
}

#[derive(FromQueryResult)]
struct Row {
    id: TableId,
    tenant_id: TenantId,
    branch_id: BranchId,
    code: String,
    capacity: i32,
    status: TableStatus,
    is_active: bool,
    sector_id: Option<SectorId>,
    sector_name: Option<String>,
    session_id: Option<SessionId>,
    rounds: Option<String>,
    calls: Option<String>,
    confirmed_by_name: Option<String>,
    check_status: Option<CheckStatus>,
}

impl From<Row> for TableNow {
    fn from(row: Row) -> Self {
        let rounds = row.rounds.as_deref().unwrap_or_default().split(',').filter_map(round);
        let calls = row.calls.as_deref().unwrap_or_default().split(',').filter_map(|id| id.parse().ok());
        let mut open_calls: Vec<_> = calls.collect();
        open_calls.sort_unstable();
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            branch_id: row.branch_id,
            code: row.code,
            capacity: row.capacity,
            status: row.status,
            is_active: row.is_active,
            sector_id: row.sector_id,
            sector_name: row.sector_name,
            session_id: row.session_id,
            open_rounds: rounds.collect(),
            open_calls,
            confirmed_by_name: row.confirmed_by_name,
            check_status: row.check_status,
        }
    }
}

/// `31:READY`
fn round(text: &str) -> Option<(RoundId, RoundStatus)> {
    let (id, status) = text.split_once(':')?;
    Some((id.parse().ok()?, *RoundStatus::ALL.iter().find(|known| known.as_str() == status)?))
}

const TABLES: &str = "select t.id, t.tenant_id, t.branch_id, t.code, t.capacity, t.status, t.is_active,
        sector.id as sector_id, sector.name as sector_name, s.id as session_id,
        (select string_agg(cast(r.id as text) || ':' || r.status, ',') from round r
         where r.session_id = s.id and #open_round(r)) as rounds,
        (select string_agg(cast(c.id as text), ',') from service_call c
         where c.session_id = s.id and c.status = 'OPEN') as calls,
        (select coalesce(nullif(trim(coalesce(u.first_name, '') || ' ' || coalesce(u.last_name, '')), ''), u.email)
         from round r join app_user u on u.id = r.confirmed_by_id
         where r.session_id = s.id order by r.round_number desc limit 1) as confirmed_by_name,
        k.status as check_status
    from dining_table t
    join branch b on b.id = t.branch_id and b.deletion_id is null
    left join sector on sector.id = t.sector_id and sector.deletion_id is null
    left join table_session s on s.table_id = t.id and #live_session(s)
    left join guest_check k on k.session_id = s.id
    where t.tenant_id = $1";

#[derive(FromQueryResult)]
struct Assigned {
    branch_id: BranchId,
    sector_id: SectorId,
    assignment_date: Option<NaiveDate>,
    replaced_on: Option<String>,
    timezone: String,
}

// "Today" depends on the branch's zone, which SQL does not know; no zone is further than a day from UTC.
static ASSIGNED: &Sql = sql!(
    tenant,
    "select a.branch_id, a.sector_id, a.assignment_date, b.timezone, {}
    from waiter_sector_assignment a
    join branch b on b.id = a.branch_id
    join sector on sector.id = a.sector_id and sector.is_active
    where a.tenant_id = $1 and a.waiter_id = $2 and a.is_active
      and (a.assignment_date is null or a.assignment_date between $3 and $4)",
    replaced_on()
);

impl Database {
    /// The tables of one of the caller's branches, or of all of them, by branch and code.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn floor<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        branch: Option<BranchId>,
        floor: Floor,
        with_deleted: bool,
    ) -> Result<Vec<TableNow>> {
        if let Some(branch) = branch {
            self.find_branch(staff, branch).await?;
        }
        let sql = sql!(
            tenant,
            "{TABLES} and (t.is_active or $2 or ($4 and t.deletion_id is null)) and (t.branch_id = $3 or $3 = 0)
             order by t.branch_id, t.id"
        );
        let only = branch.map_or(0, BranchId::get);
        let whole = floor == Floor::Whole;
        let values: [Value; 4] = [staff.tenant_id().into(), with_deleted.into(), only.into(), whole.into()];
        let rows: Vec<Row> = all(self.reader(), sql, values).await?;
        let reach = staff.branches();
        let mut tables: Vec<TableNow> =
            rows.into_iter().filter(|row| reach.covers(row.branch_id)).map(Into::into).collect();
        name_order(self.reader(), staff.tenant_id()).await?.sort(&mut tables, |table| &table.code);
        tables.sort_by_key(|table| table.branch_id);
        if floor != Floor::Whole {
            let mine = self.sectors_today(staff).await?;
            let branches: HashSet<BranchId> = mine.iter().map(|(branch, _)| *branch).collect();
            tables.retain(|table| {
                let whole = match floor {
                    Floor::Whole => true,
                    Floor::Mine => staff.roles_in(table.branch_id).manages(),
                    Floor::MineOrWhole => !branches.contains(&table.branch_id),
                };
                whole || table.sector_id.is_some_and(|sector| mine.contains(&(table.branch_id, sector)))
            });
        }
        Ok(tables)
    }

    /// One table of the caller's.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn table_now<R: RoleSet>(&self, staff: &Staff<R>, id: TableId) -> Result<TableNow> {
        let sql = sql!(tenant, "{TABLES} and t.is_active and t.id = $2");
        let row: Option<Row> = one(self.reader(), sql, [staff.tenant_id().into(), id.into()]).await?;
        admitted(staff, "table", row, |row| row.branch_id).map(Into::into)
    }

    /// One table of the caller's, in use or switched off.
    ///
    /// # Errors
    /// Not found or deleted, or not in the caller's branches.
    pub async fn office_table(&self, scope: &impl Scope, id: TableId) -> Result<OfficeTable> {
        let sql = sql!(tenant, "{TABLES} and t.deletion_id is null and t.id = $2");
        let row: Option<Row> = one(self.reader(), sql, [scope.tenant_id().into(), id.into()]).await?;
        admitted(scope, "table", row, |row| row.branch_id).map(|row| TableNow::from(row).into())
    }

    /// The sectors, each with its branch, that the caller has today by that branch's own day.
    async fn sectors_today<R: RoleSet>(&self, staff: &Staff<R>) -> Result<HashSet<(BranchId, SectorId)>> {
        let now = self.clock().now();
        let today = now.date_naive();
        let (from, to) = (today - Days::new(1), today + Days::new(1));
        let values: [Value; 4] = [staff.tenant_id().into(), staff.user_id().into(), from.into(), to.into()];
        let rows: Vec<Assigned> = all(self.reader(), ASSIGNED, values).await?;
        let current = rows
            .into_iter()
            .filter(|row| counts_on(row.assignment_date, row.replaced_on.as_deref(), local_date(now, &row.timezone)));
        Ok(current.map(|row| (row.branch_id, row.sector_id)).collect())
    }
}

impl UnitOfWork {
    /// Tables of the business as the office sees them, by id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn office_tables(&self, scope: &impl Scope, ids: &[TableId]) -> Result<Vec<OfficeTable>> {
        let ids: Vec<i64> = ids.iter().map(|id| id.get()).collect();
        let ids = serde_json::to_string(&ids).unwrap_or_default();
        let sql = sql!(tenant, "{TABLES} and t.id in #list($2) order by t.id");
        let rows: Vec<Row> = self.all(sql, [scope.tenant_id().into(), ids.into()]).await?;
        Ok(rows.into_iter().map(|row| TableNow::from(row).into()).collect())
    }
}
