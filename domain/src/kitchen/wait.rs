//! How long a new order takes, guessed from the kitchen's own evening (M29).

use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

/// How many finished rounds the guess looks back on.
pub const FINISHED_CONSIDERED: u32 = 20;
/// Fewer than this say nothing.
const FEWEST: usize = 3;
/// A round that took longer was forgotten, not cooked, in minutes.
const LONGEST: i64 = 120;
/// What a round takes while there is nothing to judge by, in seconds.
const DEFAULT: i64 = 10 * 60;

/// What the diner is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EstimatedWait {
    /// Whole minutes, rounded up; 0 when nothing is waiting.
    pub estimated_minutes: i64,
    /// Rounds in the kitchen that are not ready.
    pub queue_size: i64,
}

impl EstimatedWait {
    /// The guess for `queue` waiting rounds, given how long the last finished ones took.
    #[must_use]
    pub fn guess(queue: i64, finished: impl IntoIterator<Item = TimeDelta>) -> Self {
        let likely = TimeDelta::zero()..=TimeDelta::minutes(LONGEST);
        let taken: Vec<_> =
            finished.into_iter().filter(|took| likely.contains(took)).map(|took| took.num_seconds()).collect();
        let (seconds, rounds) = if taken.len() < FEWEST {
            (DEFAULT, 1)
        } else {
            (taken.iter().sum(), i64::try_from(taken.len()).unwrap_or(i64::MAX))
        };
        let divisor = rounds.saturating_mul(60);
        let minutes = queue.saturating_mul(seconds).saturating_add(divisor - 1) / divisor;
        Self { estimated_minutes: minutes, queue_size: queue }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(queue: i64, minutes: &[i64]) -> i64 {
        EstimatedWait::guess(queue, minutes.iter().map(|m| TimeDelta::minutes(*m))).estimated_minutes
    }

    #[test]
    fn ten_minutes_a_round_until_three_have_finished() {
        assert_eq!(guess(0, &[]), 0);
        assert_eq!(guess(2, &[]), 20);
        assert_eq!(guess(2, &[30, 30]), 20);
        assert_eq!(guess(2, &[30, 30, 30]), 60);
    }

    #[test]
    fn forgotten_rounds_and_clock_jumps_do_not_count() {
        assert_eq!(guess(1, &[5, 5, 5, 600, -3]), 5);
        assert_eq!(guess(1, &[5, 5, 600]), 10);
    }

    #[test]
    fn a_started_minute_is_a_minute() {
        assert_eq!(guess(1, &[1, 1, 2]), 2);
    }
}
