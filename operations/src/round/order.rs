//! From what a phone asks for to the lines of a round: priced, named and routed by what the branch offers right now.
//! What the phone believes a dish costs is not even read.

use crate::{Error, Result, menu::ensure_orderable};
use domain::{
    DinerId, ProductId, UserId,
    round::content_digest_input,
    text::{Quantity, Text},
};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use store::{NewLine, Offered};

/// A line as it was asked for.
#[derive(Clone, Debug)]
pub struct OrderLine {
    /// What.
    pub product_id: ProductId,
    /// How many.
    pub qty: Quantity,
    /// The diner's wish. Longer than the contract's 200: a cart note of 500 must not fail when it is sent (contract §7.11).
    pub notes: Option<Text<600>>,
    /// For whom, where the client says so.
    pub diner_id: Option<DinerId>,
    /// For whose place at the table, as the waiter counts them from 0. Not kept; it only tells orders apart.
    pub seat: Option<u32>,
}

/// What one round asks for.
#[derive(Clone, Debug)]
pub struct Order {
    /// At least one line.
    pub lines: Vec<OrderLine>,
    /// A note on the whole round.
    pub notes: Option<Text<500>>,
}

impl Order {
    /// The products asked for, each once.
    #[must_use]
    pub fn products(&self) -> Vec<ProductId> {
        let mut products: Vec<_> = self.lines.iter().map(|line| line.product_id).collect();
        products.sort_unstable();
        products.dedup();
        products
    }

    /// How many of a product are asked for, on all lines together.
    #[must_use]
    pub fn portions(&self, product: ProductId) -> i32 {
        let of_product = self.lines.iter().filter(|line| line.product_id == product);
        of_product.map(|line| line.qty.get()).fold(0, i32::saturating_add)
    }

    /// What tells this order from another of the same session (DESIGN I7).
    #[must_use]
    pub fn digest(&self) -> String {
        let lines = self.lines.iter().map(|l| (l.product_id, l.qty, l.notes.as_ref().map(Text::as_str), l.diner_id));
        hex::encode(Sha256::digest(content_digest_input(lines)))
    }

    /// The same for an order that a waiter takes: what a diner or another waiter sends at that moment is another order.
    #[must_use]
    pub fn digest_by(&self, waiter: UserId) -> String {
        let mut seats: Vec<_> = self.lines.iter().filter_map(|l| Some((l.seat?, l.product_id, l.qty.get()))).collect();
        seats.sort_unstable();
        let notes = self.notes.as_ref().map(Text::as_str);
        hex::encode(Sha256::digest(format!("{}|waiter {waiter}|{seats:?}|{notes:?}", self.digest())))
    }

    /// The round's lines at the prices of `offered`.
    ///
    /// # Errors
    /// A product has no price in the branch, or is 86'd; the message names it.
    pub fn priced(&self, offered: &[Offered]) -> Result<Vec<NewLine>> {
        let offered: HashMap<_, _> = offered.iter().map(|product| (product.product_id, product)).collect();
        self.lines.iter().map(|line| priced_line(line, offered.get(&line.product_id).copied())).collect()
    }
}

fn priced_line(line: &OrderLine, offered: Option<&Offered>) -> Result<NewLine> {
    let product = offered.ok_or_else(|| {
        Error::refused("product_not_offered", format!("Product {} is not on the menu", line.product_id))
    })?;
    ensure_orderable(product, line.qty.get())?;
    Ok(NewLine {
        product_id: line.product_id,
        product_name: product.name.clone(),
        qty: line.qty,
        unit_price_cents: product.price_cents,
        notes: line.notes.as_ref().map(|notes| notes.as_str().to_owned()),
        diner_id: line.diner_id,
        station: product.station(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Cents, kitchen::Station, menu::Supply};

    fn offered(id: i64, is_available: bool) -> Offered {
        Offered {
            product_id: ProductId(id),
            name: "Bife de chorizo".into(),
            image: None,
            price_cents: Cents::new(15_000).unwrap(),
            supply: Supply { is_available, ..Supply::PLENTY },
            is_open: true,
            opens: None,
            category: "Principales".into(),
            subcategory: Some("Carnes".into()),
        }
    }

    fn order(id: i64) -> Order {
        let line = OrderLine { product_id: ProductId(id), qty: Quantity::ONE, notes: None, diner_id: None, seat: None };
        Order { lines: vec![line], notes: None }
    }

    #[test]
    fn the_price_is_the_branchs_and_the_station_follows_the_menu() {
        let lines = order(101).priced(&[offered(101, true)]).unwrap();
        assert_eq!(lines[0].unit_price_cents.get(), 15_000);
        assert_eq!(lines[0].station, Station::Grill);
    }

    #[test]
    fn a_waiters_order_is_told_apart_by_waiter_and_seat() {
        let mine = order(101).digest_by(UserId(1));
        assert_ne!(mine, order(101).digest());
        assert_ne!(mine, order(101).digest_by(UserId(2)));
        let mut seated = order(101);
        seated.lines[0].seat = Some(0);
        assert_ne!(mine, seated.digest_by(UserId(1)));
        assert_eq!(mine, order(101).digest_by(UserId(1)));
    }

    #[test]
    fn what_is_not_offered_cannot_be_ordered() {
        assert!(matches!(
            order(102).priced(&[offered(101, true)]),
            Err(Error::Refused { code: "product_not_offered", .. })
        ));
        assert!(matches!(
            order(101).priced(&[offered(101, false)]),
            Err(Error::Refused { code: "product_unavailable", .. })
        ));
        let closed = Offered { is_open: false, opens: Some("19:00".into()), ..offered(101, true) };
        let refused = order(101).priced(&[closed]).unwrap_err();
        assert!(matches!(refused, Error::Refused { code: "product_not_served_now", .. }));
        assert_eq!(refused.to_string(), "Bife de chorizo is not served now, only from 19:00");
        let mut few = offered(101, true);
        few.supply.remaining = Some(1);
        let mut two = order(101);
        two.lines[0].qty = Quantity::try_from(2).unwrap();
        assert!(order(101).priced(&[few.clone()]).is_ok());
        assert!(matches!(two.priced(&[few]), Err(Error::Refused { code: "not_enough_left", .. })));
    }
}
