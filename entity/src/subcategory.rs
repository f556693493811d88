//! A part of a category.

use domain::{CategoryId, DeletionId, SubcategoryId, TenantId};
use sea_orm::entity::prelude::*;

/// A part of a category.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subcategory")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: SubcategoryId,
    pub tenant_id: TenantId,
    pub category_id: CategoryId,
    pub name: String,
    pub image: Option<String>,
    pub display_order: i32,
    pub is_active: bool,
    pub deactivated: bool,
    pub deletion_id: Option<DeletionId>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::category::Entity", from = "Column::CategoryId", to = "super::category::Column::Id")]
    Category,
}

impl ActiveModelBehavior for ActiveModel {}
