//! Modifiers of products.

use crate::not_yet::NotYet;
use domain::{
    Cents, CustomizationId, Patch, ProductId, TenantId,
    office::{Blank, Price, Whole},
    patch::present,
    text::Name,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A modifier as the office knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Customization {
    /// The modifier.
    pub id: CustomizationId,
    /// The business.
    pub tenant_id: TenantId,
    /// What it is called, unique in its category.
    pub name: String,
    /// Modifiers of one kind stand together.
    #[schema(required)]
    pub category: Option<String>,
    /// What it adds to the price of one, in cents.
    pub extra_cost_cents: Cents,
    /// Its place among its like.
    pub order: i32,
    /// False once deleted.
    pub is_active: bool,
    /// What it can be chosen of, ascending.
    pub product_ids: Vec<ProductId>,
}

/// What a modifier can be chosen of, and nothing else.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct CustomizationProducts {
    /// Products of the business, at most 5,000.
    #[schema(max_items = 5000)]
    pub product_ids: Vec<ProductId>,
}

/// A modifier to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewCustomization {
    /// 1 to 100 characters, unique in its category.
    pub name: Name<100>,
    /// Modifiers of one kind stand together; at most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<domain::text::Text<50>>)]
    pub category: Blank<Name<50>>,
    /// What it adds to the price of one, in cents; nothing when not said.
    #[serde(default)]
    pub extra_cost_cents: Option<Price>,
    /// Its place among its like: 0 to 9999.
    #[serde(default)]
    pub order: Option<Whole<0, 9999>>,
    /// Whether one of its kind must be chosen: not supported yet, so 422 where it is true.
    #[serde(default)]
    #[schema(ignore)]
    pub required: NotYet,
}

/// What to change. An absent field stays as it is; null clears the category.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct CustomizationPatch {
    /// 1 to 100 characters, unique in its category.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Name<100>)]
    pub name: Option<Name<100>>,
    /// At most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<domain::text::Text<50>>)]
    pub category: Patch<Blank<Name<50>>>,
    /// What it adds to the price of one, in cents.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Price)]
    pub extra_cost_cents: Option<Price>,
    /// Its place among its like: 0 to 9999.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Whole<0, 9999>)]
    pub order: Option<Whole<0, 9999>>,
    /// Whether one of its kind must be chosen: not supported yet, so 422 where it is true.
    #[serde(default)]
    #[schema(ignore)]
    pub required: NotYet,
}
