//! The queue's state machine: every state met by every reason and by every outcome, leases that are lost, places,
//! priority and series, and random schedules in which no reason may be lost.

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

/// The table of decisions/037: what a reason makes of a piece that stands somewhere. `(from, reason, to, cause,
/// fresh)`; what is fresh is due now, without failures behind it.
#[tokio::test]
async fn what_a_reason_makes_of_each_state() {
    use WorkStatus::{Dead, Done, Parked, Queued, Running};
    let table = [
        (Queued, PLAIN, Queued, "PLAIN", true),
        (Queued, MEAN, Queued, "PLAIN", true),
        (Queued, PATIENT, Queued, "PLAIN", false),
        (Queued, OPERATOR, Queued, "OPERATOR", true),
        (Running, PLAIN, Running, "PLAIN", false),
        (Running, MEAN, Running, "PLAIN", false),
        (Running, PATIENT, Running, "PLAIN", false),
        (Running, OPERATOR, Running, "OPERATOR", false),
        (Done, PLAIN, Queued, "PLAIN", true),
        (Done, MEAN, Queued, "MEAN", true),
        (Done, PATIENT, Queued, "PATIENT", true),
        (Done, OPERATOR, Queued, "OPERATOR", true),
        (Dead, PLAIN, Queued, "PLAIN", true),
        (Dead, MEAN, Queued, "PLAIN", true),
        (Dead, PATIENT, Queued, "PLAIN", true),
        (Dead, OPERATOR, Queued, "OPERATOR", true),
        (Parked, PLAIN, Parked, "PLAIN", true),
        (Parked, MEAN, Parked, "PLAIN", true),
        (Parked, PATIENT, Parked, "PLAIN", true),
        (Parked, OPERATOR, Queued, "OPERATOR", true),
    ];
    let house = House::new().await;
    for (from, reason, to, cause, fresh) in table {
        let before = house.standing(from).await;
        let after = house.ask(before.lane, &before.subject, reason).await;
        let what = format!("{from} and {}", reason.cause);
        assert_eq!((after.status, after.cause.as_str()), (to, cause), "{what}");
        let expected = if fresh { (0, house.clock.now()) } else { (before.attempts, before.next_at) };
        assert_eq!((after.attempts, after.next_at), expected, "{what}");
        assert_eq!(after.dirty, from == Running, "{what}");
        assert_eq!((after.fence, after.id, after.lease_until), (before.fence, before.id, before.lease_until), "{what}");
    }
}

/// `(dirty, outcome, to, attempts, due)`: a reason that came meanwhile outweighs success and giving up, and begins a
/// new row of tries.
#[tokio::test]
async fn what_becomes_of_work() {
    use WorkStatus::{Dead, Done, Parked, Queued};
    let house = House::new().await;
    let (now, later) = (house.clock.now(), house.in_a_minute());
    let table = [
        (false, Outcome::Done, Done, 0, now),
        (true, Outcome::Done, Queued, 0, now),
        (false, house.again(7), Queued, 7, later),
        (true, house.again(7), Queued, 0, later),
        (false, Outcome::Parked("p"), Parked, 1, now),
        (true, Outcome::Parked("p"), Parked, 0, now),
        (false, Outcome::Dead("d"), Dead, 1, now),
        (true, Outcome::Dead("d"), Queued, 0, now),
        (false, Outcome::Dropped("d"), Done, 1, now),
        (true, Outcome::Dropped("d"), Queued, 0, now),
    ];
    for (number, (dirty, outcome, to, attempts, due)) in table.into_iter().enumerate() {
        let subject = number.to_string();
        let id = house.ask(7, &subject, PLAIN).await.id;
        let piece = house.run(async |uow| uow.lease_piece(id, LEASE).await).await.unwrap().unwrap();
        if dirty {
            house.ask(7, &subject, PLAIN).await;
        }
        assert!(house.finish(&piece, outcome).await);
        let after = house.find(&subject).await;
        let what = format!("{dirty} {outcome:?}");
        assert_eq!((after.status, after.attempts, after.next_at), (to, attempts, due), "{what}");
        assert_eq!((after.dirty, after.lease_until, after.fence), (false, None, 1), "{what}");
        assert!(!house.finish(&piece, outcome).await, "once is enough: {what}");
    }
}

