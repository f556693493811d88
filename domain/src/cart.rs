//! The shared cart: what leaves it when an order is sent ([`match_lines`]), and when a change of one of its lines must
//! be told twice ([`settles_at`]).
//!
//! For five seconds after a CART_ITEM_UPDATED the shipped phones drop any further one of the same line
//! (diner-waiter.md §7.10). A change that falls into that time is told again when they listen; else they would
//! show an old quantity until they reload. The whole cart (CART_SYNC) would not be dropped, but it takes from a phone
//! the right to edit its own lines (§7.9), so it is sent only when a round left something in the cart.

mod repeat;
mod sent;

pub use repeat::{AtTable, RecentRound, Submission, Verdict, judge, take_from_cart};
pub use sent::{CartPortions, Match, NamedDiner, SentLine, guest_of, match_lines};

use chrono::{DateTime, TimeDelta, Utc};

/// The phones' five seconds, and one for the way to them: they count from when they hear, we from when it happened.
const DEAF: TimeDelta = TimeDelta::seconds(6);

/// When a line that changes `now` must be told of again; `None` where every phone hears the change itself. `told_at` is
/// when the table was last told of a change of the line.
#[must_use]
pub fn settles_at(told_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    told_at.is_some_and(|told| now - told < DEAF).then(|| now + DEAF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_780_000_000_000 + millis).unwrap()
    }

    #[test]
    fn only_a_change_that_may_be_dropped_is_told_again() {
        assert_eq!(settles_at(None, at(0)), None);
        assert_eq!(settles_at(Some(at(0)), at(0)), Some(at(6_000)));
        assert_eq!(settles_at(Some(at(0)), at(5_999)), Some(at(11_999)));
        assert_eq!(settles_at(Some(at(0)), at(6_000)), None);
        // Another process's clock may be ahead of ours.
        assert_eq!(settles_at(Some(at(40)), at(0)), Some(at(6_000)));
    }
}
