//! What can be ordered.

use domain::{CategoryId, DeletionId, ProductId, RecipeId, SubcategoryId, TenantId, kitchen::StationCode};
use sea_orm::entity::prelude::*;

/// What can be ordered.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: ProductId,
    pub tenant_id: TenantId,
    pub category_id: CategoryId,
    pub subcategory_id: Option<SubcategoryId>,
    pub name: String,
    pub description: Option<String>,
    pub image: Option<String>,
    pub featured: bool,
    pub popular: bool,
    pub badge: Option<String>,
    pub seal: Option<String>,
    pub dietary: Option<Json>,
    pub cooking: Option<Json>,
    pub service_hours: Option<Json>,
    pub recipe_id: Option<RecipeId>,
    pub inherits_from_recipe: bool,
    pub sensory: Option<Json>,
    pub is_active: bool,
    pub deactivated: bool,
    pub deletion_id: Option<DeletionId>,
    pub created_at: DateTimeUtc,
    pub station: Option<StationCode>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::category::Entity", from = "Column::CategoryId", to = "super::category::Column::Id")]
    Category,
    #[sea_orm(
        belongs_to = "super::subcategory::Entity",
        from = "Column::SubcategoryId",
        to = "super::subcategory::Column::Id"
    )]
    Subcategory,
}

impl ActiveModelBehavior for ActiveModel {}
