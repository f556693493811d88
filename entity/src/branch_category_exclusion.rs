//! A category that a branch leaves out of its menu.

use domain::{BranchId, CategoryId, TenantId};
use sea_orm::entity::prelude::*;

/// A category that a branch leaves out of its menu.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "branch_category_exclusion")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub branch_id: BranchId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub category_id: CategoryId,
    pub tenant_id: TenantId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
    #[sea_orm(belongs_to = "super::category::Entity", from = "Column::CategoryId", to = "super::category::Column::Id")]
    Category,
}

impl ActiveModelBehavior for ActiveModel {}
