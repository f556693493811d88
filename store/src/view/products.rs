//! Products as the office reads them: in four statements, however many there are.

use crate::{
    Database, Listed,
    error::{Error, Result},
    menu::said,
    page::name_order,
    product::{PRODUCTS, PlacedProduct},
    scoped::{json_array, reach},
    sql::{Sql, sql},
    unit_of_work::{all, one},
};
use auth::{RoleSet, Scope, Staff};
use chrono::{DateTime, Utc};
use domain::{
    AllergenId, BranchId, CategoryId, Cents, ProductId,
    menu::{Presence, Supply},
    name::NameOrder,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use wire::product::{AllergenPresence, BranchPrice, Product};

/// Which products.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProductFilter {
    /// Of a category.
    pub category: Option<CategoryId>,
    /// On a branch's menu.
    pub branch: Option<BranchId>,
    /// Those that were deleted, too.
    pub deleted_too: bool,
}

#[derive(FromQueryResult)]
struct Named {
    id: ProductId,
    name: String,
}

#[derive(FromQueryResult)]
struct PriceRow {
    product_id: ProductId,
    branch_id: BranchId,
    price_cents: Cents,
    is_available: bool,
    remaining: Option<i32>,
    restricted_until: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct AllergenRow {
    product_id: ProductId,
    allergen_id: AllergenId,
    name: String,
    icon: Option<String>,
    presence: Presence,
}

static PRICES: &Sql = sql!(
    row("product_id"),
    "select bp.product_id, bp.branch_id, bp.price_cents, bp.is_available, bp.remaining,
        bp.restricted_until
    from branch_product bp join branch b on b.id = bp.branch_id and b.deletion_id is null
    where bp.product_id in #list($1) order by bp.product_id, bp.branch_id"
);

static ALLERGENS: &Sql = sql!(
    row("product_id"),
    "select pa.product_id, pa.allergen_id, a.name, a.icon, pa.presence
    from product_allergen pa join allergen a on a.id = pa.allergen_id and a.is_active
    where pa.product_id in #list($1) order by a.id, pa.presence"
);

/// Declared profiles; the office's routes check what they write.
fn profile<T: DeserializeOwned>(written: Option<Value>) -> Option<T> {
    written.and_then(|profile| serde_json::from_value(profile).ok())
}

/// The rows with prices and allergens, in their order; the allergens of each by name, in that order.
pub(crate) async fn with_details(
    db: &impl ConnectionTrait,
    order: &NameOrder,
    rows: Vec<PlacedProduct>,
    now: DateTime<Utc>,
) -> Result<Vec<Product>> {
    let ids: Vec<ProductId> = rows.iter().map(|placed| placed.row.id).collect();
    let ids = serde_json::to_string(&ids).unwrap_or_default();
    let found: Vec<PriceRow> = all(db, PRICES, [ids.as_str().into()]).await?;
    let mut prices: HashMap<ProductId, Vec<BranchPrice>> = HashMap::new();
    for row in found {
        let supply = Supply { is_available: row.is_available, remaining: row.remaining, until: row.restricted_until };
        let is_available = supply.as_of(now).is_available;
        let price = BranchPrice { branch_id: row.branch_id, price_cents: row.price_cents, is_available };
        prices.entry(row.product_id).or_default().push(price);
    }
    let mut found: Vec<AllergenRow> = all(db, ALLERGENS, [ids.into()]).await?;
    order.sort(&mut found, |row| &row.name);
    let mut allergens: HashMap<ProductId, Vec<AllergenPresence>> = HashMap::new();
    for row in found {
        allergens.entry(row.product_id).or_default().push(AllergenPresence {
            allergen_id: row.allergen_id,
            allergen_name: row.name,
            allergen_icon: row.icon,
            presence_type: row.presence,
        });
    }
    let product = |placed: PlacedProduct| {
        let id = placed.row.id;
        let (prices, allergens) = (prices.remove(&id), allergens.remove(&id));
        described(placed, prices.unwrap_or_default(), allergens.unwrap_or_default())
    };
    Ok(rows.into_iter().map(product).collect())
}

fn described(placed: PlacedProduct, branch_prices: Vec<BranchPrice>, allergens: Vec<AllergenPresence>) -> Product {
    let row = placed.row;
    let contained = allergens.iter().filter(|declared| declared.presence_type == Presence::Contains);
    Product {
        id: row.id,
        tenant_id: row.tenant_id,
        name: row.name,
        description: row.description,
        image: row.image,
        category_id: row.category_id,
        subcategory_id: row.subcategory_id,
        featured: row.featured,
        popular: row.popular,
        badge: row.badge,
        seal: row.seal,
        allergen_ids: contained.map(|declared| declared.allergen_id).collect(),
        allergens,
        recipe_id: row.recipe_id,
        inherits_from_recipe: row.inherits_from_recipe,
        recipe_name: placed.recipe_name,
        dietary_profile: profile(row.dietary),
        cooking_info: profile(row.cooking),
        sensory_profile: profile(row.sensory),
        service_hours: said(row.service_hours),
        station: row.station,
        is_active: row.is_active,
        created_at: row.created_at,
        branch_prices,
    }
}

impl Database {
    /// The products of the caller's branches, by name: those of their categories and those on their menus.
    ///
    /// # Errors
    /// The branch or the category is not found or not the caller's.
    pub async fn products<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        which: ProductFilter,
        wanted: &Listed,
    ) -> Result<Vec<Product>> {
        if let Some(branch) = which.branch {
            self.find_branch(staff, branch).await?;
        }
        if let Some(category) = which.category {
            self.find_category(staff, category).await?;
        }
        // First the names alone: a page is a few of them, and what a product says of itself is long.
        let sql = sql!(branch, "select p.id, p.name from product p join category c on c.id = p.category_id
             where p.tenant_id = $1 and (p.deletion_id is null or $2) and (p.category_id = $3 or $3 = 0)
               and ($4 = 0 or exists (select 1 from branch_product bp where bp.product_id = p.id and bp.branch_id = $4))
               and (#within(c.branch_id, $5) or exists (select 1 from branch_product bp where bp.product_id = p.id and #within(bp.branch_id, $5)))
             order by p.id");
        let category = which.category.map_or(0, CategoryId::get);
        let branch = which.branch.map_or(0, BranchId::get);
        let tenant = staff.tenant_id().into();
        let values = [tenant, which.deleted_too.into(), category.into(), branch.into(), reach(staff)];
        let names: Vec<Named> = all(self.reader(), sql, values).await?;
        let order = name_order(self.reader(), staff.tenant_id()).await?;
        let names = wanted.by_name(&order, names, |row| &row.name);
        let ids = json_array(names.iter().map(|row| row.id));
        let sql = sql!(tenant, "{PRODUCTS} and p.id in #list($2) order by p.id");
        let mut rows: Vec<PlacedProduct> = all(self.reader(), sql, [staff.tenant_id().into(), ids]).await?;
        let place: HashMap<ProductId, usize> = names.iter().enumerate().map(|(at, row)| (row.id, at)).collect();
        rows.sort_by_key(|placed| place.get(&placed.row.id).copied());
        with_details(self.reader(), &order, rows, self.clock().now()).await
    }

    /// One product of the caller's branches.
    ///
    /// # Errors
    /// Not found; or neither its category nor any of its prices is in the caller's branches.
    pub async fn find_product(&self, scope: &impl Scope, id: ProductId) -> Result<Product> {
        let sql = sql!(tenant, "{PRODUCTS} and p.id = $2 and p.deletion_id is null");
        let row: Option<PlacedProduct> = one(self.reader(), sql, [scope.tenant_id().into(), id.into()]).await?;
        let placed = row.ok_or(Error::NotFound("product"))?;
        let home = placed.branch_id;
        let order = name_order(self.reader(), scope.tenant_id()).await?;
        let mut products = with_details(self.reader(), &order, vec![placed], self.clock().now()).await?;
        let product = products.pop().ok_or(Error::NotFound("product"))?;
        let mut branches = product.branch_prices.iter().map(|price| price.branch_id).chain([home]);
        if branches.any(|branch| scope.admits(branch)) { Ok(product) } else { Err(Error::Forbidden("product")) }
    }
}
