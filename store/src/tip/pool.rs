//! How tips are shared out in a branch.

use crate::{
    Database, Listed,
    error::{Error, Result},
    page::name_order,
    scoped::{admitted, reach},
    sql::{Sql, sql},
    unit_of_work::{UnitOfWork, all},
};
use auth::{RoleSet, Scope, Staff};
use domain::{BranchId, DeletionId, TenantId, TipPoolId};
use sea_orm::FromQueryResult;
use wire::tip::TipPool;

/// A pool's row.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
#[expect(missing_docs, reason = "the fields are those of `TipPool`")]
pub struct TipPoolRow {
    pub id: TipPoolId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub name: String,
    pub waiter_percent: i32,
    pub kitchen_percent: i32,
    pub other_percent: i32,
    pub is_active: bool,
    /// Switched off by the office.
    pub deactivated: bool,
    /// Taken by that deletion.
    pub deletion_id: Option<DeletionId>,
}

impl From<TipPoolRow> for TipPool {
    fn from(row: TipPoolRow) -> Self {
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            branch_id: row.branch_id,
            name: row.name,
            waiter_percent: row.waiter_percent,
            kitchen_percent: row.kitchen_percent,
            other_percent: row.other_percent,
            is_active: row.is_active,
        }
    }
}

const POOLS: &str = "select id, tenant_id, branch_id, name, waiter_percent, kitchen_percent, other_percent, is_active,
    deactivated, deletion_id from tip_pool where tenant_id = $1 and deletion_id is null";

static INSERT: &Sql = sql!(tenant, "insert into tip_pool
        (tenant_id, branch_id, name, waiter_percent, kitchen_percent, other_percent, is_active, deactivated, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    returning id, tenant_id, branch_id, name, waiter_percent, kitchen_percent, other_percent, is_active, deactivated, deletion_id");

static UPDATE: &Sql = sql!(
    row("id"),
    "update tip_pool set name = $2, waiter_percent = $3, kitchen_percent = $4, other_percent = $5,
    is_active = $6, deactivated = $7 where id = $1"
);

impl Database {
    /// The pools of the caller's branches, or of one of them, by name.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn tip_pools<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        branch: Option<BranchId>,
        wanted: &Listed,
    ) -> Result<Vec<TipPool>> {
        if let Some(branch) = branch {
            self.find_branch(staff, branch).await?;
        }
        let sql = sql!(tenant, "{POOLS} and (branch_id = $2 or $2 = 0) and #within(branch_id, $3) order by id");
        let only = branch.map_or(0, BranchId::get);
        let rows: Vec<TipPoolRow> =
            all(self.reader(), sql, [staff.tenant_id().into(), only.into(), reach(staff)]).await?;
        let order = name_order(self.reader(), staff.tenant_id()).await?;
        let rows = wanted.by_name(&order, rows, |row| &row.name);
        Ok(rows.into_iter().map(TipPool::from).collect())
    }
}

impl UnitOfWork {
    /// A pool of the caller's branches, for the rest of the transaction.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn tip_pool(&self, scope: &impl Scope, id: TipPoolId) -> Result<TipPoolRow> {
        let row: Option<TipPoolRow> =
            self.one(sql!(tenant, "{POOLS} and id = $2 #lock"), [scope.tenant_id().into(), id.into()]).await?;
        admitted(scope, "tip_pool", row, |row| row.branch_id)
    }

    /// Adds a pool; its id, and whatever else only the database knows, is in the answer.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn insert_tip_pool(&self, new: TipPoolRow) -> Result<TipPoolRow> {
        let values = [
            new.tenant_id.into(),
            new.branch_id.into(),
            new.name.into(),
            new.waiter_percent.into(),
            new.kitchen_percent.into(),
            new.other_percent.into(),
            (!new.deactivated).into(),
            new.deactivated.into(),
            self.now().into(),
        ];
        self.one(INSERT, values).await?.ok_or(Error::NotFound("tip_pool"))
    }

    /// Writes what the office changed of `pool`.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn set_tip_pool(&self, pool: &TipPoolRow, changed: TipPoolRow) -> Result<TipPoolRow> {
        let changed = TipPoolRow { id: pool.id, is_active: !changed.deactivated, ..changed };
        let values = [
            pool.id.into(),
            changed.name.as_str().into(),
            changed.waiter_percent.into(),
            changed.kitchen_percent.into(),
            changed.other_percent.into(),
            changed.is_active.into(),
            changed.deactivated.into(),
        ];
        self.run(UPDATE, values).await?;
        Ok(changed)
    }
}
