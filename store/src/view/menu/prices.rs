//! What promotions make of a menu's prices at a moment.

use crate::menu::promotions::Running;
use chrono::{DateTime, Utc};
use domain::{
    Cents, ProductId,
    menu::{Promotion, lowest},
};
use std::collections::HashMap;
use wire::menu::{MenuProduct, MenuPromotion, PromotionItem};

/// The promotions that hold, and what the products they name cost and whether they can be had.
pub(super) struct Prices {
    holding: Vec<Running>,
    promotions: Vec<Promotion>,
    changes_at: Option<DateTime<Utc>>,
    known: HashMap<ProductId, Offer>,
}

/// What a product costs, whether it can be had, and how many portions are left where they are counted.
struct Offer {
    price: Cents,
    is_available: bool,
    left: Option<i32>,
}

impl Prices {
    pub(super) fn new(running: Vec<Running>, now: DateTime<Utc>, zone: &str) -> Self {
        let changes_at = running.iter().filter_map(|it| it.validity.next_change(now, zone)).min();
        let holding: Vec<Running> = running.into_iter().filter(|it| it.validity.holds(now, zone)).collect();
        let promotions = holding.iter().map(|it| it.promotion.clone()).collect();
        Self { holding, promotions, changes_at, known: HashMap::new() }
    }

    /// When a promotion begins or ends next.
    pub(super) const fn changes_at(&self) -> Option<DateTime<Utc>> {
        self.changes_at
    }

    /// The product at the price that a promotion of a single portion makes.
    pub(super) fn lowered(&mut self, mut product: MenuProduct, left: Option<i32>) -> MenuProduct {
        let (price, promotion) = lowest(product.id, product.price_cents, &self.promotions);
        if promotion.is_some() {
            product.original_price_cents = Some(product.price_cents);
            product.price_cents = price;
        }
        let offer = Offer { price: product.price_cents, is_available: product.is_available, left };
        self.known.insert(product.id, offer);
        product
    }

    /// The bundles of which the menu has every product and that save something.
    pub(super) fn bundles(self) -> Vec<MenuPromotion> {
        let known = self.known;
        self.holding.into_iter().filter_map(|running| bundle(running, &known)).collect()
    }
}

fn bundle(running: Running, known: &HashMap<ProductId, Offer>) -> Option<MenuPromotion> {
    let Running { promotion, name, description, image, .. } = running;
    if promotion.single().is_some() {
        return None;
    }
    let (mut apart, mut is_available) = (Cents::ZERO, true);
    for (product, quantity) in &promotion.items {
        let offer = known.get(product)?;
        apart = apart.checked_add(offer.price.checked_times(u32::try_from(*quantity).ok()?).ok()?).ok()?;
        is_available &= offer.is_available && offer.left.is_none_or(|left| left >= *quantity);
    }
    let items = promotion
        .items
        .iter()
        .map(|(product_id, quantity)| PromotionItem { product_id: *product_id, quantity: *quantity });
    (promotion.price < apart).then(|| MenuPromotion {
        id: promotion.id,
        name,
        description,
        image,
        price_cents: promotion.price,
        original_price_cents: apart,
        is_available,
        items: items.collect(),
    })
}
