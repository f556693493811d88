//! How a menu is read.

use super::prices::Prices;
use crate::{
    BranchRow, Database,
    error::Result,
    menu::{OFFERED, Standing, hours, in_order, promotions},
    page::name_order,
    sql::{Sql, sql},
    unit_of_work::all,
};
use chrono::{DateTime, Utc};
use domain::{
    AllergenId, BranchId, CategoryId, Cents, CustomizationId, ProductId, SubcategoryId,
    menu::{Presence, ServiceHours, Supply, Timetable},
};
use sea_orm::FromQueryResult;
use std::collections::HashMap;
use wire::menu::{DeclaredAllergens, Menu, MenuAllergen, MenuCategory, MenuChoice, MenuProduct, MenuSubcategory};

#[derive(FromQueryResult)]
struct CategoryRow {
    id: CategoryId,
    name: String,
    icon: Option<String>,
    image: Option<String>,
    display_order: i32,
    branch_id: BranchId,
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
    remaining: Option<i32>,
    restricted_until: Option<DateTime<Utc>>,
    product_hours: Option<serde_json::Value>,
    category_hours: Option<serde_json::Value>,
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

// Its own categories, and those of other branches of which it sells something.
static CATEGORIES: &Sql = sql!(
    tenant,
    "select c.id, c.name, c.icon, c.image, c.display_order, c.branch_id from category c
    where c.tenant_id = $2 and c.is_active
      and (c.branch_id = $1 or exists (
          select 1 from product p join branch_product bp on bp.product_id = p.id and bp.branch_id = $1
          where p.category_id = c.id and p.is_active))
      and not exists (select 1 from branch_category_exclusion x where x.branch_id = $1 and x.category_id = c.id)
    order by c.id"
);

const SUBCATEGORIES: &str = r#"select s.id, s.name, s.image, s.display_order as "order", s.category_id from subcategory s
    where s.is_active
      and not exists (select 1 from branch_subcategory_exclusion x where x.branch_id = $1 and x.subcategory_id = s.id)
      and s.category_id in "#;

const PRODUCTS: &str = "select p.id, p.name, p.description, bp.price_cents, p.image, p.category_id, p.subcategory_id,
        p.featured, p.popular, p.badge, p.seal, bp.is_available, bp.remaining, bp.restricted_until,
        p.service_hours as product_hours, c.service_hours as category_hours, p.dietary, p.cooking ";

static ALLERGENS: &Sql = sql!(
    branch,
    "select pa.product_id, pa.presence, a.id, a.name, a.icon
    from branch_product bp
    join product_allergen pa on pa.product_id = bp.product_id
    join allergen a on a.id = pa.allergen_id and a.is_active
    where bp.branch_id = $1 order by a.id"
);

#[derive(FromQueryResult)]
struct ChoiceRow {
    product_id: ProductId,
    id: CustomizationId,
    name: String,
    category: Option<String>,
    display_order: i32,
    extra_cost_cents: Cents,
}

static CHOICES: &Sql = sql!(
    branch,
    "select x.product_id, c.id, c.name, c.category, c.display_order, c.extra_cost_cents
    from branch_product bp
    join customization_product x on x.product_id = bp.product_id
    join customization c on c.id = x.customization_id and c.is_active
    where bp.branch_id = $1 order by c.id"
);

impl Database {
    /// What the branch offers now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn menu(&self, branch: &BranchRow) -> Result<Menu> {
        let (now, id) = (self.clock().now(), || branch.id.into());
        let order = name_order(self.reader(), branch.tenant_id).await?;
        let mut categories: Vec<CategoryRow> = all(self.reader(), CATEGORIES, [id(), branch.tenant_id.into()]).await?;
        order.sort_placed(&mut categories, |row| (row.branch_id != branch.id, row.display_order), |row| &row.name);
        let ids: Vec<CategoryId> = categories.iter().map(|category| category.id).collect();
        let ids = serde_json::to_string(&ids).unwrap_or_default();
        let sql = sql!(branch, "{SUBCATEGORIES}#list($2) order by s.id");
        let mut subcategories: Vec<MenuSubcategory> = all(self.reader(), sql, [id(), ids.into()]).await?;
        order.sort_placed(&mut subcategories, |row| row.order, |row| &row.name);
        let sql = sql!(branch, "{PRODUCTS}{OFFERED} order by p.id");
        let mut products: Vec<ProductRow> = all(self.reader(), sql, [id()]).await?;
        order.sort(&mut products, |product| &product.name);
        let parts: HashMap<SubcategoryId, usize> = subcategories.iter().enumerate().map(|(at, s)| (s.id, at)).collect();
        let part = |product: &ProductRow| product.subcategory_id.and_then(|id| parts.get(&id)).copied();
        products.sort_by_key(|product| (part(product).is_none(), part(product)));
        let mut contained: Vec<AllergenRow> = all(self.reader(), ALLERGENS, [id()]).await?;
        order.sort(&mut contained, |allergen| &allergen.name);
        let mut declared = declared(contained);
        let mut rows: Vec<ChoiceRow> = all(self.reader(), CHOICES, [id()]).await?;
        rows.sort_by(|one, other| in_order(&order, one.standing(), other.standing()));
        let mut choices = choices(rows);
        let running = promotions::running(self.reader(), branch.id, now).await?;

