//! From what a phone asks for to the lines of a round: priced, named and routed by what the branch offers right now,
//! its promotions included. What the phone believes a dish costs is not even read.

use crate::{
    Error, Result,
    menu::{ensure_orderable, not_a_choice},
};
use domain::{
    Cents, CustomizationId, DinerId, ProblemCode, ProductId, UserId,
    menu::{Choices, Priced, UnpricedLine, in_words, price},
    money::{MAX_PRICE, MAX_SUM, MoneyError},
    round::content_digest_input,
    text::{Quantity, Text},
};
use sha2::{Digest, Sha256};
use store::{Locked, NewLine, Offering, Seated, UnitOfWork};

/// A line as it was asked for.
#[derive(Clone, Debug)]
pub struct OrderLine {
    /// What.
    pub product_id: ProductId,
    /// What is chosen of it.
    pub choices: Choices,
    /// How many.
    pub qty: Quantity,
    /// The diner's wish. Longer than the contract's 200: a cart note of 500 must not fail when it is sent
    /// (diner-waiter.md §7.11).
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
    /// What the client showed as its sum.
    pub expected_total: Option<Cents>,
}

impl Order {
    /// What the order weighs for whoever limits orders: a line is 1, and as much again for each hundred bytes of its
    /// note.
    #[must_use]
    pub fn weight(&self) -> u32 {
        let lines = self.lines.iter().map(|line| 1 + line.notes.as_ref().map_or(0, |note| note.as_str().len() / 100));
        u32::try_from(lines.sum::<usize>()).unwrap_or(u32::MAX)
    }

    /// The products asked for, each once.
    #[must_use]
    pub fn products(&self) -> Vec<ProductId> {
        let mut products: Vec<_> = self.lines.iter().map(|line| line.product_id).collect();
        products.sort_unstable();
        products.dedup();
        products
    }

    /// What is chosen on any line, each once.
    #[must_use]
    pub fn choices(&self) -> Vec<CustomizationId> {
        let mut choices: Vec<_> = self.lines.iter().flat_map(|line| line.choices.ids()).copied().collect();
        choices.sort_unstable();
        choices.dedup();
        choices
    }

    /// How many of a product are asked for, on all lines together.
    #[must_use]
    pub fn portions(&self, product: ProductId) -> i32 {
        let of_product = self.lines.iter().filter(|line| line.product_id == product);
        of_product.map(|line| line.qty.get()).fold(0, i32::saturating_add)
    }

