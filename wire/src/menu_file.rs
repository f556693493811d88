//! What an import of a menu file would do, or did.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What a line is about, in the order in which they depend on each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// What guests may have to avoid.
    Allergen,
    /// A place of a branch's kitchen that makes what is ordered.
    Station,
    /// A part of a branch's menu.
    Category,
    /// A part of that.
    Subcategory,
    /// What can be ordered.
    Product,
    /// What can be chosen of that.
    Modifier,
}

impl Kind {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::Allergen, Self::Station, Self::Category, Self::Subcategory, Self::Product, Self::Modifier];

    /// What places a thing of this kind, the name last.
    #[must_use]
    pub const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Allergen => &["name"],
            Self::Station | Self::Category => &["branch", "name"],
            Self::Subcategory | Self::Product => &["branch", "category", "name"],
            Self::Modifier => &["category", "name"],
        }
    }
}

/// A thing the file adds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Created {
    /// What it is.
    pub kind: Kind,
    /// The slug of its branch, where it has one.
    pub branch: Option<String>,
    /// Its category, where it has one.
    pub category: Option<String>,
    /// Its name.
    pub name: String,
}

/// A thing the file changes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Updated {
    /// Which.
    #[serde(flatten)]
    pub which: Created,
    /// The fields that differ, as they were.
    #[schema(value_type = Object)]
    pub before: Value,
    /// The same as they are to be.
    #[schema(value_type = Object)]
    pub after: Value,
}

/// What a file changes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Diff {
    /// Whether nothing was written.
    pub dry_run: bool,
    /// What is new.
    pub created: Vec<Created>,
    /// What is different.
    pub changed: Vec<Updated>,
    /// How many things are as the file says.
    pub unchanged: usize,
}
