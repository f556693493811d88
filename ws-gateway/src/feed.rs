//! One branch's ordered feed: from a bus that loses, repeats and reorders to sockets that get each event of their
//! audience exactly once, in order (I3).
//!
//! The rule is three lines long: `seq == last + 1` is delivered, lower is a repeat, higher means that the log is read
//! first. Everything else here is about not forgetting that something is owed: a log that cannot be read now is read
//! later, and no event behind the gap is delivered before it.

mod member;
mod ring;
#[cfg(test)]
mod tests;

pub(crate) use member::{Handover, Joined, Member, Resume};
pub(crate) use ring::Frame;

use crate::{
    close_reason::CloseReason,
    hub::{Call, Hub},
    log::EventLog,
    notice,
    registry::ConnectionRegistry,
    wire::{SocketId, Wire},
};
use domain::{
    BranchId, Clock, PhoneId, SectorId, UserId,
    event::{Envelope, EventType, Position},
};
use ring::Ring;
use runtime::Published;
use serde::Deserialize;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use store::{Logged, Unreadable, view::Roster};

/// A roster older than that is read again: the branch's day may have changed.
const ROSTER_AGE: Duration = Duration::from_secs(30);
/// A waiter who asks for a fresh roster gets one that is at most that old.
const ROSTER_FRESH: Duration = Duration::from_secs(1);
/// Events replayed to one socket at most; whoever missed more re-reads faster.
pub(crate) const MAX_REPLAY: i64 = 5_000;
/// Events delivered from the log before the sockets get a turn to write: well below what one's queue holds.
const YIELD_EVERY: usize = crate::wire::QUEUE / 8;
/// A stream whose head stays below what was delivered for that many looks went back in time, not out of step.
const REGRESSIONS: u8 = 3;

/// What could not be done because the log did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CatchUpState {
    None,
    /// Read up to this number.
    Behind(i64),
    /// Ask where the stream stands and tell everybody to re-read if it is another one.
    Restart,
}

/// The feed of one branch.
#[derive(Debug)]
pub(crate) struct Feed {
    branch: BranchId,
    log: Arc<dyn EventLog>,
    registry: Arc<ConnectionRegistry>,
    clock: Arc<dyn Clock>,
    hub: Hub<Arc<Wire>>,
    roster: Arc<Roster>,
    roster_read: Option<Instant>,
    position: Position,
    ring: Ring,
    debt: CatchUpState,
    regressions: u8,
}

impl Feed {
    /// A feed that begins where the stream stands now. The bus must be listening to the branch already.
    pub(crate) async fn open(
        branch: BranchId,
        log: Arc<dyn EventLog>,
        registry: Arc<ConnectionRegistry>,
        clock: Arc<dyn Clock>,
    ) -> store::Result<Self> {
        let position = head(&*log, branch).await?;
        let mut feed = Self {
            branch,
            log,
            registry,
            clock,
            hub: Hub::default(),
            roster: Arc::default(),
            roster_read: None,
            position,
            ring: Ring::default(),
            debt: CatchUpState::None,
            regressions: 0,
        };
        feed.read_roster().await;
        Ok(feed)
    }

    /// Takes an event from the bus.
    pub(crate) async fn hear(&mut self, event: &Published) {
        let envelope = &event.envelope;
        if envelope.epoch != self.position.epoch {
            // A straggler of the old stream or the first of a new one: only the log knows.
            return self.look_again().await;
        }
        if envelope.seq <= self.position.seq {
            metrics::counter!("wsgateway_events_duplicate_total").increment(1);
        } else if envelope.seq == self.position.seq + 1 && self.debt == CatchUpState::None {
            self.deliver(Frame::of_published(event)).await;
        } else {
            self.heal(envelope.seq).await;
        }
    }

    /// Compares with where the stream stands.
    pub(crate) async fn compare(&mut self, head: &Position) {
        if head.epoch != self.position.epoch {
            return self.look_again().await;
        }
        if head.seq >= self.position.seq {
            self.regressions = 0;
            if head.seq > self.position.seq {
                self.heal(head.seq).await;
            }
            return;
        }
        // Usually the answer is just older than the last event. A log that stays behind was put back without a new
        // epoch; its next events would look like repeats for ever.
        self.regressions = self.regressions.saturating_add(1);
        if self.regressions >= REGRESSIONS {
            self.look_again().await;
        }
    }

    /// Pays debts and keeps the roster young. To be called about once a second.
    pub(crate) async fn tick(&mut self) {
        match self.debt {
            CatchUpState::None => {}
            CatchUpState::Behind(seq) => self.heal(seq).await,
            CatchUpState::Restart => self.look_again().await,
        }
        if self.roster_read.is_none_or(|read| read.elapsed() >= ROSTER_AGE) {
            self.read_roster().await;
        }
    }

