//! Branches as operations and public pages need them.

use crate::{
    Database,
    error::Result,
    scoped::admitted,
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{BranchId, event::Place};
use entity::branch;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, sea_query::LockType,
};

/// A branch's row.
pub type BranchRow = branch::Model;

impl Database {
    /// The active branch of that slug: how public pages name it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_public_branch(&self, slug: &str) -> Result<Option<BranchRow>> {
        let query =
            branch::Entity::find().filter(branch::Column::Slug.eq(slug)).filter(branch::Column::IsActive.eq(true));
        Ok(query.one(self.reader()).await?)
    }

    /// A branch of the caller's, open or closed. In a closed one only an administrator has a say, so it can be made
    /// ready before it opens.
    ///
    /// # Errors
    /// Not found or deleted, or not the caller's branch.
    pub async fn find_branch(&self, scope: &impl Scope, id: BranchId) -> Result<BranchRow> {
        let query = branch::Entity::find_by_id(id)
            .filter(branch::Column::TenantId.eq(scope.tenant_id()))
            .filter(branch::Column::DeletionId.is_null());
        admitted(scope, "branch", query.one(self.reader()).await?, |row| row.id)
    }
}

impl UnitOfWork {
    /// Locks a branch of the caller's, open or closed. The office's lock: service never waits for it, since it locks
    /// tables and sessions.
    ///
    /// # Errors
    /// Not found or deleted, or not the caller's branch.
    pub async fn lock_branch(&self, scope: &impl Scope, id: BranchId) -> Result<Locked<BranchRow>> {
        // Not FOR UPDATE: every row of the branch refers to it, and must not wait for the office.
        let query = branch::Entity::find_by_id(id)
            .filter(branch::Column::TenantId.eq(scope.tenant_id()))
            .filter(branch::Column::DeletionId.is_null())
            .lock(LockType::NoKeyUpdate);
        admitted(scope, "branch", query.one(self.tx()).await?, |row| row.id).map(Locked::new)
    }

    /// Writes what the office changed.
    ///
    /// # Errors
    /// The slug is taken.
    pub async fn set_branch(&self, branch: &Locked<BranchRow>, changed: BranchRow) -> Result<BranchRow> {
        let changed = BranchRow {
            id: branch.id,
            tenant_id: branch.tenant_id,
            created_at: branch.created_at,
            menu_version: branch.menu_version,
            deletion_id: branch.deletion_id,
            is_active: !changed.deactivated,
            ..changed
        };
        Ok(changed.into_active_model().reset_all().update(self.tx()).await?)
    }
}

impl Locked<BranchRow> {
    /// Where an event about the branch happens.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::branch(self.tenant_id, self.id)
    }
}
