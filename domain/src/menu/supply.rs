//! How much of a product a branch can serve: an 86 that may end by itself, and portions that are counted down.
//!
//! The clock judges, not a timer: from `until` on there is plenty again, whether or not anybody has written that down.
//! With no portion left a product is out, and the last one is sold once, because orders take theirs under the row's
//! lock.

use crate::Patch;
use chrono::{DateTime, TimeDelta, Utc};

/// Most portions that can be counted.
pub const MOST_PORTIONS: i32 = 9999;
/// Longest restriction, in days: what is out for longer is taken off the menu.
const LONGEST: i64 = 366;

/// What a branch has of a product. `remaining` is 0 only where `is_available` is false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supply {
    /// False: 86.
    pub is_available: bool,
    /// Portions left; `None` where nobody counts.
    pub remaining: Option<i32>,
    /// When the 86 or the count ends by itself.
    pub until: Option<DateTime<Utc>>,
}

/// What the kitchen says of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupplyChange {
    /// Whether it can be had.
    pub is_available: bool,
    /// How many portions are left; null ends the counting.
    pub remaining: Patch<i32>,
    /// When that is over; null for "until somebody says so".
    pub until: Patch<DateTime<Utc>>,
}

/// Why the kitchen's word makes no sense; reads as a refusal of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SupplyRefused {
    /// Available with no portion left.
    #[error("remaining: nothing is left, so is_available must be false")]
    NothingLeft,
    /// An end that is over, or further away than a year.
    #[error("until: must be in the future, at most a year away")]
    End,
    /// An end of nothing.
    #[error("until: there is neither an 86 nor a count that could end")]
    NothingToEnd,
}

/// There is not enough of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    /// So many portions are left.
    pub left: i32,
}

impl Supply {
    /// Nothing is restricted.
    pub const PLENTY: Self = Self { is_available: true, remaining: None, until: None };

    /// What holds at `now` of what was written down.
    #[must_use]
    pub fn as_of(self, now: DateTime<Utc>) -> Self {
        if self.until.is_some_and(|until| until <= now) { Self::PLENTY } else { self }
    }

    const fn is_restricted(self) -> bool {
        !self.is_available || self.remaining.is_some()
    }

    /// What holds once the kitchen has said `change` at `now`. An absent field stays as it is, but saying whether a
    /// product can be had ends a count that has run out.
    ///
    /// # Errors
    /// The fields contradict each other.
    pub fn set(self, change: SupplyChange, now: DateTime<Utc>) -> Result<Self, SupplyRefused> {
        let before = self.as_of(now);
        let remaining = change.remaining.or(before.remaining.filter(|left| *left > 0));
        if remaining == Some(0) && change.is_available {
            return Err(SupplyRefused::NothingLeft);
        }
        let after = Self { is_available: change.is_available, remaining, until: None };
        let until = change.until.or(before.until.filter(|_| before.is_restricted()));
        match (change.until, after.is_restricted()) {
            (Patch::Value(_), false) => Err(SupplyRefused::NothingToEnd),
            (Patch::Value(end), true) if end <= now || end > now + TimeDelta::days(LONGEST) => Err(SupplyRefused::End),
            (_, true) => Ok(Self { until, ..after }),
            (_, false) => Ok(after),
        }
    }

    /// What is left after `portions` are sold.
    ///
    /// # Errors
    /// There are fewer.
    pub const fn take(self, portions: i32) -> Result<Self, Short> {
        match self.remaining {
            _ if !self.is_available => Err(Short { left: 0 }),
            None => Ok(self),
            Some(left) if left < portions => Err(Short { left }),
            Some(left) => Ok(Self { is_available: left > portions, remaining: Some(left - portions), ..self }),
        }
    }

    /// What is left after `portions` that were sold are not made after all.
    #[must_use]
    pub const fn give_back(self, portions: i32) -> Self {
        match self.remaining {
            None => self,
            Some(left) => Self {
                is_available: self.is_available || left == 0,
                remaining: Some(left.saturating_add(portions)),
                ..self
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUT: Supply = Supply { is_available: false, ..Supply::PLENTY };

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn say(is_available: bool) -> SupplyChange {
        SupplyChange { is_available, remaining: Patch::Absent, until: Patch::Absent }
    }

    fn counted(left: i32) -> Supply {
        Supply { is_available: left > 0, remaining: Some(left), until: None }
    }

    #[test]
    fn the_last_portion_makes_it_out() {
        assert_eq!(counted(3).take(2), Ok(counted(1)));
        assert_eq!(counted(2).take(2), Ok(counted(0)));
        assert_eq!(counted(2).take(3), Err(Short { left: 2 }));
        assert_eq!(counted(0).take(1), Err(Short { left: 0 }));
        assert_eq!(OUT.take(1), Err(Short { left: 0 }));
        assert_eq!(Supply::PLENTY.take(99), Ok(Supply::PLENTY));
    }

    #[test]
    fn what_is_given_back_can_be_sold_again_unless_the_kitchen_said_no() {
        assert_eq!(counted(0).give_back(2), counted(2));
        assert_eq!(counted(1).give_back(2), counted(3));
        assert_eq!(OUT.give_back(2), OUT);
        let kept_off = Supply { remaining: Some(3), ..OUT };
        assert_eq!(kept_off.give_back(1), Supply { remaining: Some(4), ..OUT });
        assert_eq!(counted(0).set(say(false), at(0)), Ok(OUT));
    }

    #[test]
    fn the_clock_ends_a_restriction() {
        let until = Patch::Value(at(5));
        let out = Supply::PLENTY.set(SupplyChange { until, ..say(false) }, at(0)).unwrap();
        assert_eq!(out, Supply { until: Some(at(5)), ..OUT });
        assert_eq!(out.as_of(at(4)), out);
        assert_eq!(out.as_of(at(5)), Supply::PLENTY);
        // Said again it keeps its end; after the end it is a new one without.
        assert_eq!(out.set(say(false), at(4)), Ok(out));
        assert_eq!(out.set(say(false), at(6)), Ok(OUT));
        assert_eq!(out.set(say(true), at(4)), Ok(Supply::PLENTY));
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let set = |change| Supply::PLENTY.set(change, at(10));
        assert_eq!(set(SupplyChange { until: Patch::Value(at(10)), ..say(false) }), Err(SupplyRefused::End));
        assert_eq!(set(SupplyChange { until: Patch::Value(at(600_000)), ..say(false) }), Err(SupplyRefused::End));
        assert_eq!(set(SupplyChange { until: Patch::Value(at(20)), ..say(true) }), Err(SupplyRefused::NothingToEnd));
        assert_eq!(set(SupplyChange { remaining: Patch::Value(0), ..say(true) }), Err(SupplyRefused::NothingLeft));
        assert_eq!(set(SupplyChange { remaining: Patch::Value(0), ..say(false) }), Ok(counted(0)));
        let some = SupplyChange { remaining: Patch::Value(5), until: Patch::Value(at(20)), ..say(true) };
        assert_eq!(set(some), Ok(Supply { until: Some(at(20)), ..counted(5) }));
        assert_eq!(set(SupplyChange { until: Patch::Null, ..say(true) }), Ok(Supply::PLENTY));
    }

    #[test]
    fn a_count_goes_on_until_it_is_ended() {
        assert_eq!(counted(5).set(say(true), at(0)), Ok(counted(5)));
        assert_eq!(counted(0).set(say(true), at(0)), Ok(Supply::PLENTY));
        assert_eq!(counted(5).set(SupplyChange { remaining: Patch::Null, ..say(true) }, at(0)), Ok(Supply::PLENTY));
    }
}
