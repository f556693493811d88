//! A subcategory that a branch leaves out of its menu.

use domain::{BranchId, SubcategoryId, TenantId};
use sea_orm::entity::prelude::*;

/// A subcategory that a branch leaves out of its menu.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "branch_subcategory_exclusion")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub branch_id: BranchId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subcategory_id: SubcategoryId,
    pub tenant_id: TenantId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
    #[sea_orm(
        belongs_to = "super::subcategory::Entity",
        from = "Column::SubcategoryId",
        to = "super::subcategory::Column::Id"
    )]
    Subcategory,
}

impl ActiveModelBehavior for ActiveModel {}