    /// What tells this order from another of the same session (I7).
    #[must_use]
    pub fn digest(&self) -> String {
        let lines = self.lines.iter();
        let lines = lines.map(|l| (l.product_id, l.qty, l.notes.as_ref().map(Text::as_str), l.diner_id, &l.choices));
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

    /// The round's lines at the prices of `offering`. A line of which promotions give portions at another price becomes
    /// several.
    ///
    /// # Errors
    /// A product has no price in the branch, or is 86'd; a modifier is none of its product's; a price is beyond any
    /// bound. The message names it.
    pub fn priced(&self, offering: &Offering) -> Result<Vec<NewLine>> {
        let lines: Vec<NewLine> = self.lines.iter().map(|line| offered_line(line, offering)).collect::<Result<_>>()?;
        let unpriced: Vec<UnpricedLine> = lines.iter().map(as_unpriced).collect();
        price(&unpriced, &offering.promotions).into_iter().map(|part| part_of(&lines[part.line], part)).collect()
    }

    /// Refuses a round that costs more than whoever sends it saw. A cheaper one is sent.
    ///
    /// # Errors
    /// It is dearer; the refusal has the new total.
    pub fn ensure_not_dearer(&self, lines: &[NewLine]) -> Result<()> {
        let Some(expected) = self.expected_total else { return Ok(()) };
        let total = total(lines)?;
        if total > expected { Err(Error::Dearer { expected, total }) } else { Ok(()) }
    }
}

/// What lines at their prices come to.
///
/// # Errors
/// It does not fit.
pub(super) fn sum(lines: impl IntoIterator<Item = (Cents, Quantity)>) -> Result<Cents, MoneyError> {
    lines.into_iter().try_fold(Cents::ZERO, |sum, (price, qty)| sum.checked_add(price.checked_times(qty.times())?))
}

/// A round of less is not compared with what the table owes already: it takes ten thousand of them to the bound.
const SMALL: Cents = MAX_PRICE.per(100);

/// Refuses a round that, with what the table owes, is more than a sum may be.
///
/// # Errors
/// It is.
pub(super) async fn ensure_countable(uow: &UnitOfWork, session: &Locked<Seated>, lines: &[NewLine]) -> Result<()> {
    let total = total(lines)?;
    let owed = if total > SMALL { uow.ordered_total(session).await? } else { Cents::ZERO };
    if total.checked_add(owed)? > MAX_SUM {
        let detail = format!("The round brings the bill above {} cents, the highest sum there is", MAX_SUM.get());
        return Err(Error::refused(ProblemCode::AmountOutOfRange, detail));
    }
    Ok(())
}

/// What a round's lines come to.
///
/// # Errors
/// It does not fit.
pub(super) fn total(lines: &[NewLine]) -> Result<Cents, MoneyError> {
    sum(lines.iter().map(|line| (line.unit_price_cents, line.qty)))
}

/// The line at the regular price.
fn offered_line(line: &OrderLine, offering: &Offering) -> Result<NewLine> {
    let product = offering.product(line.product_id).ok_or_else(|| {
        Error::refused(ProblemCode::ProductNotOffered, format!("Product {} is not on the menu", line.product_id))
    })?;
    ensure_orderable(product, line.qty.get())?;
    let chosen = offering.chosen(line.product_id, &line.choices).map_err(|id| not_a_choice(product, id))?;
    Ok(NewLine {
        product_id: line.product_id,
        product_name: product.name.clone(),
        qty: line.qty,
        unit_price_cents: product.price_cents,
        modifiers: in_words(&chosen),
        customizations: chosen,
        promotion_id: None,
        notes: line.notes.as_ref().map(|notes| notes.as_str().to_owned()),
        diner_id: line.diner_id,
        station: product.station.clone(),
    })
}

fn as_unpriced(line: &NewLine) -> UnpricedLine {
    UnpricedLine { product: line.product_id, qty: line.qty.get(), regular: line.unit_price_cents }
}

/// What is chosen costs the same under any promotion.
fn part_of(line: &NewLine, part: Priced) -> Result<NewLine> {
    let extras = line.customizations.iter().map(|choice| choice.extra_cost_cents);
    let unit_price_cents = part.price.checked_add(Cents::checked_sum(extras)?)?;
    if unit_price_cents > MAX_PRICE {
        return Err(Error::refused(
            ProblemCode::PriceTooHigh,
            format!("{} with all that costs too much", line.product_name),
        ));
    }
    let qty = Quantity::try_from(i64::from(part.qty)).map_err(|_| Error::Internal("a part of a line of no size"))?;
    Ok(NewLine { qty, unit_price_cents, promotion_id: part.promotion, ..line.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        PromotionId,
        kitchen::Station,
        menu::{Promotion, Supply},
    };
    use store::{Offered, OfferedChoice};

    fn offered(id: i64, is_available: bool) -> Offered {
        Offered {
            product_id: ProductId(id),
            name: "Bife de chorizo".into(),
            image: None,
            price_cents: Cents::new(15_000).unwrap(),
            supply: Supply { is_available, ..Supply::PLENTY },
            is_open: true,
            opens: None,
            station: Station::Grill.into(),
        }
    }

    fn menu(products: impl Into<Vec<Offered>>) -> Offering {
        Offering { products: products.into(), ..Offering::default() }
    }

    fn order(id: i64) -> Order {
        let line = OrderLine {
            product_id: ProductId(id),
            choices: Choices::NONE,
            qty: Quantity::ONE,
            notes: None,
            diner_id: None,
            seat: None,
        };
        Order { lines: vec![line], notes: None, expected_total: None }
    }

    #[test]
    fn a_line_weighs_one_and_its_note_by_the_hundred() {
        let mut asked = order(101);
        assert_eq!(asked.weight(), 1);
        for (length, weight) in [(99, 1), (100, 2), (600, 7)] {
            asked.lines[0].notes = Some("x".repeat(length).try_into().unwrap());
            assert_eq!(asked.weight(), weight, "{length}");
        }
        asked.lines = vec![asked.lines[0].clone(); 200];
        assert_eq!(asked.weight(), 1_400);
    }

    #[test]
    fn the_price_is_the_branchs_and_the_station_follows_the_menu() {
        let lines = order(101).priced(&menu([offered(101, true)])).unwrap();
        assert_eq!(lines[0].unit_price_cents.get(), 15_000);
        assert_eq!(lines[0].station, Station::Grill.into());
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
            order(102).priced(&menu([offered(101, true)])),
            Err(Error::Refused { code: ProblemCode::ProductNotOffered, .. })
        ));
        assert!(matches!(
            order(101).priced(&menu([offered(101, false)])),
            Err(Error::Refused { code: ProblemCode::ProductUnavailable, .. })
        ));
        let closed = Offered { is_open: false, opens: Some("19:00".into()), ..offered(101, true) };
        let refused = order(101).priced(&menu([closed])).unwrap_err();
        assert!(matches!(refused, Error::Refused { code: ProblemCode::ProductNotServedNow, .. }));
        assert_eq!(refused.to_string(), "Bife de chorizo is not served now, only from 19:00");
        let mut few = offered(101, true);
        few.supply.remaining = Some(1);
        let mut two = order(101);
        two.lines[0].qty = Quantity::try_from(2).unwrap();
        assert!(order(101).priced(&menu([few.clone()])).is_ok());
        assert!(matches!(two.priced(&menu([few])), Err(Error::Refused { code: ProblemCode::NotEnoughLeft, .. })));
    }