    /// Seats a socket: from here on its queue receives every event after the position it is told.
    pub(crate) async fn join(&mut self, member: Member) -> Joined {
        let Member { wire, listener, resume } = member;
        if resume.as_ref().is_some_and(|resume| resume.after.is_some_and(|after| after > self.position.seq)) {
            // It heard more elsewhere than this process has heard yet.
            if let Ok(head) = head(&*self.log, self.branch).await {
                self.compare(&head).await;
            }
        }
        let handover = resume.map_or(Handover::Live, |resume| self.handover(&resume));
        self.hub.insert(wire.id(), listener, wire);
        let (position, roster) = (self.position.clone(), Arc::clone(&self.roster));
        Joined { branch: self.branch, listener, position, roster, handover }
    }

    /// Forgets a socket.
    pub(crate) fn leave(&mut self, socket: SocketId) {
        self.hub.remove(socket);
    }

    /// The sectors of a waiter, by a roster that is fresh.
    pub(crate) async fn sectors_of(&mut self, waiter: UserId) -> Vec<SectorId> {
        if self.roster_read.is_none_or(|read| read.elapsed() >= ROSTER_FRESH) {
            self.read_roster().await;
        }
        self.roster.sectors_of(waiter)
    }

    fn handover(&self, resume: &Resume) -> Handover {
        let position = &self.position;
        if resume.epoch.as_ref().is_some_and(|epoch| **epoch != *position.epoch) {
            return Handover::Resync;
        }
        match resume.after {
            Some(after) if after == position.seq => Handover::Live,
            Some(after) if (0..position.seq).contains(&after) && position.seq - after <= MAX_REPLAY => {
                self.ring.after(after).map_or(Handover::Log(after), Handover::Frames)
            }
            _ => Handover::Resync,
        }
    }

    /// Delivers everything up to `seq` from the log, or remembers that it is owed.
    async fn heal(&mut self, seq: i64) {
        let seq = if let CatchUpState::Behind(owed) = self.debt { seq.max(owed) } else { seq };
        self.debt = CatchUpState::Behind(seq);
        while self.position.seq < seq {
            let rows = match self.log.after(self.branch, self.position.seq).await {
                Ok(rows) => rows,
                Err(error) => {
                    tracing::warn!(branch = %self.branch, %error, "cannot read missing events yet");
                    return;
                }
            };
            if rows.is_empty() {
                return self.restart().await;
            }
            for (index, row) in rows.into_iter().enumerate() {
                // A burst larger than a socket's queue must not close sockets that read as fast as they can.
                if index % YIELD_EVERY == YIELD_EVERY - 1 {
                    tokio::task::yield_now().await;
                }
                if *row.epoch() != self.position.epoch || row.seq() != self.position.seq + 1 {
                    return self.restart().await;
                }
                match row {
                    Logged::Event(event) => match Frame::of_row(event) {
                        Ok(frame) => {
                            metrics::counter!("wsgateway_events_healed_total").increment(1);
                            self.deliver(frame).await;
                        }
                        Err(error) => {
                            tracing::error!(branch = %self.branch, %error, "an event of the log does not serialize");
                            return self.restart().await;
                        }
                    },
                    Logged::Unreadable(row) => self.pass_over(&row).await,
                }
            }
        }
        self.debt = CatchUpState::None;
        metrics::counter!("wsgateway_gaps_healed_total").increment(1);
    }

    /// Goes on behind a row that cannot be read, for it will not be readable later either: whom it may have been for is
    /// told to re-read, nobody has to wait for it.
    async fn pass_over(&mut self, row: &Unreadable) {
        tracing::error!(branch = %self.branch, seq = row.seq, why = row.why, "an event of the log cannot be read; clients must re-read");
        metrics::counter!("wsgateway_events_unreadable_total").increment(1);
        metrics::counter!("wsgateway_resyncs_total").increment(1);
        self.position.seq = row.seq;
        // Whoever resumes across it is judged by the log.
        self.ring = Ring::default();
        let text = notice::resync(self.branch, &self.position);
        let roster = Arc::clone(&self.roster);
        match row.about.as_deref() {
            Some(event) => {
                for (_, wire) in self.hub.recipients(Call::new(event, &roster)) {
                    wire.send(text.clone());
                }
            }
            None => {
                for wire in self.hub.everybody() {
                    wire.send(text.clone());
                }
            }
        }
        // It may have been about the waiters' places.
        self.read_roster().await;
    }

    /// Something does not fit: asks the log before it tells anybody to re-read. On a busy branch every head is a little
    /// older than the last event, and a straggler of an old epoch says nothing about the present one; then there is at
    /// most something to catch up with.
    async fn look_again(&mut self) {
        match head(&*self.log, self.branch).await {
            Ok(head) if head.epoch == self.position.epoch && head.seq >= self.position.seq => {
                self.regressions = 0;
                if self.debt == CatchUpState::Restart {
                    self.debt = CatchUpState::None;
                }
                if head.seq > self.position.seq {
                    self.heal(head.seq).await;
                }
            }
            Ok(_) => self.restart().await,
            Err(error) => {
                tracing::warn!(branch = %self.branch, %error, "cannot read the stream's head yet");
                self.debt = CatchUpState::Restart;
            }
        }
    }

