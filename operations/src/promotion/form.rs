//! What the office says of a promotion.

use crate::{Error, Result};
use chrono::NaiveDate;
use domain::{
    BranchId,
    branch::TimeOfDay,
    office::{Price, Whole},
};
use store::SetPromotion;
use wire::{
    menu::PromotionItem,
    promotion::{NewItem, NewPromotion, Promotion, PromotionPatch},
};

/// Most products of one promotion, and most branches that take part.
const MAX_ITEMS: usize = 50;
const MAX_BRANCHES: usize = 500;

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

pub(super) fn branches(ids: &[BranchId]) -> Result<Vec<BranchId>> {
    if ids.len() > MAX_BRANCHES {
        return Err(Error::Invalid("branch_ids: at most 500"));
    }
    let mut branches = ids.to_vec();
    branches.sort_unstable();
    branches.dedup();
    Ok(branches)
}

pub(super) fn items(new: &[NewItem]) -> Result<Vec<PromotionItem>> {
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

pub(super) fn first(new: &NewPromotion) -> Result<SetPromotion> {
    let time = |time: &Option<TimeOfDay>, otherwise: &str| {
        time.as_ref().map_or_else(|| otherwise.to_owned(), |time| time.as_str().to_owned())
    };
    ordered(SetPromotion {
        name: new.name.clone().into(),
        description: filled(new.description.clone().map(Into::into)),
        price_cents: new.price_cents.cents(),
        image: new.image.clone().into(),
        start_date: new.start_date,
        end_date: new.end_date,
        start_time: time(&new.start_time, "00:00"),
        end_time: time(&new.end_time, "23:59"),
        promotion_type_id: filled(new.promotion_type_id.clone().map(Into::into)),
        deactivated: new.is_active == Some(false),
    })
}

pub(super) fn changed(patch: &PromotionPatch, now: &Promotion) -> Result<SetPromotion> {
    let time = |time: &Option<TimeOfDay>, now: &str| {
        time.as_ref().map_or_else(|| now.to_owned(), |time| time.as_str().to_owned())
    };
    ordered(SetPromotion {
        name: patch.name.clone().map_or_else(|| now.name.clone(), Into::into),
        description: filled(patch.description.clone().map(String::from).or(now.description.clone())),
        price_cents: patch.price_cents.map_or(now.price_cents, Price::cents),
        image: patch.image.clone().map_or_else(|| now.image.clone(), Into::into),
        start_date: patch.start_date.unwrap_or(now.start_date),
        end_date: patch.end_date.unwrap_or(now.end_date),
        start_time: time(&patch.start_time, &now.start_time),
        end_time: time(&patch.end_time, &now.end_time),
        promotion_type_id: filled(patch.promotion_type_id.clone().map(String::from).or(now.promotion_type_id.clone())),
        deactivated: !patch.is_active.unwrap_or(now.is_active),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ProductId;

    fn new(json: serde_json::Value) -> NewPromotion {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn time_has_one_direction() {
        let promotion = |days: [&str; 2], hours: [&str; 2]| {
            let json = serde_json::json!({ "name": "2x1", "price_cents": 1, "start_date": days[0], "end_date": days[1],
                "start_time": hours[0], "end_time": hours[1] });
            first(&new(json)).is_ok()
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
