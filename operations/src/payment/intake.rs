//! The intake of notices: bounds what is stored, and remembers in this process what was stored today.
//!
//! Any stranger can send a notice. It is always answered; only what is *stored* is bounded, by account and day. The
//! bound itself is kept in the database, for all processes together. This memory saves writes during a flood: a notice
//! that is the same as another of today, or one too many, is counted here, and the counts are written once a minute.

use chrono::NaiveDate;
use domain::{AccountId, TenantId};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use store::{AccountRow, NoticeTally};

/// The most unproven notices that are stored for an account in a day.
///
/// Enough to see where an attack comes from and what it sends, or that a secret is the wrong one. Each takes at most
/// some 3 KiB, so 600 KiB a day, of which 30 days are kept.
pub(super) const UNPROVEN_A_DAY: i64 = 200;
/// The most signed notices that are stored for an account in a day. A restaurant of a thousand payments a day gets some
/// four notices of each. Only the provider can produce more.
pub(super) const PROVEN_A_DAY: i64 = 10_000;
/// The most unknown ids that are fetched for an account in a day because of unproven notices, where the mode is `hint`;
/// and the same for ids that browsers bring back. A payment of one of our checkouts is found by the sweep anyway.
pub(super) const HINTS_A_DAY: i64 = 2_000;
/// The most bytes stored of an unproven body.
pub(super) const UNPROVEN_BODY: usize = 1_024;
/// The most bytes stored of a signed notice's body, which the signature does not cover; real ones have some hundred.
pub(super) const PROVEN_BODY: usize = 4_096;
/// The most bytes stored of a query.
pub(super) const QUERY: usize = 512;
/// The most bytes stored of a header's value.
pub(super) const HEADER: usize = 200;

/// What makes two notices the same: a SHA-256.
pub(super) type Identity = [u8; 32];

/// What to do with an unproven notice.
#[derive(Debug)]
pub(super) enum Admission<'a> {
    /// Store it, unless other processes have used up the day's share.
    Keep(Place<'a>),
    /// Do not store it: it is the same as another of today, and was counted.
    Again,
    /// Do not store it: the day's share is used up. It was counted.
    Full,
}

/// This process's memory of the day's notices; bounded by the number of accounts.
#[derive(Debug, Default)]
pub(super) struct Intake(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    days: HashMap<AccountId, Day>,
    /// Counts of days that are over, still to be written.
    over: Vec<NoticeTally>,
}

#[derive(Debug)]
struct Day {
    tenant: TenantId,
    date: NaiveDate,
    /// The notices stored, each with how many more of it came since that number was last written.
    kept: HashMap<Identity, i64>,
    full: bool,
    dropped: i64,
}

/// A notice's place in its day's share. Dropping it frees the place, unless the notice was stored: the caller may have
/// hung up, or the database failed.
#[derive(Debug)]
pub(super) struct Place<'a> {
    intake: &'a Intake,
    account: AccountId,
    date: NaiveDate,
    identity: Identity,
    taken: bool,
}

impl Place<'_> {
    /// Keeps the place: the notice was stored.
    pub(super) fn take(mut self) {
        self.taken = true;
    }

    /// Closes the day: other processes have used up its share.
    pub(super) fn full(mut self) {
        self.taken = true;
        self.intake.with(self.account, self.date, |day| {
            day.close(self.account);
            // The same notices that came meanwhile were not stored either.
            day.dropped += 1 + day.kept.remove(&self.identity).unwrap_or_default();
        });
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.taken {
            self.intake.with(self.account, self.date, |day| day.kept.remove(&self.identity));
        }
    }
}

impl Intake {
    /// Counts an unproven notice, and decides whether to store it.
    pub(super) fn admit(&self, account: &AccountRow, today: NaiveDate, identity: Identity) -> Admission<'_> {
        let mut memory = self.memory();
        let day = memory.day(account, today);
        if let Some(more) = day.kept.get_mut(&identity) {
            *more += 1;
            return Admission::Again;
        }
        if i64::try_from(day.kept.len()).is_ok_and(|kept| kept >= UNPROVEN_A_DAY) {
            day.close(account.id);
        }
        if day.full {
            day.dropped += 1;
            return Admission::Full;
        }
        day.kept.insert(identity, 0);
        Admission::Keep(Place { intake: self, account: account.id, date: today, identity, taken: false })
    }

    /// Changes an account's day, unless it is over.
    fn with<T>(&self, account: AccountId, date: NaiveDate, change: impl FnOnce(&mut Day) -> T) {
        if let Some(day) = self.memory().days.get_mut(&account).filter(|day| day.date == date) {
            change(day);
        }
    }

    /// Takes the counts since the last time.
    pub(super) fn take(&self) -> Vec<NoticeTally> {
        let mut memory = self.memory();
        let mut tallies = std::mem::take(&mut memory.over);
        tallies.extend(memory.days.iter_mut().filter_map(|(account, day)| day.tally(*account)));
        tallies
    }

    /// Takes counts back that could not be written, for the next time.
    pub(super) fn put_back(&self, tallies: Vec<NoticeTally>) {
        self.memory().over.extend(tallies);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn day(&mut self, account: &AccountRow, today: NaiveDate) -> &mut Day {
        let day = self.days.entry(account.id).or_insert_with(|| Day::new(account.tenant_id, today));
        if day.date != today {
            let mut yesterday = std::mem::replace(day, Day::new(account.tenant_id, today));
            self.over.extend(yesterday.tally(account.id));
        }
        day
    }
}

