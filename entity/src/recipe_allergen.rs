//! What a recipe contains.

use domain::{AllergenId, RecipeAllergenId, RecipeId, TenantId};
use sea_orm::entity::prelude::*;

/// What a recipe contains.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recipe_allergen")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: RecipeAllergenId,
    pub tenant_id: TenantId,
    pub recipe_id: RecipeId,
    pub allergen_id: AllergenId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::recipe::Entity", from = "Column::RecipeId", to = "super::recipe::Column::Id")]
    Recipe,
    #[sea_orm(belongs_to = "super::allergen::Entity", from = "Column::AllergenId", to = "super::allergen::Column::Id")]
    Allergen,
}

impl ActiveModelBehavior for ActiveModel {}