/// Nothing stays of a transaction whose worker has lost the lease.
#[tokio::test]
async fn a_worker_that_lost_its_lease_writes_nothing() {
    let house = House::new().await;
    house.ask(1, "a", PLAIN).await;
    let slow = house.lease_one().await;
    assert!(house.lease().await.is_empty(), "leased twice at once");
    house.clock.go(LEASE + TimeDelta::seconds(1));
    let quick = house.lease_one().await;
    assert_eq!((slow.id, slow.fence + 1), (quick.id, quick.fence));
    for outcome in [Outcome::Done, house.again(1), Outcome::Dead("x")] {
        let written = house.run(async |uow| {
            let item = Item { tenant: TenantId(1), lane: 1, kind: "", subject: "b", series: None };
            uow.enqueue(&WORK, item, PLAIN).await?;
            uow.finish_work(&slow, outcome).await
        });
        assert!(matches!(written.await, Err(Error::LeaseLost)), "{outcome:?}");
    }
    assert!(matches!(house.run(async |uow| uow.hold_work(&slow, LEASE).await).await, Err(Error::LeaseLost)));
    assert!(house.finish(&quick, Outcome::Done).await);
    assert!(!house.finish(&quick, Outcome::Done).await, "done is done");
    assert!(house.lease().await.is_empty(), "nothing of what the slow one wrote is there");
}

/// Who says that it takes longer keeps its lease.
#[tokio::test]
async fn a_lease_that_is_held_lasts() {
    let house = House::new().await;
    house.ask(1, "a", PLAIN).await;
    let piece = house.lease_one().await;
    for _ in 0..5 {
        house.clock.go(LEASE - TimeDelta::seconds(1));
        house.run(async |uow| uow.hold_work(&piece, LEASE).await).await.unwrap();
        assert!(house.lease().await.is_empty());
    }
    assert!(house.finish(&piece, Outcome::Done).await);
}

#[tokio::test]
async fn a_reason_that_comes_meanwhile_is_not_lost() {
    let house = House::new().await;
    for _ in 0..3 {
        house.ask(1, "a", PLAIN).await;
    }
    let piece = house.lease_one().await;
    house.ask(1, "a", PLAIN).await;
    assert!(house.finish(&piece, Outcome::Done).await);
    let again = house.lease_one().await;
    assert!(house.finish(&again, Outcome::Done).await);
    assert!(house.lease().await.is_empty());
}

/// Of each lane two at once, over all who lease; those that take the first places leave room for every lane.
#[tokio::test]
async fn lanes_take_turns_and_none_takes_more_than_its_places() {
    let house = House::new().await;
    for lane in 1..=3 {
        for number in 0..5 {
            house.ask(lane, &format!("{lane}.{number}"), PLAIN).await;
            house.clock.go(TimeDelta::milliseconds(1));
        }
    }
    let lanes = |pieces: &[Piece]| {
        let mut lanes: Vec<_> = pieces.iter().map(|piece| piece.lane).collect();
        lanes.sort_unstable();
        lanes
    };
    let first = house.lease_of(i16::MAX, false, 4).await;
    assert_eq!(lanes(&first), [1, 1, 2, 3], "the first of each before the second of any");
    assert_eq!(lanes(&house.lease().await), [2, 3]);
    assert!(house.lease().await.is_empty());
    assert!(house.finish(&first[0], Outcome::Done).await);
    assert_eq!(lanes(&house.lease().await), [first[0].lane], "a place is free again");
    house.clock.go(LEASE * 2);
    assert_eq!(lanes(&house.lease_of(i16::MAX, true, 100).await), [1, 2, 3], "in a crowd one of each");
}

/// What is less urgent goes later and takes no place of the urgent.
#[tokio::test]
async fn the_urgent_find_their_places_free() {
    let house = House::new().await;
    for number in 0..5 {
        house.ask(1, &format!("mean {number}"), MEAN).await;
    }
    assert!(house.lease_of(0, false, 100).await.is_empty(), "none is as urgent as that");
    assert_eq!(house.lease().await.len(), 2);
    for number in 0..3 {
        house.ask(1, &format!("urgent {number}"), PLAIN).await;
    }
    let urgent = house.lease().await;
    assert_eq!(urgent.iter().map(|piece| piece.rank).collect::<Vec<_>>(), [0, 0]);
    assert!(house.lease().await.is_empty());
    for piece in &urgent {
        assert!(house.finish(piece, Outcome::Done).await);
    }
    assert_eq!(house.lease_one().await.rank, 0, "the mean ones wait for their own places");
}

/// One of a series at a time, in the order in which they were asked for, until one leaves it.
#[tokio::test]
async fn a_series_is_done_in_turn() {
    let house = House::new().await;
    for subject in ["a", "b", "c"] {
        house.ask_in(1, subject, Some(5), PLAIN).await;
    }
    house.ask_in(1, "other", Some(6), PLAIN).await;
    let subjects = |pieces: Vec<Piece>| pieces.into_iter().map(|piece| piece.subject).collect::<Vec<_>>();
    assert_eq!(subjects(house.lease().await), ["a", "other"]);
    let a = house.find("a").await;
    assert!(house.finish(&a, house.again(1)).await);
    assert!(house.lease().await.is_empty(), "the first waits for its next try, and the rest for the first");
    house.clock.go(TimeDelta::minutes(1));
    house.finish(&house.find("other").await, Outcome::Done).await;
    let a = house.lease().await.into_iter().find(|piece| piece.subject == "a").unwrap();
    let left = Outcome::Again { at: house.in_a_minute(), attempts: 0, error: None, in_turn: false };
    assert!(house.finish(&a, left).await);
    assert!(subjects(house.lease().await).contains(&"b".to_owned()), "it holds up no other any more");
}

