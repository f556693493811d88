//! A product that a modifier can be chosen of.

use domain::{CustomizationId, ProductId, TenantId};
use sea_orm::entity::prelude::*;

/// A product that a modifier can be chosen of.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customization_product")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub customization_id: CustomizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    pub tenant_id: TenantId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::customization::Entity",
        from = "Column::CustomizationId",
        to = "super::customization::Column::Id"
    )]
    Customization,
    #[sea_orm(belongs_to = "super::product::Entity", from = "Column::ProductId", to = "super::product::Column::Id")]
    Product,
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
}

impl ActiveModelBehavior for ActiveModel {}