    /// Looks where the stream stands. If it is not the one delivered so far, or what is missing is not kept any more,
    /// goes on from its head and says so to everybody.
    async fn restart(&mut self) {
        let head = match head(&*self.log, self.branch).await {
            Ok(head) => head,
            Err(error) => {
                tracing::warn!(branch = %self.branch, %error, "cannot read the stream's head yet");
                self.debt = CatchUpState::Restart;
                return;
            }
        };
        self.debt = CatchUpState::None;
        let went_back = head.seq < self.position.seq && self.regressions >= REGRESSIONS;
        if head.epoch == self.position.epoch && head.seq <= self.position.seq && !went_back {
            return;
        }
        tracing::warn!(branch = %self.branch, from = ?self.position, to = ?head, "the stream broke; clients must re-read");
        metrics::counter!("wsgateway_resyncs_total").increment(1);
        self.regressions = 0;
        self.ring = Ring::default();
        self.position = head;
        let text = notice::resync(self.branch, &self.position);
        for wire in self.hub.everybody() {
            wire.send(text.clone());
        }
        // Somebody may have been removed in what was lost.
        self.hub.diners().for_each(|wire| wire.recheck());
        self.read_roster().await;
    }

    async fn deliver(&mut self, frame: Frame) {
        let event = Arc::clone(&frame.event);
        let roster = Arc::clone(&self.roster);
        let call = Call::new(&event, &roster);
        let (mut sent, mut lost) = (0, Vec::new());
        for (id, wire) in self.hub.recipients(call) {
            if wire.send(frame.text.clone()) {
                sent += 1;
            } else {
                lost.push(id);
            }
        }
        for id in lost {
            self.hub.remove(id);
        }
        self.position.seq = event.seq;
        self.ring.push(frame);
        metrics::counter!("wsgateway_events_processed_total").increment(1);
        metrics::counter!("wsgateway_events_delivered_total").increment(sent);
        if let Ok(delay) = (self.clock.now() - event.ts).to_std() {
            metrics::histogram!("wsgateway_delivery_seconds").record(delay.as_secs_f64());
        }
        self.follow_up(&event).await;
    }

    /// What an event means to the gateway itself.
    async fn follow_up(&mut self, event: &Envelope) {
        /// The part of [`domain::event::EntityRef`] that is read here.
        #[derive(Deserialize)]
        struct Subject<'a> {
            entity_type: &'a str,
            entity_id: i64,
        }
        let kind = event.kind.known();
        if kind == Some(EventType::TableStatusChanged) {
            return self.part_with_removed(event);
        }
        let office = matches!(
            kind,
            Some(
                EventType::EntityCreated
                    | EventType::EntityUpdated
                    | EventType::EntityDeleted
                    | EventType::CascadeDelete
            )
        );
        let Some(subject) = office.then(|| serde_json::from_str::<Subject<'_>>(event.entity.get()).ok()).flatten()
        else {
            return;
        };
        if kind == Some(EventType::CascadeDelete) {
            // Whatever went, waiters' places on the roster may have gone with it.
            self.read_roster().await;
        }
        match subject.entity_type {
            // Password, role and active flag count at once, not at the next round of checks; and who serves here no
            // more leaves the roster.
            "staff" => {
                self.registry.recheck(UserId(subject.entity_id));
                self.read_roster().await;
            }
            "sector_assignment" | "sector" => self.read_roster().await,
            // A branch more or less, opened or closed: administrators hear all there are, the others theirs.
            "branch" => self.hub.staff().for_each(|wire| wire.recheck()),
            _ => {}
        }
    }

    /// Guests whom staff removed hear nothing after the word that they were. An older gateway delivers that word like
    /// any other and lets them listen until their token runs out.
    fn part_with_removed(&mut self, event: &Envelope) {
        /// The part of [`domain::event::TableState`] that is read here.
        #[derive(Deserialize)]
        struct Table {
            removed: Option<Removed>,
        }
        #[derive(Deserialize)]
        struct Removed {
            phone_ids: Vec<PhoneId>,
        }
        let removed = serde_json::from_str::<Table>(event.entity.get()).ok().and_then(|table| table.removed);
        if let (Some(session), Some(removed)) = (event.session_id, removed) {
            for wire in self.hub.evict(session, &removed.phone_ids) {
                wire.close(CloseReason::UNAUTHORIZED);
            }
        }
    }

    /// Until a first roster is read nobody counts as assigned, so every waiter hears every table: too much, never too
    /// little. A roster that cannot be renewed stays.
    async fn read_roster(&mut self) {
        match self.log.roster(self.branch).await {
            Ok(roster) => {
                self.roster = Arc::new(roster);
                self.roster_read = Some(Instant::now());
            }
            Err(error) => {
                tracing::warn!(branch = %self.branch, %error, "cannot read the roster yet");
                self.roster_read = None;
            }
        }
    }
}

/// Where a stream stands; at nothing if the branch has none.
async fn head(log: &dyn EventLog, branch: BranchId) -> store::Result<Position> {
    let heads = log.heads(&[branch]).await?;
    Ok(heads.into_iter().next().map_or_else(|| Position { epoch: "".into(), seq: 0 }, |(_, position)| position))
}
