//! Branches as operations and public pages need them.

use crate::{Database, error::Result, scoped::admitted};
use auth::Scope;
use domain::BranchId;
use entity::branch;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

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

    /// A branch of the caller's.
    ///
    /// # Errors
    /// Not found, or not the caller's branch.
    pub async fn find_branch(&self, scope: &impl Scope, id: BranchId) -> Result<BranchRow> {
        let query = branch::Entity::find_by_id(id)
            .filter(branch::Column::TenantId.eq(scope.tenant_id()))
            .filter(branch::Column::IsActive.eq(true));
        admitted(scope, "branch", query.one(self.reader()).await?, |row| row.id)
    }
}
