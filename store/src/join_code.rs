//! Join codes: looked up by their digest, drawn so that they mean one table and nothing else.

use crate::{
    error::Result,
    sql::sql,
    table::TableRow,
    unit_of_work::{Locked, UnitOfWork},
};
use auth::{Scope, digest};
use domain::{BranchId, SectorId, TableId, table::JoinCode};
use entity::{branch, table};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};

impl Locked<TableRow> {
    /// Whether the table's join code is this one now.
    #[must_use]
    pub fn has_join_code(&self, code: &JoinCode) -> bool {
        self.join_code_digest.as_deref() == Some(digest(code.as_str()).as_str())
    }
}

impl UnitOfWork {
    /// The table in use with that join code, in the branch of that slug where one is named. Whether the code is still
    /// the table's is to be asked again under the table's lock.
    ///
    /// # Errors
    /// The database failed.
    pub async fn table_of_join_code(&self, code: &JoinCode, branch_slug: Option<&str>) -> Result<Option<TableId>> {
        let mut query = table::Entity::find()
            .join(JoinType::InnerJoin, table::Relation::Branch.def())
            .filter(table::Column::JoinCodeDigest.eq(digest(code.as_str())))
            .filter(table::Column::IsActive.eq(true))
            .filter(branch::Column::IsActive.eq(true));
        if let Some(slug) = branch_slug {
            query = query.filter(branch::Column::Slug.eq(slug));
        }
        Ok(query.one(self.tx()).await?.map(|row| row.id))
    }

    /// Whether any table of any business has that join code, or has or had it as its own code.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_code_taken(&self, code: &JoinCode) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Taken {
            taken: bool,
        }
        let sql = sql!(
            row("join_code_digest"),
            "select exists (select 1 from dining_table where join_code_digest = $1)
            or exists (select 1 from dining_table where upper(code) = $2) as taken"
        );
        let row: Option<Taken> = self.one(sql, [digest(code.as_str()).into(), code.as_str().into()]).await?;
        Ok(row.is_some_and(|row| row.taken))
    }

    /// Gives a table its join code in place of the one it has; `dining_table_join_code` backs that nobody else has it.
    ///
    /// # Errors
    /// Another table has it.
    pub async fn set_join_code(&self, table: &Locked<TableRow>, code: &JoinCode) -> Result<()> {
        let sql = sql!(row("id"), "update dining_table set join_code = $2, join_code_digest = $3 where id = $1");
        self.run(sql, [table.id.into(), code.as_str().into(), digest(code.as_str()).into()]).await?;
        Ok(())
    }

    /// Locks the tables of a branch, or of one sector of it, that were not deleted, by id (I4).
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock_tables_of(
        &self,
        scope: &impl Scope,
        branch: BranchId,
        sector: Option<SectorId>,
    ) -> Result<Vec<Locked<TableRow>>> {
        let mut query = table::Entity::find()
            .filter(table::Column::TenantId.eq(scope.tenant_id()))
            .filter(table::Column::BranchId.eq(branch))
            .filter(table::Column::DeletionId.is_null())
            .order_by_asc(table::Column::Id)
            .lock_exclusive();
        if let Some(sector) = sector {
            query = query.filter(table::Column::SectorId.eq(sector));
        }
        Ok(query.all(self.tx()).await?.into_iter().map(Locked::new).collect())
    }
}
