//! The roster of a branch on one day, as the office looks at it (C11).

use crate::{
    Database,
    assignment::{TableWaiter, WAITERS},
    error::Result,
    page::name_order,
    sql::{Sql, sql},
    unit_of_work::all,
};
use auth::Scope;
use chrono::NaiveDate;
use domain::{AssignmentId, BranchId, SectorId, Shift, UserId};
use sea_orm::FromQueryResult;
use std::collections::{HashMap, HashSet};
use wire::assignment::{OverviewWaiter, PlacedWaiter, RosterOverview, StaffedSector};

impl From<&TableWaiter> for OverviewWaiter {
    fn from(waiter: &TableWaiter) -> Self {
        Self { id: waiter.id, name: waiter.name.clone(), email: waiter.email.clone() }
    }
}

#[derive(FromQueryResult)]
struct SectorRow {
    id: SectorId,
    name: String,
    prefix: String,
    display_order: i32,
}

#[derive(FromQueryResult)]
struct Row {
    id: AssignmentId,
    sector_id: SectorId,
    waiter_id: UserId,
    assignment_date: Option<NaiveDate>,
    shift: Option<String>,
}

static SECTORS: &Sql = sql!(
    tenant,
    "select id, name, prefix, display_order from sector
    where tenant_id = $1 and is_active and (branch_id = $2 or branch_id is null) order by id"
);

/// The assignments of a branch that count on the day `$2`: see [`domain::roster`].
pub(crate) const ON_DAY: &str = "a.branch_id = $1 and a.is_active and (a.assignment_date = $2
    or a.assignment_date is null and not exists (select 1 from waiter_sector_assignment d
        where d.branch_id = a.branch_id and d.sector_id = a.sector_id and d.is_active and d.assignment_date = $2
          and (d.shift is null or d.shift = a.shift)))";

impl Database {
    /// Who has which sector of a branch on `day`; with a shift, in that shift or the whole day.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn roster_overview(
        &self,
        scope: &impl Scope,
        branch: BranchId,
        day: NaiveDate,
        shift: Option<Shift>,
    ) -> Result<RosterOverview> {
        let branch = self.find_branch(scope, branch).await?;
        let of_branch = || [scope.tenant_id().into(), branch.id.into()];
        let order = name_order(self.reader(), scope.tenant_id()).await?;
        let mut sectors: Vec<SectorRow> = all(self.reader(), SECTORS, of_branch()).await?;
        order.sort(&mut sectors, |sector| &sector.name);
        sectors.sort_by_key(|sector| sector.display_order);
        let mut waiters: Vec<TableWaiter> = all(self.reader(), WAITERS, of_branch()).await?;
        order.sort(&mut waiters, |waiter| &waiter.name);
        let sql = sql!(
            branch,
            "select a.id, a.sector_id, a.waiter_id, a.assignment_date, a.shift from waiter_sector_assignment a
             where {ON_DAY} and (a.shift is null or a.shift = $3 or $3 = '') order by a.id"
        );
        let only = shift.map_or("", Shift::as_str);
        let rows: Vec<Row> = all(self.reader(), sql, [branch.id.into(), day.into(), only.into()]).await?;
        let mut posts: HashMap<(SectorId, UserId), &Row> = HashMap::new();
        for row in &rows {
            posts.entry((row.sector_id, row.waiter_id)).or_insert(row);
        }
        let mut placed = HashSet::new();
        let sectors = sectors.into_iter().map(|sector| StaffedSector {
            waiters: (waiters.iter())
                .filter_map(|waiter| {
                    let row = posts.get(&(sector.id, waiter.id))?;
                    placed.insert(waiter.id);
                    Some(row.of(waiter))
                })
                .collect(),
            sector_id: sector.id,
            sector_name: sector.name,
            sector_prefix: sector.prefix,
        });
        let sectors = sectors.collect();
        let unassigned = waiters.iter().filter(|waiter| !placed.contains(&waiter.id)).map(OverviewWaiter::from);
        Ok(RosterOverview {
            branch_id: branch.id,
            branch_name: branch.name.clone(),
            assignment_date: day,
            shift,
            sectors,
            unassigned_waiters: unassigned.collect(),
        })
    }
}

impl Row {
    fn of(&self, waiter: &TableWaiter) -> PlacedWaiter {
        PlacedWaiter {
            id: waiter.id,
            name: waiter.name.clone(),
            email: waiter.email.clone(),
            assignment_id: self.id,
            shift: self.shift.clone(),
            is_standing: self.assignment_date.is_none(),
        }
    }
}
