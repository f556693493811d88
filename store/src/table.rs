//! Tables: first in the lock order.

use crate::{
    error::{Error, Result},
    scoped::admitted,
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{TableId, event::Place, table::TableStatus};
use entity::{branch, table};
use sea_orm::{
    ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait, sea_query::Expr,
};

/// A table's row.
pub type TableRow = table::Model;

/// Where an event at this table, without a session, happens.
fn place(table: &table::Model) -> Place {
    Place {
        tenant_id: table.tenant_id,
        branch_id: table.branch_id,
        table_id: Some(table.id),
        session_id: None,
        sector_id: table.sector_id,
    }
}

impl UnitOfWork {
    /// Locks a table of the caller's.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn lock_table(&self, scope: &impl Scope, id: TableId) -> Result<Locked<table::Model>> {
        let row = table::Entity::find_by_id(id)
            .filter(table::Column::TenantId.eq(scope.tenant_id()))
            .filter(table::Column::IsActive.eq(true))
            .lock_exclusive()
            .one(self.tx())
            .await?;
        admitted(scope, "table", row, |row| row.branch_id).map(Locked::new)
    }

    /// Locks the table that a session of the caller's sits at, in use or not.
    pub(crate) async fn lock_table_of_session(&self, scope: &impl Scope, id: TableId) -> Result<Locked<table::Model>> {
        let row = table::Entity::find_by_id(id)
            .filter(table::Column::TenantId.eq(scope.tenant_id()))
            .lock_exclusive()
            .one(self.tx())
            .await?;
        admitted(scope, "session", row, |row| row.branch_id).map(Locked::new)
    }

    /// Locks two tables of the caller's, always the lower id first, so that two moves in opposite directions wait for
    /// each other instead of locking each other out (DESIGN I4). They come back in the order asked for.
    ///
    /// # Errors
    /// One is not found, or not in the caller's branches.
    pub async fn lock_two_tables(
        &self,
        scope: &impl Scope,
        first: TableId,
        second: TableId,
    ) -> Result<(Locked<table::Model>, Locked<table::Model>)> {
        if first <= second {
            let first = self.lock_table(scope, first).await?;
            Ok((first, self.lock_table(scope, second).await?))
        } else {
            let second = self.lock_table(scope, second).await?;
            Ok((self.lock_table(scope, first).await?, second))
        }
    }

    /// Locks the table that a scanned code names. Nobody has signed in yet: the code is the credential.
    ///
    /// # Errors
    /// No active table of that id.
    pub async fn lock_scanned_table(&self, id: TableId) -> Result<Locked<table::Model>> {
        let row = table::Entity::find_by_id(id)
            .filter(table::Column::IsActive.eq(true))
            .lock_exclusive()
            .one(self.tx())
            .await?;
        row.map(Locked::new).ok_or(Error::NotFound("table"))
    }

    /// The id of the table with that code, in the branch of that slug or, without a slug, in the branch opened first
    /// (contract M2).
    ///
    /// # Errors
    /// No active table has the code.
    pub async fn find_scanned_table(&self, code: &str, branch_slug: Option<&str>) -> Result<TableId> {
        let mut query = table::Entity::find()
            .join(JoinType::InnerJoin, table::Relation::Branch.def())
            .filter(table::Column::Code.eq(code))
            .filter(table::Column::IsActive.eq(true))
            .filter(branch::Column::IsActive.eq(true));
        if let Some(slug) = branch_slug {
            query = query.filter(branch::Column::Slug.eq(slug));
        }
        query.order_by_asc(table::Column::Id).one(self.tx()).await?.map(|row| row.id).ok_or(Error::NotFound("table"))
    }

    /// Moves the table to `status`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_table_status(&self, table: &Locked<table::Model>, status: TableStatus) -> Result<()> {
        table::Entity::update_many()
            .col_expr(table::Column::Status, Expr::value(status.as_str()))
            .filter(table::Column::Id.eq(table.id))
            .exec(self.tx())
            .await?;
        Ok(())
    }
}

impl Locked<table::Model> {
    /// Where an event about this table happens.
    #[must_use]
    pub fn place(&self) -> Place {
        place(self)
    }
}
