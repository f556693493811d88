//! The menu as guests and waiters read it: in four statements, whether it holds forty products or five thousand.

use crate::{BranchRow, Database, error::Result, unit_of_work::all};
use domain::{AllergenId, BranchId, CategoryId, Cents, ProductId, SubcategoryId, menu::Presence};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
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
    /// Those that are out included, marked as such: phones refuse to send what they do not know (contract §7.8).
    pub products: Vec<MenuProduct>,
}

/// A subcategory.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, FromQueryResult)]
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
    /// Price of one, in cents.
    pub price_cents: Cents,
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
    /// False once 86'd.
    pub is_available: bool,
    /// Null where nothing is declared; the phones then never hide the product.
    pub allergens: Option<DeclaredAllergens>,
    /// Null where nothing is declared; the product then matches no diet.
    pub dietary: Option<Dietary>,
    /// Null where nothing is declared.
    pub cooking: Option<Cooking>,
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

#[derive(FromQueryResult)]
struct CategoryRow {
    id: CategoryId,
    name: String,
    icon: Option<String>,
    image: Option<String>,
    display_order: i32,
}

#[derive(FromQueryResult)]
struct ProductRow {
    id: ProductId,
    name: String,
    description: Option<String>,
    price_cents: Cents,
    image: Option<String>,
    category_id: CategoryId,
    subcategory_id: Option<SubcategoryId>,
    featured: bool,
    popular: bool,
    badge: Option<String>,
    seal: Option<String>,
    is_available: bool,
    dietary: Option<serde_json::Value>,
    cooking: Option<serde_json::Value>,
}

#[derive(FromQueryResult)]
struct AllergenRow {
    product_id: ProductId,
    presence: Presence,
    id: AllergenId,
    name: String,
    icon: Option<String>,
}

const CATEGORIES: &str = "select id, name, icon, image, display_order from category
    where branch_id = $1 and is_active order by display_order, id";

const SUBCATEGORIES: &str = r#"select s.id, s.name, s.image, s.display_order as "order", s.category_id
    from subcategory s join category c on c.id = s.category_id
    where c.branch_id = $1 and c.is_active and s.is_active order by s.display_order, s.id"#;

// A product whose subcategory is closed is listed without one rather than lost.
const PRODUCTS: &str = "select p.id, p.name, p.description, bp.price_cents, p.image, p.category_id,
        s.id as subcategory_id, p.featured, p.popular, p.badge, p.seal, bp.is_available, p.dietary, p.cooking
    from branch_product bp
    join product p on p.id = bp.product_id and p.is_active
    left join subcategory s on s.id = p.subcategory_id and s.is_active
    where bp.branch_id = $1 order by s.display_order nulls last, p.name, p.id";

const ALLERGENS: &str = "select pa.product_id, pa.presence, a.id, a.name, a.icon
    from branch_product bp
    join product_allergen pa on pa.product_id = bp.product_id
    join allergen a on a.id = pa.allergen_id and a.is_active
    where bp.branch_id = $1 order by a.id";

impl Database {
    /// What the branch offers now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn menu(&self, branch: &BranchRow) -> Result<Menu> {
        let id = || [branch.id.into()];
        let categories: Vec<CategoryRow> = all(self.reader(), CATEGORIES, id()).await?;
        let subcategories: Vec<MenuSubcategory> = all(self.reader(), SUBCATEGORIES, id()).await?;
        let products: Vec<ProductRow> = all(self.reader(), PRODUCTS, id()).await?;
        let mut declared = declared(all(self.reader(), ALLERGENS, id()).await?);

        let mut menu: Vec<MenuCategory> = categories.into_iter().map(MenuCategory::from).collect();
        let place: HashMap<CategoryId, usize> = menu.iter().enumerate().map(|(at, c)| (c.id, at)).collect();
        for subcategory in subcategories {
            if let Some(at) = place.get(&subcategory.category_id) {
                menu[*at].subcategories.push(subcategory);
            }
        }
        for product in products {
            if let Some(at) = place.get(&product.category_id) {
                let allergens = declared.remove(&product.id);
                menu[*at].products.push(product.with(allergens));
            }
        }
        Ok(Menu {
            branch_id: branch.id,
            branch_name: branch.name.clone(),
            branch_slug: branch.slug.clone(),
            categories: menu,
        })
    }
}

fn declared(rows: Vec<AllergenRow>) -> HashMap<ProductId, DeclaredAllergens> {
    let mut declared: HashMap<ProductId, DeclaredAllergens> = HashMap::new();
    for row in rows {
        let of_product = declared.entry(row.product_id).or_default();
        let list = match row.presence {
            Presence::Contains => &mut of_product.contains,
            Presence::MayContain => &mut of_product.may_contain,
            Presence::FreeFrom => &mut of_product.free_from,
        };
        list.push(MenuAllergen { id: row.id, name: row.name, icon: row.icon });
    }
    declared
}

impl From<CategoryRow> for MenuCategory {
    fn from(row: CategoryRow) -> Self {
        let CategoryRow { id, name, icon, image, display_order } = row;
        Self { id, name, icon, image, order: display_order, subcategories: Vec::new(), products: Vec::new() }
    }
}

impl ProductRow {
    fn with(self, allergens: Option<DeclaredAllergens>) -> MenuProduct {
        let contains = allergens.iter().flat_map(|declared| &declared.contains);
        MenuProduct {
            id: self.id,
            name: self.name,
            description: self.description,
            price_cents: self.price_cents,
            image: self.image,
            category_id: self.category_id,
            subcategory_id: self.subcategory_id,
            featured: self.featured,
            popular: self.popular,
            badge: self.badge,
            seal: self.seal,
            allergen_ids: contains.map(|allergen| allergen.id).collect(),
            is_available: self.is_available,
            allergens,
            // The office's routes check what they write; one odd profile must not take the whole menu off the phones.
            dietary: self.dietary.and_then(|profile| serde_json::from_value(profile).ok()),
            cooking: self.cooking.and_then(|profile| serde_json::from_value(profile).ok()),
        }
    }
}
