//! A line of the log that a flood would write a thousand times: once in ten seconds, with the number of the others.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

const PAUSE: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<(Option<Instant>, u64)>);

impl Throttle {
    /// Whether the line may be written now, and how many were not since the last one.
    pub(super) fn ask(&self) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0.is_some_and(|last| last.elapsed() < PAUSE) {
            state.1 += 1;
            return None;
        }
        state.0 = Some(Instant::now());
        Some(std::mem::take(&mut state.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_said_and_the_rest_are_counted() {
        let throttle = Throttle::default();
        assert_eq!(throttle.ask(), Some(0));
        assert_eq!((throttle.ask(), throttle.ask()), (None, None));
        throttle.0.lock().unwrap().0 = Instant::now().checked_sub(PAUSE);
        assert_eq!(throttle.ask(), Some(2));
    }
}
