//! What a diner's order takes from the shared cart, and what the table hears of it.
//!
//! The rules are `domain::cart`'s; here they meet the order and the rows. A phone that shows an empty cart on any
//! CART_CLEARED hears that word only when nothing is left; else CART_ITEM_REMOVED for each line that went and the rest
//! as CART_SYNC (diner-waiter.md M11).

use super::Order;
use crate::{Result, command::Act};
use auth::Diner;
use domain::{
    cart::{self, Match, RecentRound, SentLine, Submission, Verdict},
    event::{Actor, ActorRole, CartLineRemoved, Event},
    text::{Quantity, Text},
};
use store::{Attempt, LineLeft, Locked, Seated, TableBefore, TakenFromCart};
use wire::round::AlreadySent;

/// What a submission is.
pub(super) enum Sent<'a> {
    /// That round, sent again.
    Before(&'a RecentRound),
    /// A new round.
    Now(Sending),
}

/// A round that is to be sent.
pub(super) struct Sending {
    /// What is ordered.
    pub(super) order: Order,
    /// What tells the whole submission from another.
    pub(super) digest: String,
    /// What of the submission another round has already.
    pub(super) already_sent: Vec<AlreadySent>,
    /// What it takes from the cart.
    pub(super) taken: TakenFromCart,
}

/// Judges an order against what the table has before it. A key says by itself which order is a repeat.
pub(super) fn decide<'a>(order: &Order, diner: &Diner, attempt: &Attempt, table: &'a TableBefore) -> Sent<'a> {
    let lines: Vec<SentLine<'_>> = order.lines.iter().map(as_sent).collect();
    let digest = order.digest();
    let submission = Submission { lines: &lines, digest: &digest, phone_id: diner.phone_id() };
    let (ordered, found) = if attempt.key.is_some() {
        let all = lines.iter().map(|line| line.quantity.get()).collect();
        (all, cart::take_from_cart(submission, table.at_table()))
    } else {
        match cart::judge(submission, table.at_table()) {
            Verdict::Repeat(first) => return Sent::Before(first),
            Verdict::New { ordered, cart } => (ordered, cart),
        }
    };
    let (order, already_sent) = split(order, &ordered, &found, table);
    let taken = taken(diner, table, &found);
    Sent::Now(Sending { order, digest, already_sent, taken })
}

fn as_sent(line: &super::OrderLine) -> SentLine<'_> {
    SentLine {
        product_id: line.product_id,
        choices: &line.choices,
        diner_id: line.diner_id,
        notes: line.notes.as_ref().map(Text::as_str),
        quantity: line.qty,
    }
}

/// The order of what is ordered, and the rest. Each dish is the diner's whose line of the cart it was, so a line of
/// which several have portions becomes one for each: the shipped app sends no `diner_id`, and a dish without an owner
/// would be paid by the whole table.
fn split(order: &Order, ordered: &[i32], found: &Match, table: &TableBefore) -> (Order, Vec<AlreadySent>) {
    let (mut lines, mut rest) = (Vec::new(), Vec::new());
    for (at, (line, qty)) in order.lines.iter().zip(ordered).enumerate() {
        let again = line.qty.get() - qty;
        if again > 0 {
            rest.push(AlreadySent { product_id: line.product_id, qty: again });
        }
        let named = cart::guest_of(&as_sent(line), &table.diners);
        for (diner_id, portions) in found.dishes(at, *qty, named) {
            if let Ok(qty) = Quantity::try_from(i64::from(portions)) {
                lines.push(super::OrderLine { qty, diner_id, ..line.clone() });
            }
        }
    }
    (Order { lines, ..order.clone() }, rest)
}

fn taken(diner: &Diner, table: &TableBefore, found: &Match) -> TakenFromCart {
    let mut taken = TakenFromCart { phone: diner.phone_id(), ..TakenFromCart::default() };
    for ((id, line), used) in table.lines.iter().zip(&table.cart).zip(&found.used).filter(|(_, used)| **used > 0) {
        taken.portions.push(cart::CartPortions { quantity: *used, ..line.clone() });
        taken.lines.push(LineLeft { id: *id, quantity: line.quantity - used });
    }
    taken
}

/// Tells the table what of its cart is left.
pub(super) async fn tell(
    act: &Act<'_, Diner>,
    session: &Locked<Seated>,
    taken: &TakenFromCart,
    before: &TableBefore,
) -> Result<()> {
    let gone = || taken.lines.iter().zip(&taken.portions).filter(|(line, _)| line.quantity == 0);
    if gone().count() == before.lines.len() {
        act.emit_cart_cleared(session);
        return Ok(());
    }
    for (line, portions) in gone() {
        let actor = Actor { user_id: Some(portions.diner_id.get()), role: ActorRole::Diner };
        let (product_id, diner_id) = (portions.product_id, portions.diner_id);
        let removed = CartLineRemoved { item_id: line.id, product_id, diner_id };
        act.uow.emit(session.place(), actor, Event::CartItemRemoved(removed));
    }
    let rest = act.uow.cart_after_write(session).await?;
    act.uow.note_told(session, &rest.items).await?;
    act.emit(session.place(), Event::CartSync(rest));
    Ok(())
}
