//! Events, a still clock, and a log that fails and forgets on command, for this crate's tests.

use crate::log::{EventLog, Read};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    BranchId, Clock, EventId, SectorId, SessionId, TenantId, UserId,
    event::{Actor, Envelope, EventType, Position, Word},
};
use serde_json::value::RawValue;
use std::sync::{Mutex, MutexGuard};
use store::{Logged, Unreadable, view::Roster};

pub(crate) const BRANCH: BranchId = BranchId(2);

#[derive(Debug)]
pub(crate) struct StillClock;

impl Clock for StillClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).expect("within range")
    }
}

/// An event of [`BRANCH`], of session 31 in sector 5.
pub(crate) fn event(seq: i64, kind: EventType) -> Envelope {
    Envelope {
        id: EventId(seq),
        epoch: "e1".into(),
        seq,
        kind: kind.into(),
        tenant_id: TenantId(1),
        branch_id: BRANCH,
        table_id: None,
        session_id: Some(SessionId(31)),
        sector_id: Some(SectorId(5)),
        entity: RawValue::from_string("{}".into()).expect("JSON"),
        actor: Actor::DINER.into(),
        ts: StillClock.now(),
        v: 1,
        audience: Some(kind.audience()),
    }
}

/// An event of a type that this version does not know and that does not say for whom it is, of session 31 in sector 5.
pub(crate) fn later(seq: i64) -> Envelope {
    Envelope { kind: Word::read("ROUND_PRINTED"), audience: None, ..event(seq, EventType::RoundReady) }
}

/// A row that cannot be read; `about` is what of it can.
pub(crate) fn unreadable(seq: i64, about: Option<Envelope>) -> Logged {
    Logged::Unreadable(Unreadable { seq, epoch: "e1".into(), about: about.map(Box::new), why: "test".into() })
}

/// The event of the office about an entity of that type.
pub(crate) fn office(seq: i64, entity_type: &str, entity_id: i64) -> Envelope {
    let entity = format!(r#"{{"entity_type":"{entity_type}","entity_id":{entity_id}}}"#);
    Envelope {
        entity: RawValue::from_string(entity).expect("JSON"),
        session_id: None,
        sector_id: None,
        ..event(seq, EventType::EntityUpdated)
    }
}

pub(crate) fn roster(assignments: &[(i64, i64)]) -> Roster {
    let assignments = assignments.iter().map(|(sector, waiter)| (SectorId(*sector), UserId(*waiter)));
    Roster::new(NaiveDate::default(), assignments)
}

/// A log in memory.
#[derive(Debug, Default)]
pub(crate) struct FakeLog(Mutex<FakeLogState>);

#[derive(Debug)]
pub(crate) struct FakeLogState {
    pub(crate) epoch: &'static str,
    pub(crate) events: Vec<Logged>,
    pub(crate) roster: Roster,
    pub(crate) down: bool,
    /// It is read on a standby that has not seen so many of the last events yet.
    pub(crate) behind: usize,
    /// How many epochs were begun.
    pub(crate) epochs_begun: usize,
    pub(crate) page: usize,
    pub(crate) reads: usize,
}

impl Default for FakeLogState {
    fn default() -> Self {
        Self {
            epoch: "e1",
            events: Vec::new(),
            roster: Roster::default(),
            down: false,
            behind: 0,
            epochs_begun: 0,
            page: 3,
            reads: 0,
        }
    }
}

impl FakeLogState {
    /// What whoever reads sees.
    fn seen(&self) -> &[Logged] {
        &self.events[..self.events.len().saturating_sub(self.behind)]
    }
}

impl FakeLog {
    pub(crate) fn state(&self) -> MutexGuard<'_, FakeLogState> {
        self.0.lock().expect("no panic while held")
    }

    fn up(&self) -> store::Result<MutexGuard<'_, FakeLogState>> {
        let state = self.state();
        if state.down { Err(store::Error::Busy) } else { Ok(state) }
    }
}

impl EventLog for FakeLog {
    fn after(&self, _branch: BranchId, seq: i64) -> Read<'_, Vec<Logged>> {
        let read = self.up().map(|mut state| {
            state.reads += 1;
            let page = state.page;
            state.seen().iter().filter(|event| event.seq() > seq).take(page).cloned().collect()
        });
        Box::pin(async { read })
    }

    fn heads<'a>(&'a self, _branches: &'a [BranchId]) -> Read<'a, Vec<(BranchId, Position)>> {
        let read = self.up().map(|state| {
            let seq = state.seen().last().map_or(0, Logged::seq);
            vec![(BRANCH, Position { epoch: state.epoch.into(), seq })]
        });
        Box::pin(async { read })
    }

    fn begin_epoch_after<'a>(&'a self, _branch: BranchId, delivered: &'a Position) -> Read<'a, bool> {
        let begun = self.up().map(|mut state| {
            let is_behind = state.events.last().map_or(0, Logged::seq) < delivered.seq;
            let begins = *state.epoch == *delivered.epoch && is_behind;
            if begins {
                state.epoch = "begun";
                state.epochs_begun += 1;
            }
            begins
        });
        Box::pin(async { begun })
    }

    fn roster(&self, _branch: BranchId) -> Read<'_, Roster> {
        let read = self.up().map(|state| state.roster.clone());
        Box::pin(async { read })
    }
}
