//! Recipes and the products that are made of them.

mod form;

pub use form::{NewRecipe, RecipePatch};

use crate::product::NewPrice;
use chrono::{DateTime, Utc};
use domain::{
    AllergenId, BranchId, CategoryId, Cents, ProductId, RecipeId, SubcategoryId, TenantId,
    recipe::{Modification, PreparationStep, RecipeIngredient, RiskLevel},
    text::Name,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How something is made (U2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "a field is named as the clients know it; those that need a word have one")]
pub struct Recipe {
    pub id: RecipeId,
    pub tenant_id: TenantId,
    /// Whose kitchen makes it.
    pub branch_id: BranchId,
    #[schema(required)]
    pub branch_name: Option<String>,
    /// What it makes.
    #[schema(required)]
    pub product_id: Option<ProductId>,
    /// Null once the product is deleted.
    #[schema(required)]
    pub product_name: Option<String>,
    /// Where it belongs.
    #[schema(required)]
    pub subcategory_id: Option<SubcategoryId>,
    /// Null once the subcategory is deleted.
    #[schema(required)]
    pub subcategory_name: Option<String>,
    /// The subcategory's.
    #[schema(required)]
    pub category_id: Option<CategoryId>,
    #[schema(required)]
    pub category_name: Option<String>,
    /// Unique in the branch, whatever its capitals.
    pub name: String,
    #[schema(required)]
    pub description: Option<String>,
    #[schema(required)]
    pub short_description: Option<String>,
    #[schema(required)]
    pub image: Option<String>,
    #[schema(required)]
    pub cuisine_type: Option<String>,
    #[schema(required)]
    pub difficulty: Option<String>,
    #[schema(required)]
    pub prep_time_minutes: Option<i32>,
    #[schema(required)]
    pub cook_time_minutes: Option<i32>,
    /// What the two take together.
    #[schema(required)]
    pub total_time_minutes: Option<i32>,
    #[schema(required)]
    pub servings: Option<i32>,
    #[schema(required)]
    pub calories_per_serving: Option<i32>,
    #[schema(required)]
    pub ingredients: Option<Vec<RecipeIngredient>>,
    #[schema(required)]
    pub preparation_steps: Option<Vec<PreparationStep>>,
    #[schema(required)]
    pub chef_notes: Option<String>,
    #[schema(required)]
    pub presentation_tips: Option<String>,
    #[schema(required)]
    pub storage_instructions: Option<String>,
    /// Of the allergens that are not switched off.
    pub allergen_ids: Vec<AllergenId>,
    pub allergens: Vec<RecipeAllergen>,
    #[schema(required)]
    pub dietary_tags: Option<Vec<String>>,
    #[schema(required)]
    pub flavors: Option<Vec<String>>,
    #[schema(required)]
    pub textures: Option<Vec<String>>,
    #[schema(required)]
    pub cooking_methods: Option<Vec<String>>,
    pub uses_oil: bool,
    pub is_celiac_safe: bool,
    #[schema(required)]
    pub allergen_notes: Option<String>,
    #[schema(required)]
    pub modifications: Option<Vec<Modification>>,
    #[schema(required)]
    pub warnings: Option<Vec<String>>,
    #[schema(required)]
    pub cost_cents: Option<Cents>,
    /// At least the cost.
    #[schema(required)]
    pub suggested_price_cents: Option<Cents>,
    #[schema(required)]
    pub yield_quantity: Option<String>,
    #[schema(required)]
    pub yield_unit: Option<String>,
    #[schema(required)]
    pub portion_size: Option<String>,
    pub risk_level: RiskLevel,
    #[schema(required)]
    pub custom_rag_disclaimer: Option<String>,
    /// False once switched off or deleted.
    pub is_active: bool,
    /// Whether it was handed over to be searched since it last changed.
    pub is_ingested: bool,
    #[schema(required)]
    pub last_ingested_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    #[schema(required)]
    pub created_by_email: Option<String>,
}

/// What a recipe contains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecipeAllergen {
    /// The allergen.
    pub id: AllergenId,
    /// Its name.
    pub name: String,
    /// An emoji.
    #[schema(required)]
    pub icon: Option<String>,
}

/// A product that is made by a recipe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct DerivedProduct {
    /// The product.
    pub id: ProductId,
    /// Its name.
    pub name: String,
    /// What it is.
    #[schema(required)]
    pub description: Option<String>,
    /// Where it stands.
    pub category_id: CategoryId,
    /// Where it stands there.
    #[schema(required)]
    pub subcategory_id: Option<SubcategoryId>,
    /// Whether it takes its allergens from the recipe.
    pub inherits_from_recipe: bool,
    /// False once switched off.
    pub is_active: bool,
}

/// A product to be, made by a recipe.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewDerived {
    /// 1 to 200 characters; nothing else of that name stands in the category.
    pub name: Name<200>,
    /// Where it stands.
    pub category_id: CategoryId,
    /// Where it stands there.
    #[serde(default)]
    pub subcategory_id: Option<SubcategoryId>,
    /// What it costs where.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub branch_prices: Option<Vec<NewPrice>>,
}

/// The product that came of a recipe.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Derived {
    /// The product.
    pub id: ProductId,
    /// Its name.
    pub name: String,
    /// What it is made by.
    pub recipe_id: RecipeId,
    /// That recipe's name.
    pub recipe_name: String,
    /// Always true.
    pub inherits_from_recipe: bool,
    /// Where it stands.
    pub category_id: CategoryId,
    /// Where it stands there.
    #[schema(required)]
    pub subcategory_id: Option<SubcategoryId>,
    /// For people.
    pub message: String,
}
