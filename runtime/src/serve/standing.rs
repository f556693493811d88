//! Who counts as staff before anybody has looked at the request: tokens that were verified a while ago.
//!
//! An address of staff is a whole house, guests included; a token is one of staff's own. It is remembered as a hash
//! with a seed of this process, and only decides who is served first: whether it is good is asked anew by whoever
//! serves.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long a verified token counts: longer than any access token lives.
const REMEMBERED: Duration = Duration::from_secs(60 * 60);
/// Tokens that are remembered. Only a good one adds to them.
const MOST: usize = 65_536;

/// How far a request's sender is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// Not at all.
    Stranger,
    /// Staff used the address within a day.
    StaffAddress,
    /// The request brings a token of staff that was good within the hour.
    StaffToken,
}

/// A token, as it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Digest(u64);

/// The tokens of staff that were verified.
#[derive(Debug, Default)]
pub(super) struct StaffTokens {
    hasher: RandomState,
    seen: Mutex<HashMap<Digest, Instant>>,
}

impl StaffTokens {
    /// The digest of the value of an `Authorization` header.
    pub(super) fn digest(&self, value: &[u8]) -> Digest {
        Digest(self.hasher.hash_one(value))
    }

    /// Notes that the token was verified.
    pub(super) fn note(&self, token: Digest, now: Instant) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST && !seen.contains_key(&token) {
            seen.retain(|_, at| now.duration_since(*at) < REMEMBERED);
            if seen.len() >= MOST {
                return;
            }
        }
        seen.insert(token, now);
    }

    /// Whether it was verified within the hour.
    pub(super) fn knows(&self, token: Digest, now: Instant) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&token).is_some_and(|at| now.duration_since(*at) < REMEMBERED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_for_an_hour_and_their_number_is_bounded() {
        let (tokens, now) = (StaffTokens::default(), Instant::now());
        let good = tokens.digest(b"Bearer good");
        tokens.note(good, now);
        assert!(tokens.knows(good, now) && !tokens.knows(tokens.digest(b"Bearer forged"), now));
        assert!(!tokens.knows(good, now + REMEMBERED));
        for number in 0..MOST + 100 {
            tokens.note(Digest(number as u64), now);
        }
        assert_eq!(tokens.seen.lock().unwrap().len(), MOST);
        tokens.note(Digest(u64::MAX), now + REMEMBERED);
        assert_eq!(tokens.seen.lock().unwrap().len(), 1);
    }
}
