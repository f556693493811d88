//! The phones that were refused as removed from their table: what they send counts for their address, so that a guest
//! who was sent away does not use up what the table's own phones may do.
//!
//! Each process finds out by itself, at the price of one refusal each. A removal is never taken back, so nothing in
//! here becomes wrong.

use domain::PhoneId;
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

/// Phones remembered at most. When there are more, all are forgotten: each costs one more refusal.
const MOST: usize = 10_000;

/// The phones that were turned away by this process.
#[derive(Debug, Default)]
pub(crate) struct TurnedAway(Mutex<HashSet<PhoneId>>);

impl TurnedAway {
    /// Remembers a phone.
    pub(crate) fn note(&self, phone: PhoneId) {
        let mut phones = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if phones.len() >= MOST {
            phones.clear();
        }
        phones.insert(phone);
    }

    /// Whether the phone was turned away before.
    pub(crate) fn knows(&self, phone: PhoneId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&phone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_remembers_and_does_not_grow_for_ever() {
        let turned_away = TurnedAway::default();
        let most = i64::try_from(MOST).unwrap();
        (0..most).for_each(|phone| turned_away.note(PhoneId(phone)));
        assert!(turned_away.knows(PhoneId(0)) && !turned_away.knows(PhoneId(most)));
        turned_away.note(PhoneId(most));
        assert!(turned_away.knows(PhoneId(most)) && !turned_away.knows(PhoneId(0)));
    }
}
