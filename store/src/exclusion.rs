//! What branches leave out of the business's menu. [`OFFERED`](crate::menu::OFFERED) and the menu go by it.

use crate::{
    Database,
    error::Result,
    page::name_order,
    sql::{Sql, built_sql, sql},
    unit_of_work::{UnitOfWork, all},
};
use auth::Scope;
use domain::{BranchId, CategoryId, SubcategoryId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use wire::exclusion::{CategoryExclusion, SubcategoryExclusion};

#[derive(FromQueryResult)]
struct CategoryRow {
    category_id: CategoryId,
    category_name: String,
    branch_id: Option<BranchId>,
    home_id: BranchId,
    place: i32,
}

#[derive(FromQueryResult)]
struct SubcategoryRow {
    subcategory_id: SubcategoryId,
    subcategory_name: String,
    category_id: CategoryId,
    category_name: String,
    branch_id: Option<BranchId>,
    home_id: BranchId,
    category_place: i32,
    place: i32,
}

// A deleted branch's choices come back with it and are nobody's business until then.
static CATEGORIES: &Sql = sql!(
    tenant,
    "select c.id as category_id, c.name as category_name, b.id as branch_id, c.branch_id as home_id,
        c.display_order as place
    from category c
    left join branch_category_exclusion x on x.category_id = c.id
    left join branch b on b.id = x.branch_id and b.deletion_id is null
    where c.tenant_id = $1 and c.deletion_id is null and (c.id = $2 or ($2 = 0 and c.is_active))
    order by c.id, b.id"
);

static SUBCATEGORIES: &Sql = sql!(
    tenant,
    "select s.id as subcategory_id, s.name as subcategory_name, c.id as category_id,
        c.name as category_name, b.id as branch_id, c.branch_id as home_id,
        c.display_order as category_place, s.display_order as place
    from subcategory s join category c on c.id = s.category_id
    left join branch_subcategory_exclusion x on x.subcategory_id = s.id
    left join branch b on b.id = x.branch_id and b.deletion_id is null
    where s.tenant_id = $1 and s.deletion_id is null and (s.id = $2 or ($2 = 0 and s.is_active))
    order by c.id, s.id, b.id"
);

async fn categories(db: &impl ConnectionTrait, scope: &impl Scope, id: i64) -> Result<Vec<CategoryExclusion>> {
    let mut rows: Vec<CategoryRow> = all(db, CATEGORIES, [scope.tenant_id().into(), id.into()]).await?;
    let order = name_order(db, scope.tenant_id()).await?;
    order.sort_placed(&mut rows, |row| (row.home_id, row.place), |row| &row.category_name);
    let mut list: Vec<CategoryExclusion> = Vec::new();
    for CategoryRow { category_id, category_name, branch_id, .. } in rows {
        match list.last_mut().filter(|last| last.category_id == category_id) {
            Some(last) => last.excluded_branch_ids.extend(branch_id),
            None => list.push(CategoryExclusion {
                category_id,
                category_name,
                excluded_branch_ids: branch_id.into_iter().collect(),
            }),
        }
    }
    Ok(list)
}

async fn subcategories(db: &impl ConnectionTrait, scope: &impl Scope, id: i64) -> Result<Vec<SubcategoryExclusion>> {
    let mut rows: Vec<SubcategoryRow> = all(db, SUBCATEGORIES, [scope.tenant_id().into(), id.into()]).await?;
    let order = name_order(db, scope.tenant_id()).await?;
    order.sort_placed(&mut rows, |row| row.place, |row| &row.subcategory_name);
    order.sort_placed(&mut rows, |row| (row.home_id, row.category_place), |row| &row.category_name);
    let mut list: Vec<SubcategoryExclusion> = Vec::new();
    for row in rows {
        match list.last_mut().filter(|last| last.subcategory_id == row.subcategory_id) {
            Some(last) => last.excluded_branch_ids.extend(row.branch_id),
            None => list.push(SubcategoryExclusion {
                subcategory_id: row.subcategory_id,
                subcategory_name: row.subcategory_name,
                category_id: row.category_id,
                category_name: row.category_name,
                excluded_branch_ids: row.branch_id.into_iter().collect(),
            }),
        }
    }
    Ok(list)
}

impl Database {
    /// Every category that is on, with where it is left out; or one, on or not. None when there is no such category.
    ///
    /// # Errors
    /// The database failed.
    pub async fn category_exclusions(
        &self,
        scope: &impl Scope,
        id: Option<CategoryId>,
    ) -> Result<Vec<CategoryExclusion>> {
        categories(self.reader(), scope, id.map_or(0, CategoryId::get)).await
    }

    /// The same for subcategories.
    ///
    /// # Errors
    /// The database failed.
    pub async fn subcategory_exclusions(
        &self,
        scope: &impl Scope,
        id: Option<SubcategoryId>,
    ) -> Result<Vec<SubcategoryExclusion>> {
        subcategories(self.reader(), scope, id.map_or(0, SubcategoryId::get)).await
    }
}

/// What a branch can leave out.
#[cfg(test)]
const EXCLUDABLE: [&str; 2] = ["category", "subcategory"];

impl UnitOfWork {
    /// Where a category is left out, as this transaction leaves it; `None` when there is no such category.
    ///
    /// # Errors
    /// The database failed.
    pub async fn category_exclusion(&self, scope: &impl Scope, id: CategoryId) -> Result<Option<CategoryExclusion>> {
        Ok(categories(self.tx(), scope, id.get()).await?.pop())
    }

    /// The same for a subcategory.
    ///
    /// # Errors
    /// The database failed.
    pub async fn subcategory_exclusion(
        &self,
        scope: &impl Scope,
        id: SubcategoryId,
    ) -> Result<Option<SubcategoryExclusion>> {
        Ok(subcategories(self.tx(), scope, id.get()).await?.pop())
    }

    /// Has exactly these branches leave the category out.
    ///
    /// # Errors
    /// The database failed.
    pub async fn exclude_category(&self, scope: &impl Scope, id: CategoryId, branches: &[BranchId]) -> Result<()> {
        self.exclude(scope, "category", id.get(), branches).await
    }

    /// The same for a subcategory.
    ///
    /// # Errors
    /// The database failed.
    pub async fn exclude_subcategory(
        &self,
        scope: &impl Scope,
        id: SubcategoryId,
        branches: &[BranchId],
    ) -> Result<()> {
        self.exclude(scope, "subcategory", id.get(), branches).await
    }

    async fn exclude(&self, scope: &impl Scope, what: &str, id: i64, branches: &[BranchId]) -> Result<()> {
        let old = built_sql!(tenant, what: &str = what, in EXCLUDABLE, format!(
            "delete from branch_{what}_exclusion where {what}_id = $1
             and branch_id in (select id from branch where tenant_id = $2 and deletion_id is null)"
        ));
        self.run(&old, [id.into(), scope.tenant_id().into()]).await?;
        let new = built_sql!(tenant, what: &str = what, in EXCLUDABLE, format!(
            "insert into branch_{what}_exclusion (branch_id, {what}_id, tenant_id)
             select b.id, $1, b.tenant_id from branch b where b.tenant_id = $2 and b.id in #list($3)"
        ));
        let ids = serde_json::to_string(branches).unwrap_or_default();
        self.run(&new, [id.into(), scope.tenant_id().into(), ids.into()]).await?;
        Ok(())
    }
}
