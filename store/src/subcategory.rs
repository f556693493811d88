//! Subcategories: the parts of a category, as the office manages them. Whose branch one is, its category says.

use crate::{
    Database, Listed,
    error::Result,
    page::name_order,
    scoped::{admitted, reach},
    sql::{Sql, sql},
    unit_of_work::{UnitOfWork, all, one},
};
use auth::{RoleSet, Scope, Staff};
use domain::{BranchId, CategoryId, SubcategoryId, TenantId};
use entity::subcategory;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, FromQueryResult, IntoActiveModel};
use wire::subcategory::Subcategory;

/// A subcategory's row.
pub type SubcategoryRow = subcategory::Model;

/// The row as the office sees it.
#[must_use]
pub fn subcategory_of(row: SubcategoryRow) -> Subcategory {
    Subcategory {
        id: row.id,
        tenant_id: row.tenant_id,
        category_id: row.category_id,
        name: row.name,
        image: row.image,
        order: row.display_order,
        is_active: row.is_active,
    }
}

/// A subcategory and whose menu its category is a part of.
#[derive(Clone, Debug, FromQueryResult)]
pub struct PlacedSubcategory {
    /// The subcategory.
    #[sea_orm(nested)]
    pub row: SubcategoryRow,
    /// The branch.
    pub branch_id: BranchId,
}

/// A new subcategory.
#[derive(Clone, Debug)]
pub struct NewSubcategory {
    /// What it is a part of.
    pub category_id: CategoryId,
    /// Its name.
    pub name: String,
    /// Its picture.
    pub image: Option<String>,
    /// Its place in the category; the last when not said.
    pub order: Option<i32>,
    /// Switched off from the beginning.
    pub deactivated: bool,
}

const SUBCATEGORIES: &str =
    "select s.*, c.branch_id from subcategory s join category c on c.id = s.category_id where s.tenant_id = $1";

static LAST: &Sql = sql!(
    row("category_id"),
    "select coalesce(max(display_order), 0) as last from subcategory where category_id = $1 and is_active"
);

#[derive(FromQueryResult)]
struct Last {
    last: i32,
}

impl Database {
    /// The subcategories of the caller's branches, or of one category, in the order of the menus; by name where that is
    /// the same.
    ///
    /// # Errors
    /// The category is not found or not in the caller's branches.
    pub async fn subcategories<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        category: Option<CategoryId>,
        deleted_too: bool,
        wanted: &Listed,
    ) -> Result<Vec<Subcategory>> {
        if let Some(category) = category {
            self.find_category(staff, category).await?;
        }
        let sql = sql!(tenant, "{SUBCATEGORIES} and (s.deletion_id is null or $2) and (s.category_id = $3 or $3 = 0) and #within(c.branch_id, $4)
             order by s.id");
        let only = category.map_or(0, CategoryId::get);
        let values = [staff.tenant_id().into(), deleted_too.into(), only.into(), reach(staff)];
        let mut rows: Vec<PlacedSubcategory> = all(self.reader(), sql, values).await?;
        let order = name_order(self.reader(), staff.tenant_id()).await?;
        order.sort_placed(&mut rows, |it| (it.row.category_id, it.row.display_order), |it| &it.row.name);
        let rows = wanted.part(rows, |placed| [&placed.row.name]);
        Ok(rows.into_iter().map(|placed| subcategory_of(placed.row)).collect())
    }

    /// One subcategory of the caller's branches.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn find_subcategory(&self, scope: &impl Scope, id: SubcategoryId) -> Result<Subcategory> {
        let sql = sql!(tenant, "{SUBCATEGORIES} and s.id = $2 and s.deletion_id is null");
        let row: Option<PlacedSubcategory> = one(self.reader(), sql, [scope.tenant_id().into(), id.into()]).await?;
        admitted(scope, "subcategory", row, |placed| placed.branch_id).map(|placed| subcategory_of(placed.row))
    }
}

impl UnitOfWork {
    /// A subcategory of the caller's branches. Under the office lock it stays as it is.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn subcategory(&self, scope: &impl Scope, id: SubcategoryId) -> Result<PlacedSubcategory> {
        let sql = sql!(tenant, "{SUBCATEGORIES} and s.id = $2 and s.deletion_id is null");
        let row: Option<PlacedSubcategory> = self.one(sql, [scope.tenant_id().into(), id.into()]).await?;
        admitted(scope, "subcategory", row, |placed| placed.branch_id)
    }

    /// Adds a subcategory to a category.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn add_subcategory(&self, tenant: TenantId, new: NewSubcategory) -> Result<SubcategoryRow> {
        let order = match new.order {
            Some(order) => order,
            None => self.one(LAST, [new.category_id.into()]).await?.map_or(1, |row: Last| row.last.saturating_add(1)),
        };
        let row = subcategory::ActiveModel {
            tenant_id: Set(tenant),
            category_id: Set(new.category_id),
            name: Set(new.name),
            image: Set(new.image),
            display_order: Set(order),
            is_active: Set(!new.deactivated),
            deactivated: Set(new.deactivated),
            created_at: Set(self.now()),
            ..Default::default()
        };
        Ok(row.insert(self.tx()).await?)
    }

    /// Writes what the office changed of `before`.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn set_subcategory(&self, before: &SubcategoryRow, changed: SubcategoryRow) -> Result<SubcategoryRow> {
        let changed = SubcategoryRow {
            id: before.id,
            tenant_id: before.tenant_id,
            category_id: before.category_id,
            created_at: before.created_at,
            deletion_id: before.deletion_id,
            is_active: !changed.deactivated,
            ..changed
        };
        Ok(changed.into_active_model().reset_all().update(self.tx()).await?)
    }
}