/// Work of a lane that is not in order waits as it is; that of one that is closed is a person's.
#[tokio::test]
async fn a_lane_out_of_order_waits() {
    let house = House::new().await;
    assert_eq!(house.ask(100, "waits", PLAIN).await.status, WorkStatus::Queued);
    assert!(!house.db.has_due_work(&WORK).await.unwrap() && house.lease().await.is_empty());
    assert_eq!(house.db.next_work(&WORK).await.unwrap(), None);
    let dead = house.ask(99, "dead", PLAIN).await;
    assert_eq!((dead.status, dead.last_error.as_deref()), (WorkStatus::Dead, Some(OUT_OF_USE)));
    assert_eq!(house.ask(99, "dead", OPERATOR).await.status, WorkStatus::Dead);
}

/// Two who lease at once share what there is.
#[tokio::test]
async fn two_lessees_share() {
    let house = House::new().await;
    for number in 0..20 {
        house.ask(number, &number.to_string(), PLAIN).await;
    }
    let (one, other) = tokio::join!(house.lease_of(0, false, 12), house.lease_of(0, false, 12));
    let mut ids: Vec<_> = one.iter().chain(&other).map(|piece| piece.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), one.len() + other.len()), (20, 20));
}

/// Whoever waits for work is woken by the commit that brings it, and by no other.
#[tokio::test]
async fn a_commit_wakes_its_worker() {
    let house = House::new().await;
    let woken = async |patience| tokio::time::timeout(patience, house.db.work_arrived(&WORK)).await.is_ok();
    let refused = house.run(async |uow| {
        let item = Item { tenant: TenantId(1), lane: 1, kind: "", subject: "a", series: None };
        uow.enqueue(&WORK, item, PLAIN).await?;
        Err::<(), _>(Error::LeaseLost)
    });
    assert!(refused.await.is_err());
    assert!(!woken(Duration::ZERO).await, "nothing was committed");
    house.ask(1, "a", PLAIN).await;
    assert!(woken(Duration::from_secs(30)).await);
    assert!(!woken(Duration::ZERO).await);
}

/// What is done is forgotten after its time, in batches; what is not done stays.
#[tokio::test]
async fn only_what_is_done_is_forgotten() {
    let house = House::new().await;
    let rows = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 12000)
        insert into work (tenant_id, queue, lane, kind, subject, cause, rank, status, next_at, created_at, updated_at)
        select 1, 'test.work', 1, '', i, '', 0, case when i <= 11990 then 'DONE' when i <= 11995 then 'DEAD' else 'PARKED' end,
            '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00' from n";
    house.db.reader().execute_unprepared(rows).await.unwrap();
    house.ask(1, "young", PLAIN).await;
    let young = house.lease_one().await;
    assert!(house.finish(&young, Outcome::Done).await);
    assert_eq!(house.db.forget_work().await.unwrap(), 11_990);
    assert_eq!(house.db.forget_work().await.unwrap(), 0);
    assert_eq!(house.find("young").await.status, WorkStatus::Done);
}

