//! The menu as it stands, by names instead of numbers. Where two things of one place share a name, the one that is on,
//! or else the older, is the one that the name means.

use super::line::{Key, checked};
use domain::{AllergenId, BranchId, CategoryId, CustomizationId, ProductId, SubcategoryId};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use store::{MenuRows, ProductRow};
use wire::menu_file::Kind;

/// A thing that exists.
#[derive(Clone, Debug)]
pub(super) struct ExistingRow {
    pub(super) id: i64,
    /// As the file says it.
    pub(super) fields: Value,
}

/// Everything that exists.
#[derive(Clone, Debug, Default)]
pub(super) struct MenuIndex {
    pub(super) branches: BTreeMap<String, BranchId>,
    pub(super) things: BTreeMap<(Kind, Key), ExistingRow>,
}

impl MenuIndex {
    pub(super) fn of(rows: MenuRows) -> Self {
        let mut index = Self::default();
        let slugs: HashMap<BranchId, &str> = rows.branches.iter().map(|row| (row.id, row.slug.as_str())).collect();
        for row in &rows.branches {
            index.branches.entry(row.slug.clone()).or_insert(row.id);
        }
        let allergens: HashMap<AllergenId, &str> =
            rows.allergens.iter().map(|row| (row.id, row.name.as_str())).collect();
        for row in &rows.allergens {
            let fields = json!({"icon": row.icon, "description": row.description, "is_mandatory": row.is_mandatory,
                "severity": row.severity, "is_active": !row.deactivated});
            index.add(Kind::Allergen, vec![row.name.clone()], row.id.get(), fields);
        }
        let mut shelves: HashMap<CategoryId, [String; 2]> = HashMap::new();
        for row in &rows.categories {
            let Some(slug) = slugs.get(&row.branch_id) else { continue };
            shelves.insert(row.id, [(*slug).to_owned(), row.name.clone()]);
            let fields = json!({"icon": row.icon, "image": row.image, "order": row.display_order,
                "service_hours": row.service_hours, "is_active": !row.deactivated});
            index.add(Kind::Category, vec![(*slug).to_owned(), row.name.clone()], row.id.get(), fields);
        }
        let parts: HashMap<SubcategoryId, &str> =
            rows.subcategories.iter().map(|row| (row.id, row.name.as_str())).collect();
        for row in &rows.subcategories {
            let Some(shelf) = shelves.get(&row.category_id) else { continue };
            let fields = json!({"image": row.image, "order": row.display_order, "is_active": !row.deactivated});
            index.add(Kind::Subcategory, placed(shelf, &row.name), row.id.get(), fields);
        }
        let mut prices: HashMap<ProductId, Map<String, Value>> = HashMap::new();
        for row in &rows.offers {
            if let Some(slug) = slugs.get(&row.branch_id) {
                prices.entry(row.product_id).or_default().insert((*slug).to_owned(), json!(row.price_cents));
            }
        }
        let mut declared: HashMap<ProductId, Map<String, Value>> = HashMap::new();
        for row in &rows.declared {
            if let Some(name) = allergens.get(&row.allergen_id) {
                declared.entry(row.product_id).or_default().insert((*name).to_owned(), json!(row.presence));
            }
        }
        for row in &rows.products {
            let Some(shelf) = shelves.get(&row.category_id) else { continue };
            let part = row.subcategory_id.and_then(|id| parts.get(&id).copied());
            let mut fields = described(row, part);
            fields["prices"] = Value::Object(prices.remove(&row.id).unwrap_or_default());
            fields["allergens"] = Value::Object(declared.remove(&row.id).unwrap_or_default());
            index.add(Kind::Product, placed(shelf, &row.name), row.id.get(), fields);
        }
        index.add_modifiers(&rows);
        index
    }

    fn add_modifiers(&mut self, rows: &MenuRows) {
        let places: HashMap<ProductId, Value> = self
            .things
            .iter()
            .filter(|((kind, _), _)| *kind == Kind::Product)
            .map(|((_, key), known)| {
                (ProductId(known.id), json!({"branch": key[0], "category": key[1], "name": key[2]}))
            })
            .collect();
        let mut products: HashMap<CustomizationId, Vec<Value>> = HashMap::new();
        for row in &rows.choosable {
            if let Some(place) = places.get(&row.product_id) {
                products.entry(row.customization_id).or_default().push(place.clone());
            }
        }
        for row in &rows.modifiers {
            let fields = json!({"extra_cost_cents": row.extra_cost_cents, "order": row.display_order,
                "products": products.remove(&row.id).unwrap_or_default()});
            let key = vec![row.category.clone().unwrap_or_default(), row.name.clone()];
            self.add(Kind::Modifier, key, row.id.get(), fields);
        }
    }

    fn add(&mut self, kind: Kind, key: Key, id: i64, fields: Value) {
        // What an older program wrote outside of today's bounds is shown as it is.
        let fields = checked(kind, fields.clone()).unwrap_or(fields);
        self.things.entry((kind, key)).or_insert(ExistingRow { id, fields });
    }

    /// The same, where what `before` knew keeps its number: writing may change which of two things a name means.
    pub(super) fn keeping(mut self, before: &Self) -> Self {
        self.things.extend(before.things.iter().map(|(place, known)| (place.clone(), known.clone())));
        self
    }

    pub(super) fn find(&self, kind: Kind, key: &[String]) -> Option<&ExistingRow> {
        self.things.get(&(kind, key.to_vec()))
    }

    /// The highest place of a thing of that kind beside `key`.
    pub(super) fn last_order(&self, kind: Kind, beside: &[String]) -> i64 {
        let within = self.things.iter().filter(|((other, key), _)| *other == kind && key[..key.len() - 1] == *beside);
        within.filter_map(|(_, known)| known.fields["order"].as_i64()).max().unwrap_or(0)
    }
}

fn placed(shelf: &[String; 2], name: &str) -> Key {
    vec![shelf[0].clone(), shelf[1].clone(), name.to_owned()]
}

fn described(row: &ProductRow, part: Option<&str>) -> Value {
    json!({"subcategory": part, "description": row.description, "image": row.image, "featured": row.featured,
        "popular": row.popular, "badge": row.badge, "seal": row.seal, "dietary_profile": row.dietary,
        "cooking_info": row.cooking, "service_hours": row.service_hours, "is_active": !row.deactivated})
}