    fn extra(product: i64) -> OfferedChoice {
        let (product_id, id) = (ProductId(product), CustomizationId(7));
        OfferedChoice { product_id, id, name: "Chimichurri".into(), extra_cost_cents: Cents::new(500).unwrap() }
    }

    #[test]
    fn what_is_chosen_is_paid_and_told_to_the_kitchen() {
        let mut asked = order(101);
        asked.lines[0].choices = Choices::try_from(vec![CustomizationId(7)]).unwrap();
        let menu = Offering { choices: vec![extra(101)], ..menu([offered(101, true)]) };
        let lines = asked.priced(&menu).unwrap();
        assert_eq!(lines[0].unit_price_cents.get(), 15_500);
        assert_eq!(lines[0].modifiers.as_deref(), Some("Chimichurri"));
        assert_ne!(asked.digest(), order(101).digest());
        let other = Offering { choices: vec![extra(102)], ..menu };
        assert!(matches!(asked.priced(&other), Err(Error::Refused { code: ProblemCode::CustomizationNotOffered, .. })));
    }

    #[test]
    fn a_promotion_parts_a_line_and_leaves_what_is_chosen_alone() {
        let mut asked = order(101);
        asked.lines[0].qty = Quantity::try_from(3).unwrap();
        asked.lines[0].choices = Choices::try_from(vec![CustomizationId(7)]).unwrap();
        let two =
            Promotion { id: PromotionId(1), price: Cents::new(15_000).unwrap(), items: vec![(ProductId(101), 2)] };
        let menu = Offering { choices: vec![extra(101)], promotions: vec![two], ..menu([offered(101, true)]) };
        let lines = asked.priced(&menu).unwrap();
        let prices: Vec<_> = lines.iter().map(|line| (line.qty.get(), line.unit_price_cents.get())).collect();
        assert_eq!(prices, [(1, 15_500), (2, 8_000)]);
        assert_eq!(lines[1].promotion_id, Some(PromotionId(1)));
    }

    #[test]
    fn only_a_dearer_round_is_refused() {
        let menu = menu([offered(101, true)]);
        for (expected, is_sent) in [(None, true), (Some(15_000), true), (Some(20_000), true), (Some(14_999), false)] {
            let asked = Order { expected_total: expected.map(|cents| Cents::new(cents).unwrap()), ..order(101) };
            let lines = asked.priced(&menu).unwrap();
            let judged = asked.ensure_not_dearer(&lines);
            assert_eq!(judged.is_ok(), is_sent, "{expected:?}");
            assert!(is_sent || matches!(judged, Err(Error::Dearer { total, .. }) if total.get() == 15_000));
        }
    }
}