/// The figures of every queue, also of an empty one.
#[tokio::test]
async fn the_figures_say_how_the_queues_are() {
    let house = House::new().await;
    let row = |queue: &str, subject: &str, status: &str, lease: &str, at: &str| {
        format!("insert into work (tenant_id, queue, lane, kind, subject, cause, rank, status, lease_until, next_at, created_at, updated_at)
            values (1, '{queue}', 1, '', '{subject}', '', 0, '{status}', {lease}, '{at}', '{at}', '{at}');")
    };
    let at = (house.clock.now() - TimeDelta::seconds(90)).format("%Y-%m-%d %H:%M:%S+00:00").to_string();
    let rows = [
        row("payment.sync", "1", "QUEUED", "null", &at),
        row("payment.sync", "2", "DEAD", "null", &at),
        row("payment.sync", "3", "DONE", "null", &at),
        row("payment.refund", "1", "RUNNING", &format!("'{at}'"), &at),
        row("payment.refund", "2", "PARKED", "null", &at),
    ];
    house.db.reader().execute_unprepared(&rows.concat()).await.unwrap();
    let reports = house.db.queue_reports().await.unwrap();
    let empty = QueueReport::default();
    let expected = [
        QueueReport { name: "payment.sync", queued: 1, dead: 1, oldest_due_seconds: 90, ..empty },
        QueueReport { name: "payment.refund", running: 1, parked: 1, longest_running_seconds: 90, ..empty },
        QueueReport { name: "payment.cancel", ..empty },
        QueueReport { name: "payment.sweep", ..empty },
    ];
    assert_eq!(reports, expected);
}

/// One run of workers that are slow, die, fail and are replaced, while reasons come in.
struct Schedule {
    house: House,
    rng: StdRng,
    /// The step of the last reason for each subject, and the step at which its last good lease began.
    asked: BTreeMap<String, usize>,
    begun: BTreeMap<String, usize>,
    /// All leases ever given, the step at which each began, and whether its holder has died.
    leases: Vec<(Piece, usize)>,
}

impl Schedule {
    async fn step(&mut self, step: usize) {
        match self.rng.random_range(0..10) {
            0..=2 => {
                let lane = self.rng.random_range(1..4);
                let subject = format!("{lane}.{}", self.rng.random_range(0..4));
                let series = (lane == 3).then_some(3);
                let reason = *[PLAIN, MEAN, PATIENT, OPERATOR].choose(&mut self.rng).unwrap();
                self.house.ask_in(lane, &subject, series, reason).await;
                self.asked.insert(subject, step);
            }
            3..=5 => {
                let limit = self.rng.random_range(1..6);
                let pieces = self.house.lease_of(i16::MAX, false, limit).await;
                self.leases.extend(pieces.into_iter().map(|piece| (piece, step)));
                self.check_places().await;
            }
            6..=8 if !self.leases.is_empty() => self.finish_one().await,
            _ => self.house.clock.go(TimeDelta::seconds(self.rng.random_range(1..40))),
        }
    }

    /// Any holder comes back, however late: only the one whom the row knows is heard.
    async fn finish_one(&mut self) {
        let at = self.rng.random_range(0..self.leases.len());
        let (piece, begun) = self.leases[at].clone();
        let now = self.house.find(&piece.subject).await;
        let is_holder = now.status == WorkStatus::Running && now.fence == piece.fence;
        let outcome = match self.rng.random_range(0..5) {
            0 => self.house.again(piece.attempts + 1),
            1 => Outcome::Dead("x"),
            2 => Outcome::Parked("x"),
            _ => Outcome::Done,
        };
        assert_eq!(self.house.finish(&piece, outcome).await, is_holder, "{piece:?}\n{now:?}");
        if is_holder && outcome == Outcome::Done {
            self.begun.insert(piece.subject, begun);
        }
    }

    /// Of no lane more than its places run at once, as urgent or more, and of a series one.
    async fn check_places(&self) {
        let now = self.house.clock.now();
        let sql = "select * from work where status = 'RUNNING'";
        let running: Vec<Piece> = crate::unit_of_work::all(self.house.db.reader(), sql, []).await.unwrap();
        let running: Vec<_> = running.into_iter().filter(|piece| piece.lease_until >= Some(now)).collect();
        for rank in 0..=2 {
            for lane in 1..4 {
                let of_lane = running.iter().filter(|piece| piece.lane == lane && piece.rank == rank).count();
                assert!(of_lane <= 2, "lane {lane} rank {rank}: {running:?}");
            }
        }
        assert!(running.iter().filter(|piece| piece.series == Some(3)).count() <= 1, "{running:?}");
    }

    /// An operator sets everything free; good workers do it all.
    async fn drain(&mut self, step: usize) {
        for subject in self.asked.clone().into_keys() {
            let piece = self.house.find(&subject).await;
            if matches!(piece.status, WorkStatus::Parked | WorkStatus::Dead) {
                self.house.ask_in(piece.lane, &subject, piece.series, OPERATOR).await;
            }
        }
        for _ in 0..200 {
            self.house.clock.go(TimeDelta::minutes(2));
            for piece in self.house.lease().await {
                assert!(self.house.finish(&piece, Outcome::Done).await);
                self.begun.insert(piece.subject, step);
            }
        }
    }
}

/// Whatever happens to the workers, each reason is followed by a whole run of its work that begins after it.
#[tokio::test]
async fn no_reason_is_lost_in_any_schedule() {
    for seed in 0..12 {
        let (asked, begun, leases) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let mut schedule =
            Schedule { house: House::new().await, rng: StdRng::seed_from_u64(seed), asked, begun, leases };
        for step in 0..150 {
            schedule.step(step).await;
        }
        schedule.drain(150).await;
        let Schedule { asked, begun, .. } = &schedule;
        for (subject, at) in asked {
            assert!(
                begun.get(subject).is_some_and(|begun| begun > at),
                "seed {seed}: {subject} asked at {at}: {begun:?}"
            );
            assert_eq!(schedule.house.find(subject).await.status, WorkStatus::Done, "seed {seed}: {subject}");
        }
    }
}
