//! A menu as JSON: a list for each kind of thing.

use operations::menu_file::Line;
use runtime::Problem;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use wire::menu_file::Kind;

type Lines = Vec<Map<String, Value>>;

/// A menu. What a thing does not say stays as it is; null clears.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct File {
    /// 1
    #[schema(minimum = 1, maximum = 1)]
    version: u32,
    /// `name`, `icon`, `description`, `is_mandatory`, `severity`, `is_active`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>, max_items = 20_000)]
    allergens: Lines,
    /// `branch` (its slug), `name` (whatever its case and accents), `code` (of a new one; made of the name when not
    /// said), `order`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>, max_items = 20_000)]
    stations: Lines,
    /// `branch` (its slug), `name`, `icon`, `image`, `order`, `service_hours`, `station` (its name), `is_active`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>, max_items = 20_000)]
    categories: Lines,
    /// `branch`, `category`, `name`, `image`, `order`, `is_active`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>, max_items = 20_000)]
    subcategories: Lines,
    /// `branch`, `category`, `name`, `subcategory`, `description`, `image`, `featured`, `popular`, `badge`, `seal`,
    /// `dietary_profile`, `cooking_info`, `service_hours`, `station` (its name), `is_active`, `prices` (cents by branch
    /// slug), `allergens` (`contains`, `may_contain` or `free_from` by name).
    #[serde(default)]
    #[schema(value_type = Vec<Object>, max_items = 20_000)]
    products: Lines,
    /// `category` (null for none), `name`, `extra_cost_cents`, `order`, `products` (all it can be chosen of, each as
    /// `{branch, category, name}`).
    #[serde(default)]
    #[schema(value_type = Vec<Object>, max_items = 20_000)]
    modifiers: Lines,
}

impl File {
    pub(super) fn of(lines: Vec<Line>) -> Self {
        let mut file = Self {
            version: 1,
            allergens: vec![],
            stations: vec![],
            categories: vec![],
            subcategories: vec![],
            products: vec![],
            modifiers: vec![],
        };
        for line in lines {
            match line.kind {
                Kind::Allergen => file.allergens.push(line.says),
                Kind::Station => file.stations.push(line.says),
                Kind::Category => file.categories.push(line.says),
                Kind::Subcategory => file.subcategories.push(line.says),
                Kind::Product => file.products.push(line.says),
                Kind::Modifier => file.modifiers.push(line.says),
            }
        }
        file
    }
}

/// The lines, and the fields beside them that nobody reads.
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<Line>, Vec<String>), Problem> {
    let (file, ignored) = crate::extract::parse_naming::<File>(bytes)?;
    if file.version != 1 {
        return Err(Problem::unprocessable("version: must be 1"));
    }
    let lists = [
        (Kind::Allergen, "allergens", file.allergens),
        (Kind::Station, "stations", file.stations),
        (Kind::Category, "categories", file.categories),
        (Kind::Subcategory, "subcategories", file.subcategories),
        (Kind::Product, "products", file.products),
        (Kind::Modifier, "modifiers", file.modifiers),
    ];
    let lines = lists.into_iter().flat_map(|(kind, list, all)| {
        let line = move |(at, says)| Line { place: format!("{list}[{at}]"), kind, says };
        all.into_iter().enumerate().map(line)
    });
    Ok((lines.collect(), ignored))
}
