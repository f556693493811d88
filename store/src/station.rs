//! Stations: the places of a branch's kitchen that get tickets of their own.

use crate::{
    Database, Listed,
    error::{Error, Result},
    page::name_order,
    scoped::{admitted, reach},
    sql::{Sql, sql},
    unit_of_work::{UnitOfWork, all},
};
use auth::{RoleSet, Scope, Staff};
use domain::{BranchId, TenantId, kitchen::StationCode};
use entity::station;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, FromQueryResult, IntoActiveModel};
use wire::station::Station;

/// A station's row.
pub type StationRow = station::Model;

/// The row as the office sees it.
#[must_use]
pub fn station_of(row: StationRow) -> Station {
    Station {
        id: row.id,
        tenant_id: row.tenant_id,
        branch_id: row.branch_id,
        code: row.code,
        name: row.name,
        order: row.display_order,
    }
}

const STATIONS: &str = "select * from station where tenant_id = $1";

static COUNT: &Sql = sql!(
    branch,
    "select count(*) as standing, coalesce(max(display_order), 0) as last from station where branch_id = $1"
);

static STANDS: &Sql = sql!(branch, "select * from station where branch_id = $1 and code = $2");

#[derive(FromQueryResult)]
struct Count {
    standing: i64,
    last: i32,
}

impl Database {
    /// The stations of the caller's branches, or of one of them, in the order of the kitchen; by name where that is
    /// the same.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn stations<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        branch: Option<BranchId>,
        wanted: &Listed,
    ) -> Result<Vec<Station>> {
        if let Some(branch) = branch {
            self.find_branch(staff, branch).await?;
        }
        let sql = sql!(tenant, "{STATIONS} and (branch_id = $2 or $2 = 0) and #within(branch_id, $3) order by id");
        let only = branch.map_or(0, BranchId::get);
        let mut rows: Vec<StationRow> =
            all(self.reader(), sql, [staff.tenant_id().into(), only.into(), reach(staff)]).await?;
        let order = name_order(self.reader(), staff.tenant_id()).await?;
        order.sort_placed(&mut rows, |row| (row.branch_id, row.display_order), |row| &row.name);
        let rows = wanted.part(rows, |row| [&row.name, row.code.as_str()]);
        Ok(rows.into_iter().map(station_of).collect())
    }
}

impl UnitOfWork {
    /// A station of the caller's branches, for the rest of the transaction.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn station(&self, scope: &impl Scope, id: domain::StationId) -> Result<StationRow> {
        let sql = sql!(tenant, "{STATIONS} and id = $2 #lock");
        let row: Option<StationRow> = self.one(sql, [scope.tenant_id().into(), id.into()]).await?;
        admitted(scope, "station", row, |row| row.branch_id)
    }

    /// How many stations a branch has.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_stations(&self, branch: BranchId) -> Result<i64> {
        let count: Option<Count> = self.one(COUNT, [branch.into()]).await?;
        Ok(count.map_or(0, |count| count.standing))
    }

    /// The stations of a branch.
    ///
    /// # Errors
    /// The database failed.
    pub async fn stations_of(&self, branch: BranchId) -> Result<Vec<StationRow>> {
        self.all(sql!(branch, "select * from station where branch_id = $1 order by id"), [branch.into()]).await
    }

    /// Whether the branch has a station of that code.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_station(&self, branch: BranchId, code: &StationCode) -> Result<bool> {
        let row: Option<StationRow> = self.one(STANDS, [branch.into(), code.as_str().into()]).await?;
        Ok(row.is_some())
    }

    /// Adds a station to a branch, the last one where no place is said.
    ///
    /// # Errors
    /// The code is taken.
    pub async fn insert_station(
        &self,
        tenant: TenantId,
        branch: BranchId,
        (code, name): (StationCode, String),
        order: Option<i32>,
    ) -> Result<StationRow> {
        let order = match order {
            Some(order) => order,
            None => self.one(COUNT, [branch.into()]).await?.map_or(1, |count: Count| count.last.saturating_add(1)),
        };
        let row = station::ActiveModel {
            tenant_id: Set(tenant),
            branch_id: Set(branch),
            code: Set(code),
            name: Set(name),
            display_order: Set(order),
            created_at: Set(self.now()),
            ..Default::default()
        };
        Ok(row.insert(self.tx()).await?)
    }

    /// Gives a new branch the stations that every branch begins with.
    ///
    /// # Errors
    /// It has them already.
    pub(crate) async fn insert_first_stations(&self, tenant: TenantId, branch: BranchId) -> Result<()> {
        let rows = domain::kitchen::Station::ALL.iter().zip(1..).map(|(first, order)| station::ActiveModel {
            tenant_id: Set(tenant),
            branch_id: Set(branch),
            code: Set((*first).into()),
            name: Set(first.name().to_owned()),
            display_order: Set(order),
            created_at: Set(self.now()),
            ..Default::default()
        });
        station::Entity::insert_many(rows).exec_without_returning(self.tx()).await?;
        Ok(())
    }

    /// Writes what the office changed of `station`: its name and its place.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_station(&self, station: &StationRow, name: String, order: i32) -> Result<StationRow> {
        let mut changed = station.clone().into_active_model();
        changed.name = Set(name);
        changed.display_order = Set(order);
        Ok(changed.update(self.tx()).await?)
    }

    /// Takes a station away. Tickets that it has keep its code.
    ///
    /// # Errors
    /// It is gone already.
    pub async fn delete_station(&self, station: &StationRow) -> Result<()> {
        let gone = station::Entity::delete_by_id(station.id).exec(self.tx()).await?;
        if gone.rows_affected == 1 { Ok(()) } else { Err(Error::NotFound("station")) }
    }
}
