//! An index of the present menu by names instead of numbers. If two entries of one place share a name, the name means
//! the one that is switched on, or else the older one.

use super::line::{Key, Place, checked};
use domain::{
    AllergenId, BranchId, CategoryId, Currency, CustomizationId, ProductId, SubcategoryId, kitchen::StationCode,
};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use store::{MenuRows, ProductRow};
use wire::menu_file::Kind;

/// An entry of the present menu.
#[derive(Clone, Debug)]
pub(super) struct ExistingRow {
    pub(super) id: i64,
    /// Its fields, in the words of a file.
    pub(super) fields: Value,
    /// A station's code, or that of the station that its row names. A code of no station is not in a file, and stays.
    pub(super) code: Option<StationCode>,
}

/// All entries of the present menu.
#[derive(Clone, Debug, Default)]
pub(super) struct MenuIndex {
    pub(super) branches: BTreeMap<String, BranchId>,
    /// What each branch counts in.
    pub(super) currencies: BTreeMap<String, Currency>,
    pub(super) things: BTreeMap<(Kind, Key), ExistingRow>,
}

impl MenuIndex {
    pub(super) fn of(rows: MenuRows) -> Self {
        let mut index = Self::default();
        let slugs: HashMap<BranchId, &str> = rows.branches.iter().map(|row| (row.id, row.slug.as_str())).collect();
        for row in &rows.branches {
            index.branches.entry(row.slug.clone()).or_insert(row.id);
            index.currencies.entry(row.slug.clone()).or_insert(row.currency);
        }
        let allergens: HashMap<AllergenId, &str> =
            rows.allergens.iter().map(|row| (row.id, row.name.as_str())).collect();
        for row in &rows.allergens {
            let fields = json!({"icon": row.icon, "description": row.description, "is_mandatory": row.is_mandatory,
                "severity": row.severity, "is_active": !row.deactivated});
            index.add(Kind::Allergen, vec![row.name.clone()], row.id.get(), fields);
        }
        let mut stations: HashMap<(BranchId, &StationCode), &str> = HashMap::new();
        for row in &rows.stations {
            let Some(slug) = slugs.get(&row.branch_id) else { continue };
            stations.insert((row.branch_id, &row.code), &row.name);
            let (key, fields) =
                (vec![(*slug).to_owned(), row.name.clone()], json!({"code": row.code, "order": row.display_order}));
            index.add_made(Kind::Station, key, row.id.get(), fields, Some(&row.code));
        }
        let made = |branch: BranchId, code: &Option<StationCode>| stations.get(&(branch, code.as_ref()?)).copied();
        let mut homes: HashMap<CategoryId, BranchId> = HashMap::new();
        let mut shelves: HashMap<CategoryId, [String; 2]> = HashMap::new();
        for row in &rows.categories {
            let Some(slug) = slugs.get(&row.branch_id) else { continue };
            shelves.insert(row.id, [(*slug).to_owned(), row.name.clone()]);
            homes.insert(row.id, row.branch_id);
            let fields = json!({"icon": row.icon, "image": row.image, "order": row.display_order,
                "service_hours": row.service_hours, "station": made(row.branch_id, &row.station),
                "is_active": !row.deactivated});
            let key = vec![(*slug).to_owned(), row.name.clone()];
            index.add_made(Kind::Category, key, row.id.get(), fields, row.station.as_ref());
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
            fields["station"] = json!(homes.get(&row.category_id).and_then(|home| made(*home, &row.station)));
            fields["prices"] = Value::Object(prices.remove(&row.id).unwrap_or_default());
            fields["allergens"] = Value::Object(declared.remove(&row.id).unwrap_or_default());
            let mut key = placed(shelf, &row.name);
            key.push(part.unwrap_or_default().to_owned());
            index.add_made(Kind::Product, key, row.id.get(), fields, row.station.as_ref());
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
                let mut place = json!({"branch": key[0], "category": key[1], "name": key[2]});
                if self.products_called(&key[..3]).len() > 1 && !key[3].is_empty() {
                    place["subcategory"] = json!(key[3]);
                }
                (ProductId(known.id), place)
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
        self.add_made(kind, key, id, fields, None);
    }

    fn add_made(&mut self, kind: Kind, key: Key, id: i64, fields: Value, code: Option<&StationCode>) {
        // A value outside of today's bounds, written by an older program, is shown as it is.
        let fields = checked(kind, fields.clone()).unwrap_or(fields);
        self.things.entry((kind, key)).or_insert(ExistingRow { id, fields, code: code.cloned() });
    }

    /// Builds the index after a write. Entries of `before` keep their numbers: a write may change which of two entries
    /// a name means.
    pub(super) fn keeping(mut self, before: &Self) -> Self {
        self.things.extend(before.things.iter().map(|(place, known)| (place.clone(), known.clone())));
        self
    }

    pub(super) fn find(&self, kind: Kind, key: &[String]) -> Option<&ExistingRow> {
        self.things.get(&(kind, key.to_vec()))
    }

    /// The products of that name in that category, `[branch, category, name]`, whatever their subcategory.
    pub(super) fn products_called(&self, shared: &[String]) -> Vec<(&Key, &ExistingRow)> {
        let from = (Kind::Product, shared.to_vec());
        let alike =
            self.things.range(from..).take_while(|((kind, key), _)| *kind == Kind::Product && key.starts_with(shared));
        let mut found: Vec<(&Key, &ExistingRow)> = Vec::new();
        for ((_, key), known) in alike {
            // One that a write moves stands in both places.
            if !found.iter().any(|(_, other)| other.id == known.id) {
                found.push((key, known));
            }
        }
        found
    }

    /// The product of that name that a line means which says no subcategory: one that is switched on, or else the
    /// oldest.
    pub(super) fn usual_product(&self, shared: &[String]) -> Option<(&Key, &ExistingRow)> {
        let is_off = |known: &ExistingRow| known.fields["is_active"] == json!(false);
        self.products_called(shared).into_iter().min_by_key(|(_, known)| (is_off(known), known.id))
    }

    /// The product that a modifier's line names: the one in its subcategory; where it says none, the one that has none,
    /// or else the usual one.
    pub(super) fn product_at(&self, place: &Place) -> Option<&ExistingRow> {
        let shared = place.shared_key();
        if let Some(part) = &place.subcategory {
            let key = [shared, vec![part.as_str().to_owned()]].concat();
            return self.find(Kind::Product, &key);
        }
        let without = self.find(Kind::Product, &[shared.clone(), vec![String::new()]].concat());
        without.or_else(|| self.usual_product(&shared).map(|(_, known)| known))
    }

    /// The highest place among the entries of that kind beside `key`.
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
