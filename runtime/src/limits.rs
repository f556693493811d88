//! Rate limits (diner-waiter.md §1.8, design.md §7): how often, and counted for whom.
//!
//! A whole restaurant shares one network address, so 30 sessions a minute for an address would lock a busy house's own
//! guests out. Every limit therefore says for whom it counts (decisions/029):
//!
//! * **per account and address**: guessing one person's password is what 5 a minute stops, and 10 from however many
//!   addresses it comes; a device on which the account signed in before counts for itself, and all of them together
//!   for a house with a few, so that whoever guesses keeps nobody out of their own till;
//! * **per table token**: all phones of one table hold the same token, so the contract's number, meant for one diner,
//!   is taken `TABLE` times: a large table ordering at once must never see a 429;
//! * **per address**, only where there is neither account nor token yet: the contract's number `VENUE` times, for a
//!   full house behind one NAT. Logins per address stay at 60: a shift of waiters logs in within minutes, but an
//!   address that tries many accounts with few guesses each is the attack the limit per account does not see.
//!
//! GCRA (a bucket refilled evenly): a full bucket may be spent at once, so within the first minute up to twice the
//! number can pass; in the long run exactly the number does. Each process counts for itself. A process that is one of
//! `n` behind a balancer therefore admits `n` times as much, which is fine for limits that protect against abuse.

use crate::Problem;
use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock, clock::DefaultClock};
use std::{collections::hash_map::RandomState, hash::BuildHasher, num::NonZeroU32, sync::Arc};

/// Diners one table token stands for.
const TABLE: u32 = 8;
/// Parties one network address stands for.
const VENUE: u32 = 20;

