//! Products as the office sees and writes them.

use crate::menu::{Cooking, Dietary};
use chrono::{DateTime, Utc};
use domain::{
    AllergenId, BranchId, CatalogEntryId, CategoryId, Cents, Patch, ProductId, RecipeId, SubcategoryId, TenantId,
    kitchen::StationCode,
    menu::{Presence, ServiceHours},
    office::{Few, ImageUrl, Price, Whole},
    patch::present,
    text::{Name, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A product as the office knows it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Product {
    /// The product.
    pub id: ProductId,
    /// The business.
    pub tenant_id: TenantId,
    /// Its name.
    pub name: String,
    /// What it is.
    #[schema(required)]
    pub description: Option<String>,
    /// Its picture.
    #[schema(required)]
    pub image: Option<String>,
    /// Where it stands.
    pub category_id: CategoryId,
    /// Where it stands there.
    #[schema(required)]
    pub subcategory_id: Option<SubcategoryId>,
    /// Shown first.
    pub featured: bool,
    /// Well liked.
    pub popular: bool,
    /// A word on a ribbon.
    #[schema(required)]
    pub badge: Option<String>,
    /// A mark of quality.
    #[schema(required)]
    pub seal: Option<String>,
    /// What it contains.
    pub allergen_ids: Vec<AllergenId>,
    /// Everything declared of it, of allergens that are not switched off.
    pub allergens: Vec<AllergenPresence>,
    /// How it is made.
    #[schema(required)]
    pub recipe_id: Option<RecipeId>,
    /// Whether it takes its allergens from its recipe.
    pub inherits_from_recipe: bool,
    /// That recipe's name; null once it is deleted.
    #[schema(required)]
    pub recipe_name: Option<String>,
    /// Which diets it suits; null where nothing is declared.
    #[schema(required)]
    pub dietary_profile: Option<Dietary>,
    /// How it is made; null where nothing is declared.
    #[schema(required)]
    pub cooking_info: Option<KnownCooking>,
    /// How it tastes and feels; null where nothing is declared.
    #[schema(required)]
    pub sensory_profile: Option<Sensory>,
    /// When it is served; null where that is whenever its category is.
    #[schema(required)]
    pub service_hours: Option<ServiceHours>,
    /// The code of the station that makes it; null where its category says it.
    #[schema(required, value_type = Option<String>)]
    pub station: Option<StationCode>,
    /// False once switched off or deleted.
    pub is_active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Where it is on the menu.
    pub branch_prices: Vec<BranchPrice>,
}

/// How a product is made, as the office declares it: menus show the words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct KnownCooking {
    /// As in the business's list of cooking methods.
    pub cooking_method_ids: Vec<CatalogEntryId>,
    /// What menus show and guests leave out by.
    #[serde(flatten)]
    pub shown: Cooking,
}

/// How a product tastes and feels, by the lists of words of the business.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Sensory {
    /// As in its list of flavors.
    pub flavor_ids: Vec<CatalogEntryId>,
    /// As in its list of textures.
    pub texture_ids: Vec<CatalogEntryId>,
}

/// An allergen as declared of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AllergenPresence {
    /// The allergen.
    pub allergen_id: AllergenId,
    /// Its name.
    pub allergen_name: String,
    /// An emoji.
    #[schema(required)]
    pub allergen_icon: Option<String>,
    /// How the product relates to it.
    pub presence_type: Presence,
}

/// A product's price in a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BranchPrice {
    /// Where.
    pub branch_id: BranchId,
    /// Price of one, in cents.
    pub price_cents: Cents,
    /// False while 86'd.
    pub is_available: bool,
}

/// A product to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewProduct {
    /// 1 to 200 characters.
    pub name: Name<200>,
    /// At most 2000 characters.
    #[serde(default)]
    pub description: Option<Text<2000>>,
    /// A picture's address.
    #[serde(default)]
    pub image: ImageUrl,
    /// Where it stands.
    pub category_id: CategoryId,
    /// Where it stands there.
    #[serde(default)]
    pub subcategory_id: Option<SubcategoryId>,
    /// Shown first.
    #[serde(default)]
    pub featured: Option<bool>,
    /// Well liked.
    #[serde(default)]
    pub popular: Option<bool>,
    /// A word on a ribbon, at most 50 characters.
    #[serde(default)]
    pub badge: Option<Text<50>>,
    /// A mark of quality, at most 50 characters.
    #[serde(default)]
    pub seal: Option<Text<50>>,
    /// What it contains; `allergens` wins.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub allergen_ids: Option<Vec<AllergenId>>,
    /// How it relates to which allergens.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub allergens: Option<Vec<DeclaredAllergen>>,
    /// Which diets it suits.
    #[serde(default)]
    pub dietary_profile: Option<Dietary>,
    /// How it is made.
    #[serde(default)]
    pub cooking_info: Option<CookingInfo>,
    /// How it tastes and feels.
    #[serde(default)]
    pub sensory_profile: Option<SensoryProfile>,
    /// When it is served; whenever its category is when not said.
    #[serde(default)]
    pub service_hours: Option<ServiceHours>,
    /// What it is made by.
    #[serde(default)]
    pub recipe_id: Option<RecipeId>,
    /// Whether it contains what its recipe contains, as well as what is said here.
    #[serde(default)]
    pub inherits_from_recipe: Option<bool>,
    /// The code of the branch's station that makes it; its category's when not said.
    #[serde(default)]
    pub station: Option<StationCode>,
    /// False keeps it off the menus for now.
    #[serde(default)]
    pub is_active: Option<bool>,
    /// What it costs where.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub branch_prices: Option<Vec<NewPrice>>,
}

