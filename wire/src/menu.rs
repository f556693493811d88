//! The menu of a branch as phones read it, and what is switched on and off in it.

use chrono::{DateTime, Utc};
use domain::{AllergenId, BranchId, CategoryId, Cents, CustomizationId, ProductId, PromotionId, SubcategoryId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a branch offers.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Menu {
    /// The branch.
    pub branch_id: BranchId,
    /// Its name.
    pub branch_name: String,
    /// What the address of this page calls it.
    pub branch_slug: String,
    /// In the order of the menu.
    pub categories: Vec<MenuCategory>,
    /// The bundles on offer now: combos and several for one. A round that holds all portions of one pays its price.
    pub promotions: Vec<MenuPromotion>,
    /// When it will be another menu though nobody changes it: something opens, closes, or is back.
    #[serde(skip)]
    pub changes_at: Option<DateTime<Utc>>,
}

/// A category with everything in it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MenuCategory {
    /// The category.
    pub id: CategoryId,
    /// Its name.
    pub name: String,
    /// An emoji or the name of an icon.
    pub icon: Option<String>,
    /// Its picture.
    pub image: Option<String>,
    /// Its place in the menu.
    pub order: i32,
    /// In their order.
    pub subcategories: Vec<MenuSubcategory>,
    /// Those that are out included, marked as such: phones refuse to send what they do not know (diner-waiter.md §7.8).
    pub products: Vec<MenuProduct>,
}

/// A subcategory.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct MenuSubcategory {
    /// The subcategory.
    pub id: SubcategoryId,
    /// Its name.
    pub name: String,
    /// Its picture.
    pub image: Option<String>,
    /// Its place in the category.
    pub order: i32,
    /// Where it belongs.
    #[serde(skip)]
    pub category_id: CategoryId,
}

/// A product at its price in the branch.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MenuProduct {
    /// The product.
    pub id: ProductId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Price of one now, in cents.
    pub price_cents: Cents,
    /// What it costs when no promotion lowers it, in cents; null where none does.
    pub original_price_cents: Option<Cents>,
    /// Its picture.
    pub image: Option<String>,
    /// Its category.
    pub category_id: CategoryId,
    /// Its subcategory.
    pub subcategory_id: Option<SubcategoryId>,
    /// Shown first.
    pub featured: bool,
    /// Well liked.
    pub popular: bool,
    /// A word on a ribbon.
    pub badge: Option<String>,
    /// A mark of quality.
    pub seal: Option<String>,
    /// What it contains.
    pub allergen_ids: Vec<AllergenId>,
    /// False while 86'd or out of hours.
    pub is_available: bool,
    /// When it can be had again, as far as is known by now; null while it can be, and where nobody knows.
    pub available_from: Option<DateTime<Utc>>,
    /// Null where nothing is declared; the phones then never hide the product.
    pub allergens: Option<DeclaredAllergens>,
    /// Null where nothing is declared; the product then matches no diet.
    pub dietary: Option<Dietary>,
    /// Null where nothing is declared.
    pub cooking: Option<Cooking>,
    /// What can be chosen of it.
    pub customizations: Vec<MenuChoice>,
}

/// A modifier that can be chosen of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MenuChoice {
    /// The modifier.
    pub id: CustomizationId,
    /// What it is called.
    pub name: String,
    /// Modifiers of one kind stand together.
    pub category: Option<String>,
    /// What it adds to the price of one, in cents.
    pub extra_cost_cents: Cents,
}

/// Several portions at one price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MenuPromotion {
    /// The promotion.
    pub id: PromotionId,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Its picture.
    pub image: Option<String>,
    /// What its portions cost together, in cents.
    pub price_cents: Cents,
    /// What they cost apart, in cents.
    pub original_price_cents: Cents,
    /// False while one of its products is out.
    pub is_available: bool,
    /// Its portions.
    pub items: Vec<PromotionItem>,
}

/// So many of one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PromotionItem {
    /// What.
    pub product_id: ProductId,
    /// How many.
    pub quantity: i32,
}

/// What is declared of a product, by kind of presence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct DeclaredAllergens {
    /// Ingredients.
    pub contains: Vec<MenuAllergen>,
    /// Possible traces.
    pub may_contain: Vec<MenuAllergen>,
    /// Declared absent.
    pub free_from: Vec<MenuAllergen>,
}

/// An allergen by name.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MenuAllergen {
    /// The allergen.
    pub id: AllergenId,
    /// Its name.
    pub name: String,
    /// An emoji.
    pub icon: Option<String>,
}

/// Which diets a product suits. What the office left out counts as no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[allow(missing_docs, clippy::struct_excessive_bools)]
pub struct Dietary {
    pub is_vegetarian: bool,
    pub is_vegan: bool,
    pub is_gluten_free: bool,
    pub is_dairy_free: bool,
    pub is_celiac_safe: bool,
    pub is_keto: bool,
    pub is_low_sodium: bool,
}

/// How a product is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Cooking {
    /// `horneado`, `frito`, `grillado`, `crudo`, `hervido`, `vapor`, `salteado`, `braseado`
    pub methods: Vec<String>,
    /// Whether with oil.
    pub uses_oil: bool,
    /// Minutes of preparation.
    pub prep_time_minutes: Option<i32>,
    /// Minutes on the fire.
    pub cook_time_minutes: Option<i32>,
}

impl Menu {
    /// One product of it.
    #[must_use]
    pub fn product(&self, id: ProductId) -> Option<&MenuProduct> {
        self.categories.iter().flat_map(|category| &category.products).find(|product| product.id == id)
    }
}

/// What holds now.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct AvailabilitySet {
    /// The product.
    pub product_id: ProductId,
    /// Where.
    pub branch_id: BranchId,
    /// Whether it can be ordered there.
    pub is_available: bool,
    /// Portions left; not there where nobody counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<i32>,
    /// When the 86 or the count ends by itself; not there where somebody must end it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}
