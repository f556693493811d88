//! Answers that are held back: a client that asks again as soon as it hears "no" gets the first one at once and each
//! further one a second after the one before. The shipped waiter asks so for as long as nobody assigned it a sector,
//! eighty times a second.

use domain::UserId;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Between two answers for one person.
const PAUSE: Duration = Duration::from_secs(1);
/// An answer waits no longer than this, however many questions are open: clients give up.
const LONGEST: Duration = Duration::from_secs(5);
/// People remembered before those who have not asked for a while are forgotten.
const MANY: usize = 1_000;

/// When who may have the next negative answer, in this process.
#[derive(Debug, Default)]
pub(crate) struct HeldBack(Mutex<HashMap<UserId, Instant>>);

impl HeldBack {
    /// How long a negative answer for `user` waits at `now`.
    pub(crate) fn wait(&self, user: UserId, now: Instant) -> Duration {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if next.len() >= MANY {
            next.retain(|_, at| *at > now);
        }
        let at = next.get(&user).map_or(now, |at| (*at).clamp(now, now + LONGEST));
        next.insert(user, at + PAUSE);
        at - now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_is_at_once_and_each_further_one_a_second_later() {
        let (held, start) = (HeldBack::default(), Instant::now());
        let waits = |count: usize, at: u64, user: i64| -> Vec<u64> {
            let now = start + Duration::from_secs(at);
            (0..count).map(|_| held.wait(UserId(user), now).as_secs()).collect()
        };
        assert_eq!(waits(9, 0, 1), [0, 1, 2, 3, 4, 5, 5, 5, 5], "and none for longer than a client waits");
        assert_eq!(waits(1, 0, 2), [0], "nobody waits for somebody else");
        assert_eq!(waits(2, 60, 1), [0, 1]);
    }

    #[test]
    fn who_does_not_ask_any_more_is_forgotten() {
        let (held, start) = (HeldBack::default(), Instant::now());
        for user in 0..2 * i64::try_from(MANY).unwrap() {
            held.wait(UserId(user), start + 2 * PAUSE * u32::try_from(user).unwrap());
        }
        assert!(held.0.lock().unwrap().len() <= MANY);
    }
}
