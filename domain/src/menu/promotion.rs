//! Promotions: products at a price of their own for a while.
//!
//! A promotion of one portion of one product lowers that product's price wherever it is shown. Any other is a bundle: a
//! combo or a 2x1, given once for each time that all of its portions are in the same round. Nobody ever pays more than
//! without: what saves nothing is left alone, and what the menu shows is an upper bound of what a round costs.

use crate::{Cents, ProductId, PromotionId, timezone};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// When a promotion holds: from the first day to the last, both included, and on each of them from one time of day to
/// another, that minute included. All of it on the branch's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first day.
    pub start_date: NaiveDate,
    /// The last day.
    pub end_date: NaiveDate,
    /// The first minute of each day.
    pub start_time: NaiveTime,
    /// The last minute of each day.
    pub end_time: NaiveTime,
}

impl Validity {
    /// Whether it holds in a zone. It begins and ends once a day, whatever the clocks do.
    #[must_use]
    pub fn holds(&self, now: DateTime<Utc>, zone: &str) -> bool {
        let today = timezone::local_date(now, zone);
        let days = [today.pred_opt(), Some(today)].into_iter().flatten();
        days.filter_map(|day| self.bounds(day, zone)).any(|(begin, end)| begin <= now && now < end)
    }

    /// When it begins and ends on a day; `None` on a day on which it does not hold.
    fn bounds(&self, day: NaiveDate, zone: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        if !(self.start_date..=self.end_date).contains(&day) {
            return None;
        }
        let end = day.and_time(self.end_time).checked_add_signed(TimeDelta::minutes(1))?;
        Some((timezone::instant_of(day.and_time(self.start_time), zone)?, timezone::instant_of(end, zone)?))
    }

    /// When that changes next in a zone; `None` when it is over for good.
    #[must_use]
    pub fn next_change(&self, now: DateTime<Utc>, zone: &str) -> Option<DateTime<Utc>> {
        let today = timezone::local_date(now, zone);
        let days = [today.pred_opt(), Some(today), today.succ_opt(), Some(self.start_date)].into_iter().flatten();
        let moments = days.filter_map(|day| self.bounds(day, zone)).flat_map(|(begin, end)| [begin, end]);
        moments.filter(|at| *at > now).min()
    }
}

/// A promotion as prices go by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// The promotion.
    pub id: PromotionId,
    /// What all its portions cost together, in cents.
    pub price: Cents,
    /// The portions: each product once, at least one of each.
    pub items: Vec<(ProductId, i32)>,
}

impl Promotion {
    /// The product whose price it lowers; `None` for a bundle.
    #[must_use]
    pub fn single(&self) -> Option<ProductId> {
        match self.items[..] {
            [(product, 1)] => Some(product),
            _ => None,
        }
    }
}

/// The lowest price of one portion, and the promotion that makes it.
#[must_use]
pub fn lowest(product: ProductId, regular: Cents, promotions: &[Promotion]) -> (Cents, Option<PromotionId>) {
    let singles = promotions.iter().filter(|promotion| promotion.single() == Some(product));
    let best = singles.filter(|promotion| promotion.price < regular).min_by_key(|it| (it.price, it.id));
    best.map_or((regular, None), |promotion| (promotion.price, Some(promotion.id)))
}

/// A line of an order before promotions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnpricedLine {
    /// What.
    pub product: ProductId,
    /// How many.
    pub qty: i32,
    /// Price of one in the branch, in cents, without what is chosen of it.
    pub regular: Cents,
}

/// A part of a line at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priced {
    /// Which line, by its place.
    pub line: usize,
    /// How many portions of it.
    pub qty: i32,
    /// Price of one, in cents, without what is chosen of it.
    pub price: Cents,
    /// The promotion that made it.
    pub promotion: Option<PromotionId>,
}

/// What the lines of one round cost under the promotions that hold: each line whole, or in parts where portions of it
/// cost differently. Portions stay with their lines, so who eats what stays known.
///
/// Bundles that save most come first, and of two equals the older. A bundle's price is spread over its portions by what
/// they cost without it, to the cent.
#[must_use]
pub fn price(lines: &[UnpricedLine], promotions: &[Promotion]) -> Vec<Priced> {
    let base: Vec<_> = lines.iter().map(|line| lowest(line.product, line.regular, promotions)).collect();
    let mut left: Vec<i32> = lines.iter().map(|line| line.qty).collect();
    let mut parts: BTreeMap<(usize, std::cmp::Reverse<Cents>, Option<PromotionId>), i32> = BTreeMap::new();
    let mut take = |line: usize, price: Cents, promotion: Option<PromotionId>, qty: i32| {
        *parts.entry((line, std::cmp::Reverse(price), promotion)).or_default() += qty;
    };
    let mut bundles: Vec<(i64, &Promotion)> = promotions
        .iter()
        .filter(|promotion| promotion.single().is_none())
        .filter_map(|bundle| Some((saving(bundle, lines, &base)?, bundle)))
        .collect();
    bundles.sort_unstable_by_key(|(saving, bundle)| (std::cmp::Reverse(*saving), bundle.id));
    for (_, bundle) in bundles {
        while let Some(portions) = portions(bundle, lines, &left) {
            let whole: i128 = portions.iter().map(|line| i128::from(base[*line].0.get())).sum();
            let (mut weight, mut given) = (0_i128, 0_i128);
            for line in portions {
                weight += i128::from(base[line].0.get());
                let upto = i128::from(bundle.price.get()) * weight / whole.max(1);
                let cents = Cents::new(i64::try_from(upto - given).unwrap_or_default()).unwrap_or(Cents::ZERO);
                given = upto;
                left[line] -= 1;
                take(line, cents, Some(bundle.id), 1);
            }
        }
    }
    for (line, qty) in left.into_iter().enumerate().filter(|(_, qty)| *qty > 0) {
        take(line, base[line].0, base[line].1, qty);
    }
    let parts = parts.into_iter();
    parts.map(|((line, price, promotion), qty)| Priced { line, qty, price: price.0, promotion }).collect()
}

/// What one bundle saves; `None` when that is nothing, or the lines do not name all of its products.
fn saving(bundle: &Promotion, lines: &[UnpricedLine], base: &[(Cents, Option<PromotionId>)]) -> Option<i64> {
    let mut apart = 0_i64;
    for (product, qty) in &bundle.items {
        let line = lines.iter().position(|line| line.product == *product)?;
        apart += base[line].0.get() * i64::from(*qty);
    }
    Some(apart - bundle.price.get()).filter(|saving| *saving > 0)
}

/// The lines that the portions of one more bundle come from, one entry a portion; `None` when there are not enough
/// left.
fn portions(bundle: &Promotion, lines: &[UnpricedLine], left: &[i32]) -> Option<Vec<usize>> {
    let mut taken = Vec::new();
    for (product, qty) in &bundle.items {
        let of_product = lines.iter().enumerate().filter(|(_, line)| line.product == *product);
        let each = of_product.flat_map(|(at, _)| (0..left[at]).map(move |_| at));
        let some: Vec<usize> = each.take(usize::try_from(*qty).unwrap_or_default()).collect();
        if some.len() != usize::try_from(*qty).unwrap_or_default() {
            return None;
        }
        taken.extend(some);
    }
    (!taken.is_empty()).then_some(taken)
}

#[cfg(test)]
mod tests;
