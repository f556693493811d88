//! Whether an order that came without a key was sent before (I7).
//!
//! The shipped app sends its view of the shared cart without a key and repeats a failed submission up to three times.
//! Two phones that press "send" together send the same cart twice. So the cart decides: what an earlier round took from
//! it within [`RESUBMIT_WINDOW`](crate::round::RESUBMIT_WINDOW) and nobody added again is a repeat, whoever sends it.
//! Where the earlier round took nothing from the cart, only the same phone repeats.

use super::sent::{CartPortions, Match, NamedDiner, SentLine, match_lines};
use crate::{PhoneId, RoundId, round::RoundStatus};

/// A round of the last seconds that still stands.
#[derive(Clone, Debug)]
pub struct RecentRound {
    /// The round.
    pub id: RoundId,
    /// Its number in the session.
    pub round_number: i32,
    /// Where it stands.
    pub status: RoundStatus,
    /// What tells its content from another's.
    pub content_digest: String,
    /// The phone that sent it; `None` for a waiter's.
    pub phone_id: Option<PhoneId>,
    /// What it took from the cart.
    pub taken: Vec<CartPortions>,
}

/// What is compared: an order, the phone that sends it, and the digest of its content.
#[derive(Clone, Copy, Debug)]
pub struct Submission<'a> {
    /// The order's lines.
    pub lines: &'a [SentLine<'a>],
    /// The digest.
    pub digest: &'a str,
    /// The phone.
    pub phone_id: Option<PhoneId>,
}

/// What the table has before it: its cart, its guests, what it sent within the last seconds.
#[derive(Clone, Copy, Debug)]
pub struct AtTable<'a> {
    /// The cart.
    pub cart: &'a [CartPortions],
    /// Who sits there.
    pub diners: &'a [NamedDiner],
    /// Oldest first.
    pub recent: &'a [RecentRound],
}

/// What a submission is.
#[derive(Clone, Debug)]
pub enum Verdict<'a> {
    /// That round, sent again.
    Repeat(&'a RecentRound),
    /// A new round.
    New {
        /// How many portions of each line are ordered. Fewer than sent where another round has the rest already.
        ordered: Vec<i32>,
        /// What of the cart it takes.
        cart: Match,
    },
}

/// Matches an order that cannot be a repeat, because a key or a person says so.
#[must_use]
pub fn take_from_cart(submission: Submission<'_>, table: AtTable<'_>) -> Match {
    match_lines(submission.lines, &quantities(submission.lines), table.cart, table.diners)
}

/// Judges a submission without a key.
#[must_use]
pub fn judge<'a>(submission: Submission<'_>, table: AtTable<'a>) -> Verdict<'a> {
    let sent = quantities(submission.lines);
    let cart = take_from_cart(submission, table);
    if cart.found == sent {
        return Verdict::New { ordered: sent, cart };
    }
    let missing: Vec<i32> = sent.iter().zip(&cart.found).map(|(sent, found)| sent - found).collect();
    let taken: Vec<CartPortions> = newest(table.recent).flat_map(|round| round.taken.iter().cloned()).collect();
    let again = match_lines(submission.lines, &missing, &taken, table.diners);
    let ordered: Vec<i32> = sent.iter().zip(&again.found).map(|(sent, again)| sent - again).collect();
    if ordered.iter().all(|qty| *qty == 0)
        && let Some(round) = last_used(table.recent, &again.used)
    {
        return Verdict::Repeat(round);
    }
    let is_same = |round: &&RecentRound| {
        round.content_digest == submission.digest && (round.phone_id == submission.phone_id || !round.taken.is_empty())
    };
    match table.recent.iter().rfind(is_same) {
        Some(first) => Verdict::Repeat(first),
        None => Verdict::New { ordered, cart },
    }
}

