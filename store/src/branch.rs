//! Branches as operations and public pages need them.

use crate::{
    Database,
    error::Result,
    scoped::admitted,
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{
    BranchId, Currency,
    event::Place,
    money::{CashRounding, Unit},
};
use entity::branch;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QuerySelect,
    sea_query::LockType,
};

/// A branch's row.
pub type BranchRow = branch::Model;

#[derive(FromQueryResult)]
struct Found {
    #[expect(dead_code, reason = "only whether there is one matters")]
    id: i64,
}

#[derive(FromQueryResult)]
struct Priced {
    currency: Currency,
}

#[derive(FromQueryResult)]
struct Rounded {
    cash_rounding: Option<CashRounding>,
}

#[derive(FromQueryResult)]
struct Named {
    name: String,
}

static UNPAYABLE: &Sql = sql!(
    branch,
    "select p.name from branch_product bp join product p on p.id = bp.product_id and p.is_active
    where bp.branch_id = $1 and bp.price_cents % $2 <> 0
    union all
    select pr.name from promotion_branch pb join promotion pr on pr.id = pb.promotion_id and pr.is_active
    where pb.branch_id = $1 and pr.price_cents % $2 <> 0
    union all
    select c.name from branch b join customization c on c.tenant_id = b.tenant_id and c.is_active
    where b.id = $1 and c.extra_cost_cents % $2 <> 0
    limit 1"
);

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

    /// The smallest payable amount of the branch's currency.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unit_of(&self, branch: BranchId) -> Result<Unit> {
        let row: Option<Priced> =
            self.one(sql!(branch, "select currency from branch where id = $1"), [branch.into()]).await?;
        Ok(row.map_or(Unit::CENT, |row| Unit::of(row.currency)))
    }

    /// The coarsest of the smallest payable amounts of the business's branches: what all of them can be paid.
    ///
    /// # Errors
    /// The database failed.
    pub async fn coarsest_unit(&self, scope: &impl Scope) -> Result<Unit> {
        let sql = sql!(tenant, "select currency from branch where tenant_id = $1 and deletion_id is null");
        let rows: Vec<Priced> = self.all(sql, [scope.tenant_id().into()]).await?;
        let units = rows.into_iter().map(|row| Unit::of(row.currency));
        Ok(units.max_by_key(|unit| unit.cents()).unwrap_or_default())
    }

    /// What the branch rounds cash to.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cash_rounding(&self, branch: BranchId) -> Result<Option<CashRounding>> {
        let row: Option<Rounded> =
            self.one(sql!(branch, "select cash_rounding from branch where id = $1"), [branch.into()]).await?;
        Ok(row.and_then(|row| row.cash_rounding))
    }

    /// Whether a check was ever asked for in the branch.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_checks(&self, branch: &Locked<BranchRow>) -> Result<bool> {
        let sql = sql!(branch, "select id from guest_check where branch_id = $1 limit 1");
        Ok(self.one::<Found>(sql, [branch.id.into()]).await?.is_some())
    }

    /// The name of a product, a promotion or a modifier of the branch whose price is no whole number of units.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unpayable_price(&self, branch: &Locked<BranchRow>, unit: Unit) -> Result<Option<String>> {
        let found: Option<Named> = self.one(UNPAYABLE, [branch.id.into(), unit.cents().into()]).await?;
        Ok(found.map(|found| found.name))
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
