//! Subcategories of the menu.

use domain::{
    CategoryId, SubcategoryId, TenantId,
    office::{ImageUrl, Whole},
    patch::present,
    text::Name,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A subcategory as the office knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Subcategory {
    /// The subcategory.
    pub id: SubcategoryId,
    /// The business.
    pub tenant_id: TenantId,
    /// What it is a part of.
    pub category_id: CategoryId,
    /// Its name, unique in the category.
    pub name: String,
    /// Its picture.
    #[schema(required)]
    pub image: Option<String>,
    /// Its place in the category.
    pub order: i32,
    /// False once switched off or deleted.
    pub is_active: bool,
}

/// A subcategory to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewSubcategory {
    /// What it is to be a part of.
    pub category_id: CategoryId,
    /// 1 to 100 characters, unique in the category.
    pub name: Name<100>,
    /// A picture's address.
    #[serde(default)]
    pub image: ImageUrl,
    /// Its place in the category; the last when not said.
    #[serde(default)]
    pub order: Option<Whole<0, 9999>>,
    /// False keeps it off the menu for now.
    #[serde(default)]
    pub is_active: Option<bool>,
}

/// What to change. An absent field stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct SubcategoryPatch {
    /// 1 to 100 characters, unique in the category.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Name<100>)]
    pub name: Option<Name<100>>,
    /// A picture's address; null or an empty text takes it away.
    #[serde(default, deserialize_with = "present")]
    pub image: Option<ImageUrl>,
    /// Its place in the category.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Whole<0, 9999>)]
    pub order: Option<Whole<0, 9999>>,
    /// False takes it off the menu, with all that is in it, and true puts it back.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub is_active: Option<bool>,
}
