//! The queue's state machine: a house with a queue and a clock of its own, and what is tried in it, a file each.

mod places;
mod schedule;
mod states;
mod upkeep;

use super::*;
use crate::{Database, Error, Location, UnitOfWork, error::Result};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Clock, TenantId,
    event::{Envelope, EventSink},
    work::WorkStatus,
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use sea_orm::ConnectionTrait;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

static WORK: Queue = Queue { name: "test.work", at_once: 2, open: "@lane < 100", closed: "@lane = 99" };

pub(crate) const LEASE: TimeDelta = TimeDelta::seconds(30);

/// A clock that goes when it is told to.
#[derive(Debug)]
pub(crate) struct Hand(Mutex<DateTime<Utc>>);

impl Hand {
    pub(crate) fn go(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for Hand {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

#[derive(Debug)]
struct Nowhere;

impl EventSink for Nowhere {
    fn publish(&self, _events: Vec<Envelope>) {}
}

/// A database with one business.
pub(crate) struct House {
    pub(crate) db: Database,
    pub(crate) clock: Arc<Hand>,
    _folder: tempfile::TempDir,
}

impl House {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Hand(Mutex::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap())));
        let location = Location::Sqlite(folder.path().join("queue.db"));
        let db = Database::connect(&location, 4, clock.clone(), Arc::new(Nowhere)).await.unwrap();
        db.migrate().await.unwrap();
        let tenant =
            "insert into tenant (id, name, slug, created_at) values (1, 'Uno', 'uno', '2026-01-01 00:00:00+00:00')";
        db.reader().execute_unprepared(tenant).await.unwrap();
        Self { db, clock, _folder: folder }
    }

    pub(crate) async fn run<T, F: AsyncFn(&UnitOfWork) -> Result<T>>(&self, body: F) -> Result<T> {
        let body = &body;
        self.db.transaction("test.run", |uow| async move { body(&uow).await }).await
    }

    async fn ask(&self, lane: i64, subject: &str, reason: Reason) -> Piece {
        self.ask_in(lane, subject, None, reason).await
    }

    async fn ask_in(&self, lane: i64, subject: &str, series: Option<i64>, reason: Reason) -> Piece {
        let item = Item { tenant: TenantId(1), lane, kind: "", subject, series };
        self.run(async |uow| uow.enqueue(&WORK, item, reason).await).await.unwrap()
    }

    async fn lease_of(&self, rank: i16, crowded: bool, limit: i64) -> Vec<Piece> {
        let share = Share { ranks: 0..=rank, leaves: 0, crowded: if crowded { limit } else { 0 } };
        self.run(async |uow| uow.lease_work(&WORK, limit, std::slice::from_ref(&share), LEASE).await).await.unwrap()
    }

    async fn lease(&self) -> Vec<Piece> {
        self.lease_of(i16::MAX, false, 100).await
    }

    async fn lease_one(&self) -> Piece {
        let mut pieces = self.lease().await;
        assert_eq!(pieces.len(), 1, "{pieces:?}");
        pieces.remove(0)
    }

    async fn finish(&self, piece: &Piece, outcome: Outcome<'_>) -> bool {
        match self.run(async |uow| uow.finish_work(piece, outcome).await).await {
            Ok(()) => true,
            Err(Error::LeaseLost) => false,
            Err(error) => panic!("{error}"),
        }
    }

    async fn find(&self, subject: &str) -> Piece {
        let sql = "select * from work where subject = $1";
        crate::unit_of_work::one(self.db.reader(), sql, [subject.into()]).await.unwrap().unwrap()
    }

    fn in_a_minute(&self) -> DateTime<Utc> {
        self.clock.now() + TimeDelta::minutes(1)
    }

    fn again(&self, attempts: i32) -> Outcome<'static> {
        Outcome::Again { at: self.in_a_minute(), attempts, error: Some("x"), in_turn: true }
    }

    /// A piece that stands there, after two failures.
    async fn standing(&self, status: WorkStatus) -> Piece {
        let subject = uuid::Uuid::new_v4().to_string();
        let lane = i64::from(rand::rng().random_range(1_u8..90));
        self.ask(lane, &subject, PLAIN).await;
        let piece = self.run(async |uow| uow.lease_piece(self.find(&subject).await.id, LEASE).await);
        let mut piece = piece.await.unwrap().unwrap();
        piece.attempts = 1;
        match status {
            WorkStatus::Running => {}
            WorkStatus::Queued => assert!(self.finish(&piece, self.again(2)).await),
            WorkStatus::Done => assert!(self.finish(&piece, Outcome::Dropped("x")).await),
            WorkStatus::Dead => assert!(self.finish(&piece, Outcome::Dead("x")).await),
            WorkStatus::Parked => assert!(self.finish(&piece, Outcome::Parked("x")).await),
        }
        self.find(&subject).await
    }
}

const PLAIN: Reason = Reason { cause: "PLAIN", rank: 0, hurries: true, unparks: false };
const PATIENT: Reason = Reason { cause: "PATIENT", rank: 2, hurries: false, unparks: false };
const MEAN: Reason = Reason { cause: "MEAN", rank: 1, hurries: true, unparks: false };
const OPERATOR: Reason = Reason { cause: "OPERATOR", rank: 0, hurries: true, unparks: true };
