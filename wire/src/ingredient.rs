//! Ingredients with their groups and parts, and the catalogues of the kitchen.

use chrono::{DateTime, Utc};
use domain::{
    CatalogEntryId, IngredientGroupId, IngredientId, Patch, SubIngredientId, TenantId,
    office::Blank,
    patch::present,
    text::{Name, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A shelf of ingredients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct IngredientGroup {
    /// The group.
    pub id: IngredientGroupId,
    /// Its name, unique in the business, in lower case.
    pub name: String,
    /// What belongs there.
    #[schema(required)]
    pub description: Option<String>,
    /// An emoji or the name of an icon.
    #[schema(required)]
    pub icon: Option<String>,
    /// False once switched off or deleted.
    pub is_active: bool,
}

/// What a processed ingredient is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct SubIngredient {
    /// It.
    pub id: SubIngredientId,
    /// Of what it is a part.
    pub ingredient_id: IngredientId,
    /// Its name, unique in the ingredient.
    pub name: String,
    /// What it is.
    #[schema(required)]
    pub description: Option<String>,
    /// False once deleted.
    pub is_active: bool,
}

/// What recipes use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Ingredient {
    /// The ingredient.
    pub id: IngredientId,
    /// The business.
    pub tenant_id: TenantId,
    /// Its name, unique in the business.
    pub name: String,
    /// What it is.
    #[schema(required)]
    pub description: Option<String>,
    /// On which shelf.
    #[schema(required)]
    pub group_id: Option<IngredientGroupId>,
    /// That shelf's name.
    #[schema(required)]
    pub group_name: Option<String>,
    /// Whether it is made of others.
    pub is_processed: bool,
    /// False once switched off or deleted.
    pub is_active: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// What it is made of, by name.
    pub sub_ingredients: Vec<SubIngredient>,
}

/// A word of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct CatalogEntry {
    /// The word.
    pub id: CatalogEntryId,
    /// It.
    pub name: String,
    /// What it means.
    #[schema(required)]
    pub description: Option<String>,
    /// An emoji or the name of an icon.
    #[schema(required)]
    pub icon: Option<String>,
    /// Always true here.
    pub is_active: bool,
}

/// An ingredient to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewIngredient {
    /// 1 to 100 characters, unique in the business.
    pub name: Name<100>,
    /// At most 500 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<500>>)]
    pub description: Blank<Text<500>>,
    /// On which shelf.
    #[serde(default)]
    pub group_id: Option<IngredientGroupId>,
    /// Whether it is made of others.
    #[serde(default)]
    pub is_processed: bool,
}

/// A group to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewIngredientGroup {
    /// 1 to 50 characters, unique in the business; kept in lower case.
    pub name: Name<50>,
    /// At most 500 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<500>>)]
    pub description: Blank<Text<500>>,
    /// An emoji or the name of an icon, at most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<50>>)]
    pub icon: Blank<Text<50>>,
}

/// A part to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewSubIngredient {
    /// 1 to 100 characters, unique in the ingredient.
    pub name: Name<100>,
    /// At most 500 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<500>>)]
    pub description: Blank<Text<500>>,
}

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct IngredientPatch {
    /// 1 to 100 characters, unique in the business.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Name<100>)]
    pub name: Option<Name<100>>,
    /// At most 500 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Text<500>>)]
    pub description: Option<Blank<Text<500>>>,
    /// On which shelf.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    pub group_id: Patch<IngredientGroupId>,
    /// Whether it is made of others; only what has no parts can stop to be.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub is_processed: Option<bool>,
    /// False takes it off the list of what is used.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub is_active: Option<bool>,
}