/// Declares the limits with their numbers, so that none can be without one.
macro_rules! limits {
    ($($(#[$doc:meta])* $variant:ident = $per_minute:expr, $name:literal;)+) => {
        /// What is limited, and for whom the key must stand.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Limit {
            $($(#[$doc])* $variant,)+
        }

        impl Limit {
            /// Every limit.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// How many a minute, for one key.
            #[must_use]
            pub const fn per_minute(self) -> NonZeroU32 {
                match self {
                    $(Self::$variant => const {
                        match NonZeroU32::new($per_minute) {
                            Some(number) => number,
                            None => panic!("a limit of nothing a minute"),
                        }
                    },)+
                }
            }

            /// The name in metrics.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

limits! {
    /// Logins of one account from one address, or on one device on which it signed in before; key: the address and the
    /// email in lower case, or the device.
    LoginAccount = 5, "login_account";
    /// Logins of one account from everywhere, but for those devices; key: the email. Guessing from many addresses is
    /// not faster than twice guessing from one.
    LoginEverywhere = 10, "login_everywhere";
    /// Logins of one account on all of those devices together; key: the email. Whoever has the password makes devices
    /// known at will, and must not guess faster with each.
    LoginKnown = 20, "login_known";
    /// Logins from one address; key: the address.
    LoginAddress = 60, "login_address";
    /// Second-factor codes tried for one account, at the login too; key: the user's id. Six digits last 2·10^5 minutes
    /// at this rate.
    SecondFactor = 5, "second_factor";
    /// Own passwords changed, or guessed with somebody's open app; key: the user's id. As logins from one address.
    OwnPassword = 5, "own_password";
    /// Passwords sent by the links of invitations; key: the address. A whole crew may be invited on one network.
    Invitation = 5 * VENUE, "invitation";
    /// One-time codes tried at `/setup`; key: the address. Eighty bits of chance last longer than their half hour.
    SetupCode = 10, "setup_code";
    /// Refreshes of one login; key: the family that its refresh token names. A browser refreshes about once in 14
    /// minutes, with a few tabs at once after a network failure.
    Refresh = 20, "refresh";
    /// Refreshes of all logins from one address; key: the address. A large house's, all at once after a network
    /// failure, and again.
    RefreshAddress = 30 * VENUE, "refresh_address";
    /// Refreshes with what is no refresh token of ours; key: the address. They use up nobody's tries.
    RefreshRefused = 5 * VENUE, "refresh_refused";
    /// Logouts; key: the user's id.
    Logout = 10 * VENUE, "logout";
    /// Scans of a table's QR code; key: the address and the code, or the table's number.
    OpenSession = 30 * VENUE, "open_session";
    /// Codes that lead to no table; key: the address. Only these count, and a right code passes whatever was tried
    /// before: a guest on the house's own network who tries codes must not keep the others out. What makes guessing
    /// hopeless is the code, 51 bits of chance.
    WrongCode = 30, "wrong_code";
    /// The same; key: the branch's slug. A house of which somebody tries codes from many addresses shows in the
    /// metrics.
    WrongCodeBranch = 30 * VENUE, "wrong_code_branch";
    /// Diners registered; key: the table token.
    RegisterDiner = 20 * TABLE, "register_diner";
    /// Rounds sent; key: the table token.
    SubmitRound = 10 * TABLE, "submit_round";
    /// What the orders of a table weigh, in lines, a long note counting as several; key: the session. A banquet sends
    /// two hundred lines at once; whoever goes on like that fills the disk and the kitchen's screen.
    OrderedLines = 50 * TABLE, "ordered_lines";
    /// Calls for a waiter; key: the table token.
    ServiceCall = 10 * TABLE, "service_call";
    /// Writes to a line of the cart; key: the table token.
    CartWrite = 30 * TABLE, "cart_write";
    /// Reads of the cart; key: the table token.
    CartRead = 60 * TABLE, "cart_read";
    /// Carts emptied; key: the table token.
    CartClear = 10 * TABLE, "cart_clear";
    /// Bills asked for; key: the table token, or the user's id when a waiter asks.
    CheckRequest = 10 * TABLE, "check_request";
    /// Cash payments registered; key: the user's id.
    CashPay = 20 * TABLE, "cash_pay";
    /// Checkouts opened at the payment provider; key: the table token.
    Preference = 5 * TABLE, "preference";
    /// Returns from the payment provider looked at; key: the table token.
    Verify = 20 * TABLE, "verify";
    /// Questions how long the kitchen takes; key: the table token, else the address.
    EstimatedWait = 60 * VENUE, "estimated_wait";
    /// Pictures uploaded, each a second of a core; key: the user's id.
    ImageUpload = 60, "image_upload";
    /// Reads of the event log after a reconnect; key: the user's id or the session. A phone asks once a reconnect.
    CatchUp = 20 * TABLE, "catch_up";
    /// Questions whether one is on today's roster; key: the user's id. The shipped app asks when it opens, and again as
    /// soon as the answer is no; answers that are held back make that one a second.
    AssignmentCheck = 15 * TABLE, "assignment_check";
    /// Reads of the public menu; key: the address.
    PublicMenu = 100 * VENUE, "public_menu";
}

/// The process's counters; cheap to clone.
#[derive(Clone, Debug)]
pub struct RateLimits(Option<Arc<Stores>>);

#[derive(Debug)]
struct Stores {
    /// Keys are hashed: the store needs neither tokens nor emails, only to tell them apart. The hash is seeded per
    /// process, so nobody outside can aim at another's bucket.
    hasher: RandomState,
    clock: DefaultClock,
    limiters: Vec<DefaultKeyedRateLimiter<u64>>,
}

impl RateLimits {
    /// Counters for every limit; when not `enabled` everything passes (tests and benchmarks; production refuses it).
    #[must_use]
    pub fn new(enabled: bool) -> Self {
        Self(enabled.then(|| {
            let quota = |limit: &Limit| Quota::per_minute(limit.per_minute());
            Arc::new(Stores {
                hasher: RandomState::new(),
                clock: DefaultClock::default(),
                limiters: Limit::ALL.iter().map(|limit| DefaultKeyedRateLimiter::keyed(quota(limit))).collect(),
            })
        }))
    }

    /// Counts one more of `limit` for `key`.
    ///
    /// # Errors
    /// 429 with the whole seconds to wait, at least 1, when it is one too many.
    pub fn check(&self, limit: Limit, key: &str) -> Result<(), Problem> {
        self.check_many(limit, key, 1)
    }

    /// Counts `weight` more of `limit` for `key`; what weighs more than a minute's worth counts as a minute's worth.
    ///
    /// # Errors
    /// As [`RateLimits::check`]; nothing is counted then.
    pub fn check_many(&self, limit: Limit, key: &str, weight: u32) -> Result<(), Problem> {
        let Some(stores) = &self.0 else { return Ok(()) };
        let Some(weight) = NonZeroU32::new(weight.min(limit.per_minute().get())) else { return Ok(()) };
        let key = stores.hasher.hash_one(key);
        // Nothing weighs more than the bucket holds, so the outer answer is always there.
        let Ok(Err(refused)) = stores.limiters[limit as usize].check_key_n(&key, weight) else { return Ok(()) };
        metrics::counter!("rate_limited_total", "limit" => limit.name()).increment(1);
        let wait = refused.wait_time_from(stores.clock.now());
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Err(Problem::too_many_requests(seconds.max(1)))
    }

    /// Forgets the keys whose bucket is full again. Call it about once a minute: without it every address ever seen
    /// stays in memory.
    pub fn sweep(&self) {
        for limiter in self.0.iter().flat_map(|stores| &stores.limiters) {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    /// How many keys are being counted.
    #[must_use]
    pub fn tracked_keys(&self) -> usize {
        self.0.iter().flat_map(|stores| &stores.limiters).map(|limiter| limiter.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ProblemCode;

    #[test]
    fn the_burst_passes_then_one_waits_and_others_do_not() {
        let limits = RateLimits::new(true);
        for _ in 0..5 {
            limits.check(Limit::LoginAccount, "ana@example.com").unwrap();
        }
        let problem = limits.check(Limit::LoginAccount, "ana@example.com").unwrap_err();
        assert_eq!((problem.status.as_u16(), problem.code), (429, ProblemCode::RateLimited));
        assert!((1..=12).contains(&problem.retry_after.unwrap()), "{problem:?}");
        limits.check(Limit::LoginAccount, "eva@example.com").unwrap();
        limits.check(Limit::LoginAddress, "ana@example.com").unwrap();
    }

    #[test]
    fn a_table_of_eight_sends_its_rounds_at_once() {
        let limits = RateLimits::new(true);
        for _ in 0..80 {
            limits.check(Limit::SubmitRound, "token").unwrap();
        }
        limits.check(Limit::SubmitRound, "token").unwrap_err();
    }

    #[test]
    fn switched_off_nothing_is_refused() {
        let limits = RateLimits::new(false);
        for _ in 0..1_000 {
            limits.check(Limit::LoginAccount, "ana@example.com").unwrap();
        }
        limits.sweep();
        assert_eq!(limits.tracked_keys(), 0);
    }

    #[test]
    fn the_sweep_keeps_those_still_counted() {
        let limits = RateLimits::new(true);
        while limits.check(Limit::LoginAccount, "ana@example.com").is_ok() {}
        limits.sweep();
        assert_eq!(limits.tracked_keys(), 1);
        limits.check(Limit::LoginAccount, "ana@example.com").unwrap_err();
    }
}
