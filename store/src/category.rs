//! Categories: the parts of a branch's menu, as the office manages them.

use crate::{
    Database, Listed,
    error::Result,
    menu::said,
    page::name_order,
    scoped::{admitted, reach},
    sql::{Sql, sql},
    unit_of_work::{UnitOfWork, all, one},
};
use auth::{RoleSet, Scope, Staff};
use domain::{BranchId, CategoryId, TenantId, kitchen::StationCode};
use entity::category;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, FromQueryResult, IntoActiveModel};
use wire::category::Category;

/// A category's row.
pub type CategoryRow = category::Model;

/// The row as the office sees it.
#[must_use]
pub fn category_of(row: CategoryRow) -> Category {
    Category {
        id: row.id,
        tenant_id: row.tenant_id,
        branch_id: row.branch_id,
        name: row.name,
        icon: row.icon,
        image: row.image,
        order: row.display_order,
        service_hours: said(row.service_hours),
        station: row.station,
        is_active: row.is_active,
    }
}

/// A new category.
#[derive(Clone, Debug, Default)]
pub struct NewCategory {
    /// Its name.
    pub name: String,
    /// An emoji or the name of an icon.
    pub icon: Option<String>,
    /// Its picture.
    pub image: Option<String>,
    /// Its place in the menu; the last when not said.
    pub order: Option<i32>,
    /// When it is served.
    pub service_hours: Option<serde_json::Value>,
    /// Who makes what is in it.
    pub station: Option<StationCode>,
    /// Switched off from the beginning.
    pub deactivated: bool,
}

const CATEGORIES: &str = "select * from category where tenant_id = $1";

static LOCK: &Sql =
    sql!(tenant, "select * from category where tenant_id = $1 and id = $2 and deletion_id is null #lock");

static LAST: &Sql =
    sql!(branch, "select coalesce(max(display_order), 0) as last from category where branch_id = $1 and is_active");

#[derive(FromQueryResult)]
struct Last {
    last: i32,
}

impl Database {
    /// The categories of the caller's branches, or of one of them, in the order of the menu; by name where that is the
    /// same.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn categories<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        branch: Option<BranchId>,
        deleted_too: bool,
        wanted: &Listed,
    ) -> Result<Vec<Category>> {
        if let Some(branch) = branch {
            self.find_branch(staff, branch).await?;
        }
        let sql = sql!(
            tenant,
            "{CATEGORIES} and (deletion_id is null or $2) and (branch_id = $3 or $3 = 0) and #within(branch_id, $4)
             order by id"
        );
        let only = branch.map_or(0, BranchId::get);
        let values = [staff.tenant_id().into(), deleted_too.into(), only.into(), reach(staff)];
        let mut rows: Vec<CategoryRow> = all(self.reader(), sql, values).await?;
        let order = name_order(self.reader(), staff.tenant_id()).await?;
        order.sort_placed(&mut rows, |row| (row.branch_id, row.display_order), |row| &row.name);
        let rows = wanted.part(rows, |row| [&row.name]);
        Ok(rows.into_iter().map(category_of).collect())
    }

    /// One category of the caller's branches.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn find_category(&self, scope: &impl Scope, id: CategoryId) -> Result<Category> {
        let sql = sql!(tenant, "{CATEGORIES} and id = $2 and deletion_id is null");
        let row: Option<CategoryRow> = one(self.reader(), sql, [scope.tenant_id().into(), id.into()]).await?;
        admitted(scope, "category", row, |row| row.branch_id).map(category_of)
    }
}

impl UnitOfWork {
    /// A category of the caller's branches, for the rest of the transaction. Under the office lock.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn category(&self, scope: &impl Scope, id: CategoryId) -> Result<CategoryRow> {
        let row: Option<CategoryRow> = self.one(LOCK, [scope.tenant_id().into(), id.into()]).await?;
        admitted(scope, "category", row, |row| row.branch_id)
    }

    /// Adds a category to a branch's menu.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn insert_category(&self, tenant: TenantId, branch: BranchId, new: NewCategory) -> Result<CategoryRow> {
        let order = match new.order {
            Some(order) => order,
            None => self.one(LAST, [branch.into()]).await?.map_or(1, |row: Last| row.last.saturating_add(1)),
        };
        let row = category::ActiveModel {
            tenant_id: Set(tenant),
            branch_id: Set(branch),
            name: Set(new.name),
            icon: Set(new.icon),
            image: Set(new.image),
            display_order: Set(order),
            service_hours: Set(new.service_hours),
            station: Set(new.station),
            is_active: Set(!new.deactivated),
            deactivated: Set(new.deactivated),
            created_at: Set(self.now()),
            ..Default::default()
        };
        Ok(row.insert(self.tx()).await?)
    }

    /// Writes what the office changed of `category`.
    ///
    /// # Errors
    /// The name is taken.
    pub async fn set_category(&self, category: &CategoryRow, changed: CategoryRow) -> Result<CategoryRow> {
        let changed = CategoryRow {
            id: category.id,
            tenant_id: category.tenant_id,
            branch_id: category.branch_id,
            created_at: category.created_at,
            deletion_id: category.deletion_id,
            is_active: !changed.deactivated,
            ..changed
        };
        Ok(changed.into_active_model().reset_all().update(self.tx()).await?)
    }
}
