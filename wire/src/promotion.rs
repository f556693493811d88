//! Promotions: several products for one price.

use crate::{menu::PromotionItem, not_yet::NotYet};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    BranchId, Cents, Patch, ProductId, PromotionId, TenantId,
    branch::TimeOfDay,
    office::{ImageUrl, Price, Whole},
    patch::present,
    text::{Name, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A promotion as the office knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Promotion {
    /// The promotion.
    pub id: PromotionId,
    /// The business.
    pub tenant_id: TenantId,
    /// What it is called.
    pub name: String,
    /// What it is.
    #[schema(required)]
    pub description: Option<String>,
    /// What all its portions cost together, in cents.
    pub price_cents: Cents,
    /// Its picture.
    #[schema(required)]
    pub image: Option<String>,
    /// The first day.
    pub start_date: NaiveDate,
    /// The last day.
    pub end_date: NaiveDate,
    /// The first minute of each day, `HH:mm` on the branch's clock.
    pub start_time: String,
    /// The last minute of each day.
    pub end_time: String,
    /// The dashboard's own word for its kind.
    #[schema(required)]
    pub promotion_type_id: Option<String>,
    /// Where it holds, ascending.
    pub branch_ids: Vec<BranchId>,
    /// Its portions by product. While one of its products is deleted or switched off it holds nowhere.
    pub items: Vec<PromotionItem>,
    /// False once switched off or deleted.
    pub is_active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last; null where it never was.
    #[schema(required)]
    pub updated_at: Option<DateTime<Utc>>,
}

/// So many portions of one product.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
pub struct NewItem {
    /// A product of the business.
    pub product_id: ProductId,
    /// 1 to 99, 1 when left out.
    #[serde(default)]
    pub quantity: Option<Whole<1, 99>>,
}

/// A promotion to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewPromotion {
    /// 1 to 200 characters.
    pub name: Name<200>,
    /// What all its portions cost together, in cents.
    pub price_cents: Price,
    /// The first day.
    pub start_date: NaiveDate,
    /// The last day, not before the first.
    pub end_date: NaiveDate,
    /// At most 2000 characters.
    #[serde(default)]
    pub description: Option<Text<2000>>,
    /// A picture's address.
    #[serde(default)]
    pub image: ImageUrl,
    /// The first minute of each day on the branch's clock; 00:00 when not said.
    #[serde(default)]
    pub start_time: Option<TimeOfDay>,
    /// The last minute of each day, not before the first; 23:59 when not said.
    #[serde(default)]
    pub end_time: Option<TimeOfDay>,
    /// The dashboard's own word for its kind, at most 100 characters.
    #[serde(default)]
    pub promotion_type_id: Option<Text<100>>,
    /// Where it holds; nowhere when not said.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub branch_ids: Option<Vec<BranchId>>,
    /// Its portions; while there are none it lowers nothing.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub items: Option<Vec<NewItem>>,
    /// False keeps it from holding for now.
    #[serde(default)]
    pub is_active: Option<bool>,
    /// The days of the week on which it holds: not supported yet, so 422 where it names any.
    #[serde(default)]
    #[schema(ignore)]
    pub days: NotYet,
}

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PromotionPatch {
    /// 1 to 200 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Name<200>)]
    pub name: Option<Name<200>>,
    /// What all its portions cost together, in cents.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Price)]
    pub price_cents: Option<Price>,
    /// The first day.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = NaiveDate)]
    pub start_date: Option<NaiveDate>,
    /// The last day, not before the first.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = NaiveDate)]
    pub end_date: Option<NaiveDate>,
    /// At most 2000 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<2000>>)]
    pub description: Patch<Text<2000>>,
    /// A picture's address; null and "" for none.
    #[serde(default, deserialize_with = "present")]
    pub image: Option<ImageUrl>,
    /// The first minute of each day.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = TimeOfDay)]
    pub start_time: Option<TimeOfDay>,
    /// The last minute of each day, not before the first.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = TimeOfDay)]
    pub end_time: Option<TimeOfDay>,
    /// The dashboard's own word for its kind, at most 100 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<100>>)]
    pub promotion_type_id: Patch<Text<100>>,
    /// Where it holds, and nowhere else. Null says nothing.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub branch_ids: Option<Vec<BranchId>>,
    /// Its portions, and no others. Null says nothing.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub items: Option<Vec<NewItem>>,
    /// False ends it, true has it hold again.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub is_active: Option<bool>,
    /// The days of the week on which it holds: not supported yet, so 422 where it names any.
    #[serde(default)]
    #[schema(ignore)]
    pub days: NotYet,
}