        let mut menu: Vec<MenuCategory> = categories.into_iter().map(MenuCategory::from).collect();
        let place: HashMap<CategoryId, usize> = menu.iter().enumerate().map(|(at, c)| (c.id, at)).collect();
        for subcategory in subcategories {
            if let Some(at) = place.get(&subcategory.category_id) {
                menu[*at].subcategories.push(subcategory);
            }
        }
        let mut moments = Moments::new(now, &branch.timezone);
        let mut prices = Prices::new(running, now, &branch.timezone);
        for product in products {
            if let Some(at) = place.get(&product.category_id) {
                let (allergens, choices) = (declared.remove(&product.id), choices.remove(&product.id));
                let left = product.supply().as_of(now).remaining;
                let product = product.with(allergens, choices.unwrap_or_default(), &mut moments);
                menu[*at].products.push(prices.lowered(product, left));
            }
        }
        let changes_at = [moments.changes_at, prices.changes_at()].into_iter().flatten().min();
        let mut promotions = prices.bundles();
        order.sort(&mut promotions, |promotion| &promotion.name);
        Ok(Menu {
            branch_id: branch.id,
            branch_name: branch.name.clone(),
            branch_slug: branch.slug.clone(),
            categories: menu,
            changes_at,
            promotions,
        })
    }
}

/// Whether something is open, and when that changes.
type Hour = (bool, Option<DateTime<Utc>>);

/// What the clock says of a menu. Most products share their hours, so that each pair of hours is worked out once.
struct Moments<'a> {
    now: DateTime<Utc>,
    zone: &'a str,
    known: HashMap<(ServiceHours, ServiceHours), Hour>,
    changes_at: Option<DateTime<Utc>>,
}

impl<'a> Moments<'a> {
    fn new(now: DateTime<Utc>, zone: &'a str) -> Self {
        Self { now, zone, known: HashMap::new(), changes_at: None }
    }

    /// Whether something can be had now, and if not, from when on.
    fn judge(
        &mut self,
        supply: Supply,
        product: ServiceHours,
        category: ServiceHours,
    ) -> (bool, Option<DateTime<Utc>>) {
        let supply = supply.as_of(self.now);
        let table = Timetable { hours: [&product, &category], zone: self.zone };
        let back_at = supply.until.filter(|_| !supply.is_available);
        // Not asked in advance for what is 86'd: one of few.
        let from = back_at.and_then(|back| table.opens_at(back));
        let (now, zone) = (self.now, self.zone);
        let (is_open, next) = *self.known.entry((product, category)).or_insert_with_key(|(product, category)| {
            let table = Timetable { hours: [product, category], zone };
            (table.is_open(now), table.next_change(now))
        });
        self.changes_at = [self.changes_at, next, supply.until].into_iter().flatten().min();
        match (supply.is_available, is_open) {
            (true, true) => (true, None),
            (true, false) => (false, next),
            (false, _) => (false, from),
        }
    }
}

impl ChoiceRow {
    fn standing(&self) -> Standing<'_> {
        (self.category.as_deref(), self.display_order, &self.name)
    }
}

fn choices(rows: Vec<ChoiceRow>) -> HashMap<ProductId, Vec<MenuChoice>> {
    let mut choices: HashMap<ProductId, Vec<MenuChoice>> = HashMap::new();
    for ChoiceRow { product_id, id, name, category, extra_cost_cents, .. } in rows {
        choices.entry(product_id).or_default().push(MenuChoice { id, name, category, extra_cost_cents });
    }
    choices
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
        let CategoryRow { id, name, icon, image, display_order, .. } = row;
        Self { id, name, icon, image, order: display_order, subcategories: Vec::new(), products: Vec::new() }
    }
}

impl ProductRow {
    const fn supply(&self) -> Supply {
        Supply { is_available: self.is_available, remaining: self.remaining, until: self.restricted_until }
    }

    fn with(
        self,
        allergens: Option<DeclaredAllergens>,
        customizations: Vec<MenuChoice>,
        moments: &mut Moments<'_>,
    ) -> MenuProduct {
        let supply = self.supply();
        let (is_available, available_from) =
            moments.judge(supply, hours(self.product_hours), hours(self.category_hours));
        let contains = allergens.iter().flat_map(|declared| &declared.contains);
        MenuProduct {
            id: self.id,
            name: self.name,
            description: self.description,
            price_cents: self.price_cents,
            original_price_cents: None,
            image: self.image,
            category_id: self.category_id,
            subcategory_id: self.subcategory_id,
            featured: self.featured,
            popular: self.popular,
            badge: self.badge,
            seal: self.seal,
            allergen_ids: contains.map(|allergen| allergen.id).collect(),
            is_available,
            available_from,
            allergens,
            // The office's routes check what they write; one odd profile must not take the whole menu off the phones.
            dietary: self.dietary.and_then(|profile| serde_json::from_value(profile).ok()),
            cooking: self.cooking.and_then(|profile| serde_json::from_value(profile).ok()),
            customizations,
        }
    }
}
