//! Sectors: the parts of the floor, of one branch or, global, of every branch of the business.

use crate::{
    Database, Listed,
    error::{Error, Result},
    page::name_order,
    scoped::reach,
    sql::sql,
    unit_of_work::{UnitOfWork, all, one},
};
use auth::{Reach, RoleSet, Scope, Staff};
use domain::{BranchId, SectorId, TenantId};
use entity::sector;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, FromQueryResult};
use wire::sector::Sector;

/// A sector's row.
pub type SectorRow = sector::Model;

/// The row as the office sees it.
#[must_use]
pub fn sector_of(row: SectorRow) -> Sector {
    Sector {
        id: row.id,
        tenant_id: row.tenant_id,
        branch_id: row.branch_id,
        name: row.name,
        prefix: row.prefix,
        display_order: row.display_order,
        is_active: row.is_active,
        is_global: row.branch_id.is_none(),
    }
}

#[derive(FromQueryResult)]
struct Last {
    last: i32,
}

impl Database {
    /// The global sectors and those of `branch`. Without a branch an administrator's are the global ones only, anybody
    /// else's those of their branches too (C8).
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn sectors<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        branch: Option<BranchId>,
        deleted_too: bool,
        wanted: &Listed,
    ) -> Result<Vec<Sector>> {
        let which = match branch {
            Some(branch) => self.find_branch(staff, branch).await?.id.get(),
            None if staff.branches() == Reach::All => -1,
            None => 0,
        };
        let sql = sql!(
            tenant,
            "select * from sector where tenant_id = $1 and (deletion_id is null or $2)
             and (branch_id is null or branch_id = $3 or ($3 = 0 and #within(branch_id, $4)))
             order by id"
        );
        let values = [staff.tenant_id().into(), deleted_too.into(), which.into(), reach(staff)];
        let mut rows: Vec<SectorRow> = all(self.reader(), sql, values).await?;
        let order = name_order(self.reader(), staff.tenant_id()).await?;
        order.sort(&mut rows, |row| &row.name);
        rows.sort_by_key(|row| row.display_order);
        let rows = wanted.part(rows, |row| [&row.name, &row.prefix]);
        Ok(rows.into_iter().map(sector_of).collect())
    }

    /// One sector of the business, deleted or not; `None` where there is none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_sector(&self, scope: &impl Scope, id: SectorId) -> Result<Option<SectorRow>> {
        let sql = sql!(tenant, "select * from sector where tenant_id = $1 and id = $2");
        one(self.reader(), sql, [scope.tenant_id().into(), id.into()]).await
    }
}

impl UnitOfWork {
    /// The sectors that stand in a branch: its own and the global ones.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sectors_of(&self, scope: &impl Scope, branch: BranchId) -> Result<Vec<SectorRow>> {
        let sql = sql!(
            tenant,
            "select * from sector where tenant_id = $1 and is_active and (branch_id = $2 or branch_id is null)
            order by display_order, id"
        );
        self.all(sql, [scope.tenant_id().into(), branch.into()]).await
    }

    /// Whether the business has such a sector at all, in whichever branch.
    ///
    /// # Errors
    /// Not found.
    pub async fn ensure_sector(&self, scope: &impl Scope, id: SectorId) -> Result<()> {
        let sql = sql!(tenant, "select * from sector where tenant_id = $1 and id = $2 and is_active");
        let row: Option<SectorRow> = self.one(sql, [scope.tenant_id().into(), id.into()]).await?;
        row.map(drop).ok_or(Error::NotFound("sector"))
    }

    /// Adds a sector at the end of the branch's, or of the global ones.
    ///
    /// # Errors
    /// The prefix is taken.
    pub async fn insert_office_sector(
        &self,
        tenant: TenantId,
        branch: Option<BranchId>,
        name: String,
        prefix: String,
    ) -> Result<SectorRow> {
        let sql = sql!(
            tenant,
            "select coalesce(max(display_order), -1) as last from sector
            where tenant_id = $1 and coalesce(branch_id, 0) = $2 and is_active"
        );
        let last: Option<Last> = self.one(sql, [tenant.into(), branch.map_or(0, BranchId::get).into()]).await?;
        let row = sector::ActiveModel {
            tenant_id: Set(tenant),
            branch_id: Set(branch),
            name: Set(name),
            prefix: Set(prefix),
            display_order: Set(last.map_or(0, |row| row.last.saturating_add(1))),
            is_active: Set(true),
            created_at: Set(self.now()),
            ..Default::default()
        };
        Ok(row.insert(self.tx()).await?)
    }
}
