//! How a product relates to an allergen.

use domain::{AllergenId, ProductAllergenId, ProductId, TenantId, menu::Presence};
use sea_orm::entity::prelude::*;

/// How a product relates to an allergen.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_allergen")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: ProductAllergenId,
    pub tenant_id: TenantId,
    pub product_id: ProductId,
    pub allergen_id: AllergenId,
    pub presence: Presence,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::product::Entity", from = "Column::ProductId", to = "super::product::Column::Id")]
    Product,
    #[sea_orm(belongs_to = "super::allergen::Entity", from = "Column::AllergenId", to = "super::allergen::Column::Id")]
    Allergen,
}

impl ActiveModelBehavior for ActiveModel {}