fn quantities(lines: &[SentLine<'_>]) -> Vec<i32> {
    lines.iter().map(|line| line.quantity.get()).collect()
}

fn newest(recent: &[RecentRound]) -> impl Iterator<Item = &RecentRound> {
    recent.iter().rev()
}

/// The newest round of which something was sent again.
fn last_used<'a>(recent: &'a [RecentRound], used: &[i32]) -> Option<&'a RecentRound> {
    let mut rounds = newest(recent).flat_map(|round| round.taken.iter().map(move |_| round)).zip(used);
    rounds.find(|(_, used)| **used > 0).map(|(round, _)| round)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DinerId, ProductId, menu::Choices, text::Quantity};

    const SOUP: i64 = 101;
    const BEER: i64 = 102;
    static NONE: Choices = Choices::NONE;

    fn portions(diner: i64, product: i64, quantity: i32) -> CartPortions {
        let (product_id, diner_id) = (ProductId(product), DinerId(diner));
        CartPortions { product_id, choices: Choices::NONE, diner_id, quantity }
    }

    fn line(product: i64, quantity: i64, notes: Option<&str>) -> SentLine<'_> {
        let quantity = Quantity::try_from(quantity).unwrap();
        SentLine { product_id: ProductId(product), choices: &NONE, diner_id: None, notes, quantity }
    }

    fn round(digest: &str, phone: i64, taken: &[CartPortions]) -> RecentRound {
        RecentRound {
            id: RoundId(7),
            round_number: 1,
            status: RoundStatus::Submitted,
            content_digest: digest.into(),
            phone_id: Some(PhoneId(phone)),
            taken: taken.to_vec(),
        }
    }

    /// How many of each line are ordered; `None` for a repeat. The digest is "same" and the phone 1.
    fn ordered(lines: &[SentLine<'_>], cart: &[CartPortions], recent: &[RecentRound]) -> Option<Vec<i32>> {
        let diners = [(1, "Ana"), (2, "Beto")];
        let diners = diners.map(|(id, name)| NamedDiner { id: DinerId(id), name: name.into() });
        let submission = Submission { lines, digest: "same", phone_id: Some(PhoneId(1)) };
        match judge(submission, AtTable { cart, diners: &diners, recent }) {
            Verdict::Repeat(_) => None,
            Verdict::New { ordered, .. } => Some(ordered),
        }
    }

    #[test]
    fn what_a_round_took_is_not_taken_again() {
        let (soup, beer) = (portions(1, SOUP, 1), portions(2, BEER, 1));
        let first = [round("other", 2, &[soup.clone(), beer.clone()])];
        let view = [line(SOUP, 1, Some("[Ana]")), line(BEER, 1, Some("[Beto]"))];
        assert_eq!(ordered(&view, &[], &first), None);
        assert_eq!(ordered(&view[..1], &[], &first), None, "an older view of the cart");
        assert_eq!(ordered(&view, &[], &[]), Some(vec![1, 1]), "nobody sent it");
        let apart = [round("other", 2, &[soup]), round("other", 3, &[beer])];
        assert_eq!(ordered(&view, &[], &apart), None, "two sent a part each");
    }

    #[test]
    fn a_repeat_is_of_the_round_that_took_the_cart() {
        let soup = portions(1, SOUP, 1);
        let newer = RecentRound { id: RoundId(8), ..round("other", 2, std::slice::from_ref(&soup)) };
        let recent = [round("same", 1, &[soup]), newer];
        let lines = [line(SOUP, 1, None)];
        let submission = Submission { lines: &lines, digest: "same", phone_id: Some(PhoneId(1)) };
        let judged = judge(submission, AtTable { cart: &[], diners: &[], recent: &recent });
        assert!(matches!(judged, Verdict::Repeat(first) if first.id == RoundId(8)), "{judged:?}");
    }

    #[test]
    fn what_was_added_since_is_a_new_round() {
        let (soup, beer) = (portions(1, SOUP, 1), portions(2, BEER, 1));
        let first = [round("same", 1, std::slice::from_ref(&soup))];
        assert_eq!(ordered(&[line(SOUP, 1, None)], std::slice::from_ref(&soup), &first), Some(vec![1]));
        let view = [line(SOUP, 1, Some("[Ana]")), line(BEER, 1, Some("[Beto]"))];
        let first = [round("other", 2, &[soup])];
        assert_eq!(ordered(&view, &[beer], &first), Some(vec![0, 1]), "the soup is cooked once");
        assert_eq!(ordered(&[line(SOUP, 3, Some("[Ana]"))], &[], &first), Some(vec![2]));
    }

    #[test]
    fn without_a_cart_the_phone_counts() {
        let beer = [line(BEER, 1, None)];
        assert_eq!(ordered(&beer, &[], &[round("same", 1, &[])]), None);
        assert_eq!(ordered(&beer, &[], &[round("same", 2, &[])]), Some(vec![1]));
        assert_eq!(ordered(&beer, &[], &[round("other", 1, &[])]), Some(vec![1]));
        let of_the_cart = [round("same", 2, &[portions(1, SOUP, 1)])];
        assert_eq!(ordered(&[line(SOUP, 1, None), line(BEER, 1, None)], &[], &of_the_cart), None);
    }

    #[test]
    fn another_guests_dish_is_no_repeat() {
        let first = [round("other", 2, &[portions(2, BEER, 1)])];
        assert_eq!(ordered(&[line(BEER, 1, Some("[Ana]"))], &[], &first), Some(vec![1]));
        assert_eq!(ordered(&[line(BEER, 1, Some("[Ana]"))], &[portions(1, BEER, 1)], &first), Some(vec![1]));
    }
}
