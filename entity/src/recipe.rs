//! How something is made.

use domain::{BranchId, Cents, DeletionId, ProductId, RecipeId, SubcategoryId, TenantId, UserId, recipe::RiskLevel};
use sea_orm::entity::prelude::*;

/// How something is made.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recipe")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: RecipeId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub product_id: Option<ProductId>,
    pub subcategory_id: Option<SubcategoryId>,
    pub name: String,
    pub name_key: String,
    pub description: Option<String>,
    pub short_description: Option<String>,
    pub image: Option<String>,
    pub cuisine_type: Option<String>,
    pub difficulty: Option<String>,
    pub prep_time_minutes: Option<i32>,
    pub cook_time_minutes: Option<i32>,
    pub servings: Option<i32>,
    pub calories_per_serving: Option<i32>,
    pub ingredients: Option<Json>,
    pub preparation_steps: Option<Json>,
    pub chef_notes: Option<String>,
    pub presentation_tips: Option<String>,
    pub storage_instructions: Option<String>,
    pub dietary_tags: Option<Json>,
    pub flavors: Option<Json>,
    pub textures: Option<Json>,
    pub cooking_methods: Option<Json>,
    pub uses_oil: bool,
    pub is_celiac_safe: bool,
    pub allergen_notes: Option<String>,
    pub modifications: Option<Json>,
    pub warnings: Option<Json>,
    pub cost_cents: Option<Cents>,
    pub suggested_price_cents: Option<Cents>,
    pub yield_quantity: Option<String>,
    pub yield_unit: Option<String>,
    pub portion_size: Option<String>,
    pub risk_level: RiskLevel,
    pub custom_rag_disclaimer: Option<String>,
    pub is_ingested: bool,
    pub last_ingested_at: Option<DateTimeUtc>,
    pub is_active: bool,
    pub deactivated: bool,
    pub deletion_id: Option<DeletionId>,
    pub created_by_id: Option<UserId>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
}

impl ActiveModelBehavior for ActiveModel {}
