//! The lines of a menu file: which fields a line of each kind has, and their bounds, which are those of the forms.

use crate::product::{CookingInfo, kept_cooking};
use domain::{
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
use store::view::{Cooking, Dietary};

/// What a line is about, in the order in which they depend on each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// What guests may have to avoid.
    Allergen,
    /// A part of a branch's menu.
    Category,
    /// A part of that.
    Subcategory,
    /// What can be ordered.
    Product,
    /// What can be chosen of that.
    Modifier,
}

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
/// empty one.
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
pub(super) struct CategoryFields {
    pub(super) icon: Option<Text<50>>,
    pub(super) image: ImageUrl,
    pub(super) order: Whole<0, 9999>,
    pub(super) service_hours: Option<ServiceHours>,
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
}

impl Place {
    pub(super) fn key(&self) -> Key {
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
    products.sort_by_cached_key(Place::key);
    products.dedup();
    Ok(products)
}

impl Kind {
    /// All kinds, in the order in which they depend on each other.
    pub const ALL: [Self; 5] = [Self::Allergen, Self::Category, Self::Subcategory, Self::Product, Self::Modifier];

    /// The fields that place an entry of this kind, the name last.
    #[must_use]
    pub const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Allergen => &["name"],
            Self::Category => &["branch", "name"],
            Self::Subcategory | Self::Product => &["branch", "category", "name"],
            Self::Modifier => &["category", "name"],
        }
    }

    /// The default fields of a new entry; `order` is its place after the others.
    pub(super) fn blank(self, order: i64) -> Value {
        match self {
            Self::Allergen => json!({"icon": null, "description": null, "is_mandatory": false,
                "severity": "moderate", "is_active": true}),
            Self::Category => {
                json!({"icon": null, "image": null, "order": order, "service_hours": null, "is_active": true})
            }
            Self::Subcategory => json!({"image": null, "order": order, "is_active": true}),
            Self::Product => json!({"subcategory": null, "description": null, "image": null, "featured": false,
                "popular": false, "badge": null, "seal": null, "dietary_profile": null, "cooking_info": null,
                "service_hours": null, "is_active": true, "prices": {}, "allergens": {}}),
            Self::Modifier => json!({"extra_cost_cents": 0, "order": order, "products": []}),
        }
    }

    /// Checks the fields and returns them as they are stored; else says what is wrong, beginning with the field's name.
    pub(super) fn checked(self, fields: Value) -> Result<Value, String> {
        match self {
            Self::Allergen => parsed::<AllergenFields>(fields),
            Self::Category => parsed::<CategoryFields>(fields),
            Self::Subcategory => parsed::<SubcategoryFields>(fields),
            Self::Product => parsed::<ProductFields>(fields),
            Self::Modifier => parsed::<ModifierFields>(fields),
        }
    }

    /// The most characters of one of its [`keys`](Self::keys).
    pub(super) fn longest(self, key: &str) -> usize {
        match (self, key) {
            (Self::Product, "name") => 200,
            (Self::Modifier, "category") => 50,
            _ => 100,
        }
    }

    /// Whether the field may be empty: a modifier needs no category.
    pub(super) fn may_lack(self, key: &str) -> bool {
        self == Self::Modifier && key == "category"
    }
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
