//! Passwords: hashes and checks them with argon2id, never on a thread that serves requests.
//!
//! One hash costs about 19 MiB and tens of milliseconds by design. A semaphore bounds how many are computed at once in
//! the whole process, so that a burst of logins queues instead of starving orders of the machine's cores.
//! An unknown account is checked against a dummy hash and so takes as long as a known one: the login's timing does not
//! tell which addresses exist.

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

/// Memory in KiB, passes and lanes: the first of OWASP's equivalent choices that fits a small machine.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// How many hashes may be computed at once.
static PERMITS: Semaphore = Semaphore::const_new(2);

/// The hash of an account that does not exist: random bytes in place of salt and hash, at the same cost as real ones.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$UYyZV2qsHVI42CYGw50o6A$RSHqT+Ve/ioiNsnsN4bVgQr5YVv+Bkgh2zj0xE0X0M8";

/// A password could not be hashed: no memory or no randomness left.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashError(String);

/// Computes the hash to store, in PHC format with its parameters and a fresh salt. Blocks: see [`hash_async`].
///
/// # Errors
/// If the machine is out of memory or randomness.
pub fn hash(password: &str) -> Result<String, HashError> {
    let hash: PasswordHash =
        hasher().hash_password(password.as_bytes()).map_err(|error| HashError(error.to_string()))?;
    Ok(hash.to_string())
}

/// Checks `password` against `hash`. `None` stands for an account that does not exist: it takes as long, and the answer
/// is always false. Blocks: see [`verify_async`].
#[must_use]
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    let parsed = match PasswordHash::new(hash.unwrap_or(NOBODY)) {
        Ok(parsed) => parsed,
        Err(error) => {
            tracing::error!(%error, "a stored password hash cannot be read; its account cannot log in");
            return false;
        }
    };
    hasher().verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some()
}

/// [`hash`] on a thread that may block, at most two at once in this process.
///
/// # Errors
/// As [`hash`].
pub async fn hash_async(password: SecretString) -> Result<String, HashError> {
    off_thread(move || hash(password.expose_secret())).await?
}

/// [`verify`] on a thread that may block, at most two at once in this process.
///
/// # Errors
/// If the check could not be made, which says nothing about the password.
pub async fn verify_async(password: SecretString, hash: Option<String>) -> Result<bool, HashError> {
    off_thread(move || verify(password.expose_secret(), hash.as_deref())).await
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashError> {
    let permit = PERMITS.acquire().await.expect("the semaphore is never closed");
    let task = tokio::task::spawn_blocking(move || {
        // Held by the work, not by the request: a caller that hangs up does not free a core that is still busy.
        let _permit = permit;
        work()
    });
    task.await.map_err(|error| HashError(error.to_string()))
}

fn hasher() -> Argon2<'static> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).expect("the cost is within argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
        time::Duration,
    };

    #[test]
    fn the_right_password_passes_and_no_other() {
        let stored = hash("admin123").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("admin123", Some(&stored)));
        assert!(!verify("admin124", Some(&stored)));
        assert!(!verify("", Some(&stored)));
        assert_ne!(hash("admin123").unwrap(), stored, "every hash has a salt of its own");
    }

    #[test]
    fn nobody_costs_the_same_and_never_passes() {
        let stored = PasswordHash::new(NOBODY).expect("the dummy parses, or unknown accounts would answer at once");
        let real = hash("x").unwrap();
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!((stored.algorithm, stored.version), (real.algorithm, real.version));
        assert_eq!(Params::try_from(&stored).unwrap(), Params::try_from(&real).unwrap());
        assert_eq!(stored.hash.unwrap().len(), real.hash.unwrap().len());
        assert!(!verify("", None));
        assert!(!verify("admin123", None));
    }

    #[test]
    fn an_unreadable_hash_lets_nobody_in() {
        assert!(!verify("admin123", Some("admin123")));
        assert!(!verify("", Some("")));
    }

    #[tokio::test]
    async fn off_thread_answers_are_the_same() {
        let stored = hash_async("admin123".into()).await.unwrap();
        assert!(verify_async("admin123".into(), Some(stored.clone())).await.unwrap());
        assert!(!verify_async("admin124".into(), Some(stored)).await.unwrap());
        assert!(!verify_async("admin123".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_burst_is_served_by_turns_even_when_callers_hang_up() {
        static BUSY: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        static DONE: AtomicUsize = AtomicUsize::new(0);
        let work = || {
            MOST.fetch_max(BUSY.fetch_add(1, SeqCst) + 1, SeqCst);
            std::thread::sleep(Duration::from_millis(20));
            BUSY.fetch_sub(1, SeqCst);
            DONE.fetch_add(1, SeqCst);
        };
        let impatient: Vec<_> = (0..2).map(|_| tokio::spawn(off_thread(work))).collect();
        tokio::time::sleep(Duration::from_millis(5)).await;
        impatient.iter().for_each(tokio::task::JoinHandle::abort);
        let patient: Vec<_> = (0..6).map(|_| tokio::spawn(off_thread(work))).collect();
        for login in patient {
            login.await.unwrap().unwrap();
        }
        assert!(MOST.load(SeqCst) <= 2, "{} at once", MOST.load(SeqCst));
        assert!(DONE.load(SeqCst) >= 6);
    }
}