impl Day {
    fn new(tenant: TenantId, date: NaiveDate) -> Self {
        Self { tenant, date, kept: HashMap::new(), full: false, dropped: 0 }
    }

    /// Stores nothing more today. Logged once: a line for each notice would fill the disk with logs instead.
    fn close(&mut self, account: AccountId) {
        if !std::mem::replace(&mut self.full, true) {
            tracing::warn!(
                account = account.get(),
                "so many unproven notices came today that no more of them are kept"
            );
        }
    }

    fn tally(&mut self, account: AccountId) -> Option<NoticeTally> {
        let again: Vec<_> = self
            .kept
            .iter_mut()
            .filter(|(_, more)| **more > 0)
            .map(|(identity, more)| (hex::encode(identity), std::mem::take(more)))
            .collect();
        let dropped = std::mem::take(&mut self.dropped);
        let is_news = dropped > 0 || !again.is_empty();
        is_news.then_some(NoticeTally { tenant: self.tenant, account, day: self.date, again, dropped })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        Currency,
        payment::{AccountStatus, Provider, SignatureMode},
    };

    fn account(id: i64) -> AccountRow {
        let then = day(1).and_hms_opt(0, 0, 0).unwrap().and_utc();
        AccountRow {
            id: AccountId(id),
            tenant_id: TenantId(1),
            branch_id: None,
            provider: Provider::literal("PAYU"),
            external_id: None,
            currency: Currency::Ars,
            sealed: String::new(),
            version: 1,
            webhook_token: "t".into(),
            webhook_mode: SignatureMode::Strict,
            status: AccountStatus::Active,
            token_expires_at: None,
            refresh_lease_until: None,
            swept_until: None,
            created_at: then,
            updated_at: then,
        }
    }

    /// Admits one and keeps it, and says whether there was a place.
    fn keep(intake: &Intake, account: &AccountRow, date: NaiveDate, number: u64) -> bool {
        match intake.admit(account, date, identity(number)) {
            Admission::Keep(place) => {
                place.take();
                true
            }
            Admission::Again | Admission::Full => false,
        }
    }

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, number).unwrap()
    }

    fn identity(number: u64) -> Identity {
        let mut identity = [0; 32];
        identity[..8].copy_from_slice(&number.to_be_bytes());
        identity
    }

    #[test]
    fn a_flood_is_counted_and_takes_no_memory() {
        let intake = Intake::default();
        let (mine, other) = (account(1), account(2));
        let kept = (0..100_000).filter(|number| keep(&intake, &mine, day(1), *number)).count();
        assert_eq!(i64::try_from(kept).unwrap(), UNPROVEN_A_DAY);
        assert_eq!(intake.memory().days[&mine.id].kept.len(), kept);
        assert!(matches!(intake.admit(&mine, day(1), identity(3)), Admission::Again));
        assert!(keep(&intake, &other, day(1), 3));
        let tallies = intake.take();
        assert_eq!((tallies.len(), tallies[0].account, tallies[0].dropped), (1, mine.id, 100_000 - UNPROVEN_A_DAY));
        assert_eq!(tallies[0].again, [(hex::encode(identity(3)), 1)]);
        assert!(intake.take().is_empty());
        assert!(keep(&intake, &mine, day(2), 3), "a new day has its own share");
    }

    #[test]
    fn nothing_that_was_counted_is_lost_over_midnight_or_a_failure() {
        let intake = Intake::default();
        let mine = account(1);
        for _ in 0..3 {
            keep(&intake, &mine, day(1), 1);
        }
        keep(&intake, &mine, day(2), 1);
        let tallies = intake.take();
        assert_eq!((tallies.len(), tallies[0].day, tallies[0].again[0].1), (1, day(1), 2));
        intake.put_back(tallies);
        assert_eq!(intake.take()[0].again[0].1, 2);
    }

    #[test]
    fn a_place_that_is_not_taken_is_free_again() {
        let intake = Intake::default();
        let mine = account(1);
        drop(intake.admit(&mine, day(1), identity(1)));
        let Admission::Keep(place) = intake.admit(&mine, day(1), identity(1)) else { panic!("the place is lost") };
        // Meanwhile another of its kind, and then other processes turn out to have filled the day.
        assert!(matches!(intake.admit(&mine, day(1), identity(1)), Admission::Again));
        place.full();
        assert!(!keep(&intake, &mine, day(1), 2));
        assert_eq!(intake.take()[0].dropped, 3);
    }
}
