//! The lines of a menu file: which fields a line of each kind has, and their bounds, which are those of the forms.

use crate::product::kept_cooking;
use domain::{
    kitchen::StationCode,
    menu::{Presence, ServiceHours, Severity},
    office::{ImageUrl, Price, Whole},
    text::{Name, Text},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error as _},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use wire::{
    menu::{Cooking, Dietary},
    menu_file::Kind,
    product::CookingInfo,
};

/// A line of the file, with its place in the file for error messages.
#[derive(Clone, Debug)]
pub struct Line {
    /// `products[3]`, or `line 7`.
    pub place: String,
    /// The kind of entry.
    pub kind: Kind,
    /// The fields that it names.
    pub says: Map<String, Value>,
}

/// The place and name of an entry: `[branch, category, name]` as far as they apply. A modifier of no category has an
/// empty one. A product has its subcategory behind its name, empty where it has none: two subcategories of one category
/// may each have a "Limonada".
pub(super) type Key = Vec<String>;

#[derive(Serialize, Deserialize)]
pub(super) struct AllergenFields {
    pub(super) icon: Option<Text<50>>,
    pub(super) description: Option<Text<500>>,
    pub(super) is_mandatory: bool,
    pub(super) severity: Severity,
    pub(super) is_active: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StationFields {
    /// What a new one is called by tickets; one that stands keeps its own.
    pub(super) code: Option<StationCode>,
    pub(super) order: Whole<0, 9999>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct CategoryFields {
    pub(super) icon: Option<Text<50>>,
    pub(super) image: ImageUrl,
    pub(super) order: Whole<0, 9999>,
    pub(super) service_hours: Option<ServiceHours>,
    /// The name of the station of its branch that makes what is in it.
    pub(super) station: Option<Name<60>>,
    pub(super) is_active: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SubcategoryFields {
    pub(super) image: ImageUrl,
    pub(super) order: Whole<0, 9999>,
    pub(super) is_active: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ProductFields {
    pub(super) subcategory: Option<Name<100>>,
    pub(super) description: Option<Text<2000>>,
    pub(super) image: ImageUrl,
    pub(super) featured: bool,
    pub(super) popular: bool,
    pub(super) badge: Option<Text<50>>,
    pub(super) seal: Option<Text<50>>,
    pub(super) dietary_profile: Option<Dietary>,
    #[serde(deserialize_with = "cooking")]
    pub(super) cooking_info: Option<Cooking>,
    pub(super) service_hours: Option<ServiceHours>,
    /// The name of the station of its branch that makes it.
    pub(super) station: Option<Name<60>>,
    pub(super) is_active: bool,
    /// Cents by branch slug.
    pub(super) prices: BTreeMap<String, Price>,
    /// Presence by the allergen's name.
    pub(super) allergens: BTreeMap<String, Presence>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ModifierFields {
    pub(super) extra_cost_cents: Price,
    pub(super) order: Whole<0, 9999>,
    /// The products it can be chosen with: a set, so their order in the file and repeats do not matter.
    #[serde(deserialize_with = "as_set")]
    pub(super) products: Vec<Place>,
}

/// A product, named as its own line names it.
#[derive(PartialEq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) branch: Name<100>,
    pub(super) category: Name<100>,
    pub(super) name: Name<200>,
    /// Said where several products of the category have that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) subcategory: Option<Name<100>>,
}

impl Place {
    /// Where it stands without its subcategory.
    pub(super) fn shared_key(&self) -> Key {
        [self.branch.as_str(), self.category.as_str(), self.name.as_str()].map(str::to_owned).to_vec()
    }
}

/// Reads cooking information within the bounds of the product's form. Numbers of cooking methods are not kept: they are
/// those of the business that wrote the file.
fn cooking<'de, D: Deserializer<'de>>(info: D) -> Result<Option<Cooking>, D::Error> {
    let Some(info) = Option::<CookingInfo>::deserialize(info)? else { return Ok(None) };
    let kept = kept_cooking(Some(&info)).map_err(D::Error::custom)?;
    kept.map(|kept| serde_json::from_value(kept).map_err(D::Error::custom)).transpose()
}

fn as_set<'de, D: Deserializer<'de>>(products: D) -> Result<Vec<Place>, D::Error> {
    let mut products = Vec::<Place>::deserialize(products)?;
    products.sort_by_cached_key(|place| (place.shared_key(), place.subcategory.clone().map(String::from)));
    products.dedup();
    Ok(products)
}

/// What is said of a new thing that nothing is said of; `order` is its place behind the others.
pub(super) fn blank(kind: Kind, order: i64) -> Value {
    match kind {
        Kind::Allergen => json!({"icon": null, "description": null, "is_mandatory": false,
            "severity": "moderate", "is_active": true}),
        Kind::Station => json!({"code": null, "order": order}),
        Kind::Category => json!({"icon": null, "image": null, "order": order, "service_hours": null, "station": null,
            "is_active": true}),
        Kind::Subcategory => json!({"image": null, "order": order, "is_active": true}),
        Kind::Product => json!({"subcategory": null, "description": null, "image": null, "featured": false,
            "popular": false, "badge": null, "seal": null, "dietary_profile": null, "cooking_info": null,
            "service_hours": null, "station": null, "is_active": true, "prices": {}, "allergens": {}}),
        Kind::Modifier => json!({"extra_cost_cents": 0, "order": order, "products": []}),
    }
}

/// The fields as they are kept, if they are within their bounds; else what is wrong, beginning with the field.
pub(super) fn checked(kind: Kind, fields: Value) -> Result<Value, String> {
    match kind {
        Kind::Allergen => parsed::<AllergenFields>(fields),
        Kind::Station => parsed::<StationFields>(fields),
        Kind::Category => parsed::<CategoryFields>(fields),
        Kind::Subcategory => parsed::<SubcategoryFields>(fields),
        Kind::Product => parsed::<ProductFields>(fields),
        Kind::Modifier => parsed::<ModifierFields>(fields),
    }
}

/// Tells `note` of every field that the lines name and nobody reads. Null asks for nothing: a table has every column.
pub fn each_unknown_field(lines: &[Line], mut note: impl FnMut(&Line, &serde_ignored::Path<'_>)) {
    for line in lines {
        let mut fields = blank(line.kind, 0);
        if let Some(fields) = fields.as_object_mut() {
            let said =
                line.says.iter().filter(|(name, value)| !value.is_null() && !line.kind.keys().contains(&name.as_str()));
            fields.extend(said.map(|(name, value)| (name.clone(), value.clone())));
        }
        match line.kind {
            Kind::Allergen => ignored::<AllergenFields>(fields, line, &mut note),
            Kind::Station => ignored::<StationFields>(fields, line, &mut note),
            Kind::Category => ignored::<CategoryFields>(fields, line, &mut note),
            Kind::Subcategory => ignored::<SubcategoryFields>(fields, line, &mut note),
            Kind::Product => ignored::<ProductFields>(fields, line, &mut note),
            Kind::Modifier => ignored::<ModifierFields>(fields, line, &mut note),
        }
    }
}

/// Fields that cannot be read are no unknown ones: the plan tells of them.
fn ignored<T: DeserializeOwned>(fields: Value, line: &Line, note: &mut impl FnMut(&Line, &serde_ignored::Path<'_>)) {
    drop(serde_ignored::deserialize::<_, _, T>(fields, |path| note(line, &path)));
}

/// Most characters of one of its [`keys`](Kind::keys).
pub(super) fn longest(kind: Kind, key: &str) -> usize {
    match (kind, key) {
        (Kind::Product, "name") => 200,
        (Kind::Station, "name") => 60,
        (Kind::Modifier, "category") => 50,
        _ => 100,
    }
}

/// Whether it may stand in no category.
pub(super) fn may_lack(kind: Kind, key: &str) -> bool {
    kind == Kind::Modifier && key == "category"
}

fn parsed<T: Serialize + DeserializeOwned>(fields: Value) -> Result<Value, String> {
    let typed: T = serde_path_to_error::deserialize(fields).map_err(|error| {
        let path = error.path().to_string();
        format!("{path}: {}", error.into_inner())
    })?;
    let mut fields = json!(typed);
    // An empty text is stored as null.
    for name in ["icon", "description", "badge", "seal"] {
        if fields[name] == json!("") {
            fields[name] = Value::Null;
        }
    }
    if fields["service_hours"] == json!([]) {
        fields["service_hours"] = Value::Null;
    }
    Ok(fields)
}
