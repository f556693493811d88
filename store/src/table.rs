//! Tables: first in the lock order.

use crate::{
    branch::BranchRow,
    error::{Error, Result},
    idempotency::claim::{CLAIMED, Lock, claim_with_lock},
    scoped::admitted,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use auth::{Floor, Scope, Staff};
use domain::{BranchId, SectorId, TableId, event::Place, session::JoinRule, table::TableStatus};
use entity::{branch, table};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait,
    sea_query::Expr,
};
use std::collections::HashSet;

/// A table's row.
pub type TableRow = table::Model;

/// A new table.
#[derive(Clone, Debug)]
pub struct NewTable {
    /// As on the QR sticker.
    pub code: String,
    /// Seats.
    pub capacity: i32,
    /// Its part of the floor.
    pub sector: Option<SectorId>,
    /// Not in use for now.
    pub deactivated: bool,
}

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

const LOCKED: &str = "select * from dining_table where id = $1 and tenant_id = $2 and is_active #lock";

static IN_USE: Lock = Lock {
    alone: sql!(tenant, "{LOCKED}"),
    with_claim: sql!(
        tenant,
        "#pg(with locked as materialized ({LOCKED}), {} select locked.*, {CLAIMED} from locked left join claim on true)",
        claim_with_lock()
    ),
};

impl UnitOfWork {
    /// Locks a table of the caller's.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn lock_table(&self, scope: &impl Scope, id: TableId) -> Result<Locked<table::Model>> {
        let row = self.lock_row(scope, &IN_USE, id).await?;
        let row = row.map(|row| table::Model::from_query_result(&row, "")).transpose()?;
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
    /// each other instead of locking each other out (I4). They come back in the order asked for.
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

    /// Locks the table that a scanned code names, and says how phones join in its branch. Nobody has signed in yet: the
    /// code is the credential.
    ///
    /// # Errors
    /// No active table of that id in an open branch.
    pub async fn lock_scanned_table(&self, id: TableId) -> Result<(Locked<table::Model>, JoinRule)> {
        let row = table::Entity::find_by_id(id)
            .filter(table::Column::IsActive.eq(true))
            .lock_exclusive()
            .one(self.tx())
            .await?;
        let row = row.ok_or(Error::NotFound("table"))?;
        // Asked behind the lock, which a branch that closes holds until it is closed.
        let open = branch::Entity::find_by_id(row.branch_id).filter(branch::Column::IsActive.eq(true));
        let branch = open.one(self.tx()).await?.ok_or(Error::NotFound("table"))?;
        Ok((Locked::new(row), branch.join_rule))
    }

    /// The tables with that code that may be meant, two at most: in the branch of that slug; without a slug those of
    /// the branches of the member of staff who asks, and where there are none, or nobody of staff asks, those of all
    /// branches (M2).
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_scanned_tables(
        &self,
        code: &str,
        branch_slug: Option<&str>,
        staff: Option<&Staff<Floor>>,
    ) -> Result<Vec<TableId>> {
        let mut query = table::Entity::find()
            .join(JoinType::InnerJoin, table::Relation::Branch.def())
            .filter(table::Column::Code.eq(code))
            .filter(table::Column::IsActive.eq(true))
            .filter(branch::Column::IsActive.eq(true));
        if let Some(slug) = branch_slug {
            query = query.filter(branch::Column::Slug.eq(slug));
        }
        if let Some(staff) = staff {
            let own = query.clone().filter(table::Column::TenantId.eq(Scope::tenant_id(staff)));
            let own = own.order_by_asc(table::Column::Id).all(self.tx()).await?;
            let own = own.into_iter().filter(|row| staff.admits(row.branch_id)).map(|row| row.id);
            let own: Vec<TableId> = own.take(2).collect();
            if !own.is_empty() {
                return Ok(own);
            }
        }
        let found = query.order_by_asc(table::Column::Id).limit(2).all(self.tx()).await?;
        Ok(found.into_iter().map(|row| row.id).collect())
    }

    /// Locks a table of the caller's, in use or switched off, for the office.
    ///
    /// # Errors
    /// Not found or deleted, or not in the caller's branches.
    pub async fn lock_office_table(&self, scope: &impl Scope, id: TableId) -> Result<Locked<table::Model>> {
        let row = table::Entity::find_by_id(id)
            .filter(table::Column::TenantId.eq(scope.tenant_id()))
            .filter(table::Column::DeletionId.is_null())
            .lock_exclusive()
            .one(self.tx())
            .await?;
        admitted(scope, "table", row, |row| row.branch_id).map(Locked::new)
    }

    /// Adds tables to a branch, free, and returns their ids.
    ///
    /// # Errors
    /// A code is taken.
    pub async fn insert_tables(&self, branch: &BranchRow, new: Vec<NewTable>) -> Result<Vec<TableId>> {
        let rows = new.into_iter().map(|new| table::ActiveModel {
            id: NotSet,
            tenant_id: Set(branch.tenant_id),
            branch_id: Set(branch.id),
            sector_id: Set(new.sector),
            code: Set(new.code),
            capacity: Set(new.capacity),
            status: Set(TableStatus::Free),
            is_active: Set(!new.deactivated),
            deactivated: Set(new.deactivated),
            created_at: Set(self.now()),
            ..Default::default()
        });
        let rows = table::Entity::insert_many(rows).exec_with_returning(self.tx()).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Writes what the office changed of a table.
    ///
    /// # Errors
    /// The code is taken.
    pub async fn set_table(&self, table: &Locked<table::Model>, changed: TableRow) -> Result<Locked<table::Model>> {
        let changed = TableRow {
            id: table.id,
            tenant_id: table.tenant_id,
            branch_id: table.branch_id,
            created_at: table.created_at,
            deletion_id: table.deletion_id,
            join_code: table.join_code.clone(),
            join_code_digest: table.join_code_digest.clone(),
            is_active: !changed.deactivated,
            ..changed
        };
        Ok(Locked::new(changed.into_active_model().reset_all().update(self.tx()).await?))
    }

    /// Every code a table of the branch has or, deleted, had: a restored table finds its code free, and an old sticker
    /// never leads to another table.
    ///
    /// # Errors
    /// The database failed.
    pub async fn table_codes(&self, scope: &impl Scope, branch: BranchId) -> Result<HashSet<String>> {
        #[derive(FromQueryResult)]
        struct Row {
            code: String,
        }
        let sql = sql!(tenant, "select code from dining_table where tenant_id = $1 and branch_id = $2");
        let rows: Vec<Row> = self.all(sql, [scope.tenant_id().into(), branch.into()]).await?;
        Ok(rows.into_iter().map(|row| row.code).collect())
    }

    /// The tables of a branch that were not deleted.
    ///
    /// # Errors
    /// The database failed.
    pub async fn table_ids(&self, scope: &impl Scope, branch: BranchId) -> Result<Vec<i64>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: i64,
        }
        let sql = sql!(
            tenant,
            "select id from dining_table where tenant_id = $1 and branch_id = $2 and deletion_id is null order by id"
        );
        let rows: Vec<Row> = self.all(sql, [scope.tenant_id().into(), branch.into()]).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
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
