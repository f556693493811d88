//! What the office says of a promotion.

use crate::{Error, Result};
use chrono::NaiveDate;
use domain::{
    BranchId, Patch, ProductId,
    branch::TimeOfDay,
    office::{ImageUrl, Price, Whole},
    patch::present,
    text::{Name, Text},
};
use serde::Deserialize;
use store::{
    SetPromotion,
    view::{Promotion, PromotionItem},
};
use utoipa::ToSchema;

/// Most products of one promotion, and most branches that take part.
const MAX_ITEMS: usize = 50;
const MAX_BRANCHES: usize = 500;

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
    pub branch_ids: Option<Vec<BranchId>>,
    /// Its portions; while there are none it lowers nothing.
    #[serde(default)]
    pub items: Option<Vec<NewItem>>,
    /// False keeps it from holding for now.
    #[serde(default)]
    pub is_active: Option<bool>,
}

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PromotionPatch {
    /// 1 to 200 characters.
    #[serde(default, deserialize_with = "present")]
    pub name: Option<Name<200>>,
    /// What all its portions cost together, in cents.
    #[serde(default, deserialize_with = "present")]
    pub price_cents: Option<Price>,
    /// The first day.
    #[serde(default, deserialize_with = "present")]
    pub start_date: Option<NaiveDate>,
    /// The last day, not before the first.
    #[serde(default, deserialize_with = "present")]
    pub end_date: Option<NaiveDate>,
    /// At most 2000 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub description: Patch<Text<2000>>,
    /// A picture's address; null and "" for none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub image: Option<ImageUrl>,
    /// The first minute of each day.
    #[serde(default, deserialize_with = "present")]
    pub start_time: Option<TimeOfDay>,
    /// The last minute of each day, not before the first.
    #[serde(default, deserialize_with = "present")]
    pub end_time: Option<TimeOfDay>,
    /// The dashboard's own word for its kind, at most 100 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub promotion_type_id: Patch<Text<100>>,
    /// Where it holds, and nowhere else. Null says nothing.
    #[serde(default)]
    pub branch_ids: Option<Vec<BranchId>>,
    /// Its portions, and no others. Null says nothing.
    #[serde(default)]
    pub items: Option<Vec<NewItem>>,
    /// False ends it, true has it hold again.
    #[serde(default, deserialize_with = "present")]
    pub is_active: Option<bool>,
}

/// Both directions of time have an order (U1).
fn ordered(set: SetPromotion) -> Result<SetPromotion> {
    // What both databases and the phones can write.
    let is_day = |day: NaiveDate| (1970..=9999).contains(&chrono::Datelike::year(&day));
    if !is_day(set.start_date) || !is_day(set.end_date) {
        return Err(Error::Invalid("start_date, end_date: must be from 1970 to 9999"));
    }
    if set.end_date < set.start_date {
        return Err(Error::Invalid("end_date: must not be before start_date"));
    }
    if set.end_time < set.start_time {
        return Err(Error::Invalid("end_time: must not be before start_time"));
    }
    Ok(set)
}

fn branches(ids: &[BranchId]) -> Result<Vec<BranchId>> {
    if ids.len() > MAX_BRANCHES {
        return Err(Error::Invalid("branch_ids: at most 500"));
    }
    let mut branches = ids.to_vec();
    branches.sort_unstable();
    branches.dedup();
    Ok(branches)
}

fn items(new: &[NewItem]) -> Result<Vec<PromotionItem>> {
    if new.len() > MAX_ITEMS {
        return Err(Error::Invalid("items: at most 50"));
    }
    let item =
        |new: &NewItem| PromotionItem { product_id: new.product_id, quantity: new.quantity.map_or(1, Whole::get) };
    let mut items: Vec<_> = new.iter().map(item).collect();
    items.sort_unstable_by_key(|item| item.product_id);
    if items.windows(2).any(|pair| pair[0].product_id == pair[1].product_id) {
        return Err(Error::Invalid("items: each product at most once"));
    }
    Ok(items)
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

impl NewPromotion {
    pub(super) fn set(&self) -> Result<SetPromotion> {
        let time = |time: &Option<TimeOfDay>, otherwise: &str| {
            time.as_ref().map_or_else(|| otherwise.to_owned(), |time| time.as_str().to_owned())
        };
        ordered(SetPromotion {
            name: self.name.clone().into(),
            description: filled(self.description.clone().map(Into::into)),
            price_cents: self.price_cents.cents(),
            image: self.image.clone().into(),
            start_date: self.start_date,
            end_date: self.end_date,
            start_time: time(&self.start_time, "00:00"),
            end_time: time(&self.end_time, "23:59"),
            promotion_type_id: filled(self.promotion_type_id.clone().map(Into::into)),
            deactivated: self.is_active == Some(false),
        })
    }

    pub(super) fn branches(&self) -> Result<Vec<BranchId>> {
        branches(self.branch_ids.as_deref().unwrap_or_default())
    }

    pub(super) fn items(&self) -> Result<Vec<PromotionItem>> {
        items(self.items.as_deref().unwrap_or_default())
    }
}

impl PromotionPatch {
    pub(super) fn set(&self, now: &Promotion) -> Result<SetPromotion> {
        let time = |time: &Option<TimeOfDay>, now: &str| {
            time.as_ref().map_or_else(|| now.to_owned(), |time| time.as_str().to_owned())
        };
        ordered(SetPromotion {
            name: self.name.clone().map_or_else(|| now.name.clone(), Into::into),
            description: filled(self.description.clone().map(String::from).or(now.description.clone())),
            price_cents: self.price_cents.map_or(now.price_cents, Price::cents),
            image: self.image.clone().map_or_else(|| now.image.clone(), Into::into),
            start_date: self.start_date.unwrap_or(now.start_date),
            end_date: self.end_date.unwrap_or(now.end_date),
            start_time: time(&self.start_time, &now.start_time),
            end_time: time(&self.end_time, &now.end_time),
            promotion_type_id: filled(
                self.promotion_type_id.clone().map(String::from).or(now.promotion_type_id.clone()),
            ),
            deactivated: !self.is_active.unwrap_or(now.is_active),
        })
    }

    pub(super) fn branches(&self) -> Result<Option<Vec<BranchId>>> {
        self.branch_ids.as_deref().map(branches).transpose()
    }

    pub(super) fn items(&self) -> Result<Option<Vec<PromotionItem>>> {
        self.items.as_deref().map(items).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(json: serde_json::Value) -> NewPromotion {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn time_has_one_direction() {
        let promotion = |days: [&str; 2], hours: [&str; 2]| {
            let json = serde_json::json!({ "name": "2x1", "price_cents": 1, "start_date": days[0], "end_date": days[1],
                "start_time": hours[0], "end_time": hours[1] });
            new(json).set().is_ok()
        };
        let (day, next) = ("2026-01-10", "2026-01-11");
        assert!(promotion([day, day], ["18:00", "18:00"]));
        assert!(promotion([day, next], ["00:00", "23:59"]));
        assert!(!promotion([next, day], ["00:00", "23:59"]));
        assert!(!promotion([day, next], ["20:00", "19:59"]));
    }

    #[test]
    fn a_product_is_one_item() {
        let item = |product: i64| NewItem { product_id: ProductId(product), quantity: None };
        assert_eq!(items(&[item(102), item(101)]).unwrap()[0].product_id, ProductId(101));
        assert!(items(&[item(101), item(101)]).is_err());
        assert!(items(&(0..51).map(item).collect::<Vec<_>>()).is_err());
    }
}
