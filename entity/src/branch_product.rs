//! A product's price and availability in one branch.

use domain::{BranchId, BranchProductId, Cents, ProductId, TenantId};
use sea_orm::entity::prelude::*;

/// A product's price and availability in one branch.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "branch_product")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: BranchProductId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub product_id: ProductId,
    pub price_cents: Cents,
    pub is_available: bool,
    pub remaining: Option<i32>,
    pub restricted_until: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
    #[sea_orm(belongs_to = "super::product::Entity", from = "Column::ProductId", to = "super::product::Column::Id")]
    Product,
}

impl ActiveModelBehavior for ActiveModel {}