/// How a product relates to an allergen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
pub struct DeclaredAllergen {
    /// The allergen.
    pub allergen_id: AllergenId,
    /// How the product relates to it; an ingredient when not said.
    #[serde(default = "ingredient")]
    pub presence_type: Presence,
}

const fn ingredient() -> Presence {
    Presence::Contains
}

/// How a product is made.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct CookingInfo {
    /// As in the business's list of cooking methods; at most 20.
    #[serde(default)]
    #[schema(value_type = Vec<CatalogEntryId>, max_items = 20)]
    pub cooking_method_ids: Few<CatalogEntryId, 20>,
    /// `horneado`, `frito`, `grillado`, `crudo`, `hervido`, `vapor`, `salteado`, `braseado`; at most 20.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub methods: Vec<Name<50>>,
    /// Whether with oil.
    #[serde(default)]
    pub uses_oil: bool,
    /// Minutes of preparation.
    #[serde(default)]
    pub prep_time_minutes: Option<Whole<0, 1440>>,
    /// Minutes on the fire.
    #[serde(default)]
    pub cook_time_minutes: Option<Whole<0, 1440>>,
}

/// How a product tastes and feels.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
pub struct SensoryProfile {
    /// As in the business's list of flavors; at most 20.
    #[serde(default)]
    #[schema(value_type = Vec<CatalogEntryId>, max_items = 20)]
    pub flavor_ids: Few<CatalogEntryId, 20>,
    /// As in the business's list of textures; at most 20.
    #[serde(default)]
    #[schema(value_type = Vec<CatalogEntryId>, max_items = 20)]
    pub texture_ids: Few<CatalogEntryId, 20>,
}

/// What a product costs in a branch.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
pub struct NewPrice {
    /// Where.
    pub branch_id: BranchId,
    /// Price of one, in cents.
    pub price_cents: Price,
    /// False: 86. Absent: as it is, and available where it is new.
    #[serde(default)]
    pub is_available: Option<bool>,
}

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ProductPatch {
    /// 1 to 200 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Name<200>)]
    pub name: Option<Name<200>>,
    /// At most 2000 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<2000>>)]
    pub description: Patch<Text<2000>>,
    /// A picture's address; null or an empty text takes it away.
    #[serde(default, deserialize_with = "present")]
    pub image: Option<ImageUrl>,
    /// Where it stands.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = CategoryId)]
    pub category_id: Option<CategoryId>,
    /// Where it stands there. Absent beside another category: nowhere in particular.
    #[serde(default)]
    #[schema(value_type = Option<SubcategoryId>)]
    pub subcategory_id: Patch<SubcategoryId>,
    /// Shown first.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub featured: Option<bool>,
    /// Well liked.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub popular: Option<bool>,
    /// A word on a ribbon, at most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<50>>)]
    pub badge: Patch<Text<50>>,
    /// A mark of quality, at most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<50>>)]
    pub seal: Patch<Text<50>>,
    /// What it contains; `allergens` wins. Null says nothing.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub allergen_ids: Option<Vec<AllergenId>>,
    /// How it relates to which allergens. Null says nothing.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub allergens: Option<Vec<DeclaredAllergen>>,
    /// Which diets it suits.
    #[serde(default)]
    #[schema(value_type = Option<Dietary>)]
    pub dietary_profile: Patch<Dietary>,
    /// How it is made.
    #[serde(default)]
    #[schema(value_type = Option<CookingInfo>)]
    pub cooking_info: Patch<CookingInfo>,
    /// How it tastes and feels.
    #[serde(default)]
    #[schema(value_type = Option<SensoryProfile>)]
    pub sensory_profile: Patch<SensoryProfile>,
    /// When it is served; null or an empty list for whenever its category is.
    #[serde(default)]
    #[schema(value_type = Option<ServiceHours>)]
    pub service_hours: Patch<ServiceHours>,
    /// What it is made by.
    #[serde(default)]
    #[schema(value_type = Option<RecipeId>)]
    pub recipe_id: Patch<RecipeId>,
    /// Whether it contains what its recipe contains, as well as what is said here. False once it has no recipe.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub inherits_from_recipe: Option<bool>,
    /// The code of the branch's station that makes it; null for its category's.
    #[serde(default)]
    #[schema(value_type = Option<StationCode>)]
    pub station: Patch<StationCode>,
    /// False takes it off the menus, true puts it back.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub is_active: Option<bool>,
    /// What it costs where. Null says nothing.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub branch_prices: Option<Vec<NewPrice>>,
}
