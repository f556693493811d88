//! One branch's ordered feed: from a bus that loses, repeats and reorders to sockets that get each event of their
//! audience exactly once, in order (I3).
//!
//! The rule has three parts: `seq == last + 1` is delivered, a lower number is a repeat, a higher one means that the
//! log is read first. Everything else here remembers what is still missing: a log that cannot be read now is read
//! later, and no event behind the gap is delivered before it.

mod member;
mod ring;
#[cfg(test)]
mod tests;

pub(crate) use member::{Handover, Joined, Member, Resume};
pub(crate) use ring::Frame;

use crate::{
    close_reason::CloseReason,
    hub::{Hub, Recipients},
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

/// The age at which a roster is read again: the branch's day may have changed.
const ROSTER_AGE: Duration = Duration::from_secs(30);
/// The greatest age of the roster that a waiter gets who asks for a fresh one.
const ROSTER_FRESH: Duration = Duration::from_secs(1);
/// The most events replayed to one socket; a client that missed more is faster when it reads everything again.
pub(crate) const MAX_REPLAY: i64 = 5_000;
/// How many events from the log are delivered before the sockets may write: well below what a socket's queue holds.
const YIELD_EVERY: usize = crate::wire::QUEUE / 8;
/// After so many comparisons with a head below what was delivered, the stream counts as gone back in time. One such
/// comparison can just be old.
const REGRESSIONS: u8 = 3;

/// What a feed must still do because the log did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CatchUpState {
    None,
    /// Read up to this number.
    Behind(i64),
    /// Read the head of the stream, and tell everybody to re-read if it is another stream.
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
    catch_up: CatchUpState,
    regressions: u8,
}

impl Feed {
    /// Opens a feed at the current head of the stream. The bus must be listening to the branch already.
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
            catch_up: CatchUpState::None,
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
            return self.check_head().await;
        }
        if envelope.seq <= self.position.seq {
            metrics::counter!("wsgateway_events_duplicate_total").increment(1);
        } else if envelope.seq == self.position.seq + 1 && self.catch_up == CatchUpState::None {
            self.deliver(Frame::of_published(event)).await;
        } else {
            self.heal(envelope.seq).await;
        }
    }

    /// Compares what was delivered with the head of the stream.
    pub(crate) async fn compare(&mut self, head: &Position) {
        if head.epoch != self.position.epoch {
            return self.check_head().await;
        }
        if head.seq >= self.position.seq {
            self.regressions = 0;
            if head.seq > self.position.seq {
                self.heal(head.seq).await;
            }
            return;
        }
        // Usually the head is just older than the last event. A log that stays behind was restored without a new epoch,
        // and its next events would look like repeats for ever; or it is read on a standby.
        self.regressions = self.regressions.saturating_add(1);
        if self.regressions >= REGRESSIONS {
            self.check_head().await;
        }
    }

    /// Does what is still to catch up, and reads an old roster again. To be called about once a second.
    pub(crate) async fn tick(&mut self) {
        match self.catch_up {
            CatchUpState::None => {}
            CatchUpState::Behind(seq) => self.heal(seq).await,
            CatchUpState::Restart => self.check_head().await,
        }
        if self.roster_read.is_none_or(|read| read.elapsed() >= ROSTER_AGE) {
            self.read_roster().await;
        }
    }

    /// Joins a socket: from here on its queue receives every event after the position in the answer.
    pub(crate) async fn join(&mut self, member: Member) -> Joined {
        let Member { wire, listener, resume } = member;
        if resume.as_ref().is_some_and(|resume| resume.after.is_some_and(|after| after > self.position.seq)) {
            // Another process has sent it more than this one has received yet.
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

    /// The sectors of a waiter, from a fresh roster.
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

    /// Delivers everything up to `seq` from the log, or remembers that it is still missing.
    async fn heal(&mut self, seq: i64) {
        let seq = if let CatchUpState::Behind(owed) = self.catch_up { seq.max(owed) } else { seq };
        self.catch_up = CatchUpState::Behind(seq);
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
                    Logged::Unreadable(row) => self.skip_unreadable(&row).await,
                }
            }
        }
        self.catch_up = CatchUpState::None;
        metrics::counter!("wsgateway_gaps_healed_total").increment(1);
    }

    /// Skips a row that cannot be read, since it will not be readable later either. Every client that it may have been
    /// for is told to re-read, so that no client waits for it.
    async fn skip_unreadable(&mut self, row: &Unreadable) {
        tracing::error!(branch = %self.branch, seq = row.seq, why = row.why, "an event of the log cannot be read; clients must re-read");
        metrics::counter!("wsgateway_events_unreadable_total").increment(1);
        metrics::counter!("wsgateway_resyncs_total").increment(1);
        self.position.seq = row.seq;
        // A client that resumes across this row is served from the log, which finds the row again.
        self.ring = Ring::default();
        let text = notice::resync(self.branch, &self.position);
        let roster = Arc::clone(&self.roster);
        match row.about.as_deref() {
            Some(event) => {
                for (_, wire) in self.hub.recipients(Recipients::new(event, &roster)) {
                    wire.send(text.clone());
                }
            }
            None => {
                for wire in self.hub.everybody() {
                    wire.send(text.clone());
                }
            }
        }
        // The row may have changed the roster.
        self.read_roster().await;
    }

    /// Reads the head when something does not fit, before it tells any client to re-read.
    ///
    /// On a busy branch every head is a little older than the last event, and a late event of an old epoch says nothing
    /// about the present one. In both cases there is at most something to catch up with.
    async fn check_head(&mut self) {
        match head(&*self.log, self.branch).await {
            Ok(head) if head.epoch == self.position.epoch && head.seq >= self.position.seq => {
                self.regressions = 0;
                if self.catch_up == CatchUpState::Restart {
                    self.catch_up = CatchUpState::None;
                }
                if head.seq > self.position.seq {
                    self.heal(head.seq).await;
                }
            }
            Ok(_) => self.restart().await,
            Err(error) => {
                tracing::warn!(branch = %self.branch, %error, "cannot read the stream's head yet");
                self.catch_up = CatchUpState::Restart;
            }
        }
    }

    /// Reads the head of the stream. If it is another stream, or what is missing is not kept any more, the feed goes on
    /// from that head and tells every client to re-read.
    async fn restart(&mut self) {
        let head = match head(&*self.log, self.branch).await {
            Ok(head) => head,
            Err(error) => {
                tracing::warn!(branch = %self.branch, %error, "cannot read the stream's head yet");
                self.catch_up = CatchUpState::Restart;
                return;
            }
        };
        self.catch_up = CatchUpState::None;
        let head = if head.epoch == self.position.epoch && head.seq <= self.position.seq {
            if head.seq == self.position.seq || self.regressions < REGRESSIONS {
                return;
            }
            let Some(head) = self.head_after_going_back(head).await else { return };
            head
        } else {
            head
        };
        tracing::warn!(branch = %self.branch, from = ?self.position, to = ?head, "the stream broke; clients must re-read");
        metrics::counter!("wsgateway_resyncs_total").increment(1);
        self.regressions = 0;
        self.ring = Ring::default();
        self.position = head;
        let text = notice::resync(self.branch, &self.position);
        for wire in self.hub.everybody() {
            wire.send(text.clone());
        }
        // A guest may have been removed in what was lost.
        self.hub.diners().for_each(|wire| wire.recheck());
        self.read_roster().await;
    }

    /// Has a new epoch begun in a stream that went back, so that a client that is away is told to read again as well.
    /// The head from which to go on; `None` where it is only read late, or nobody can tell yet.
    async fn head_after_going_back(&mut self, head: Position) -> Option<Position> {
        self.regressions = 0;
        match self.log.begin_epoch_after(self.branch, &self.position).await {
            Ok(true) => {
                tracing::error!(branch = %self.branch, from = ?self.position, to = ?head,
                    "the event stream went back in time; a new epoch begins");
                metrics::counter!("wsgateway_epochs_begun_total").increment(1);
            }
            // Another gateway was first, or what is read is behind what is written.
            Ok(false) => {}
            // Nobody may write here. Those who are connected are told at least.
            Err(store::Error::Database(error)) => {
                tracing::error!(branch = %self.branch, %error, "the event stream went back and its epoch stays");
                return Some(head);
            }
            // A standby, which says no; or no answer: the next comparisons tell.
            Err(error) => {
                tracing::warn!(branch = %self.branch, %error, "cannot tell yet whether the event stream went back");
                return None;
            }
        }
        match self::head(&*self.log, self.branch).await {
            Ok(head) if head.epoch == self.position.epoch && head.seq <= self.position.seq => None,
            Ok(head) => Some(head),
            Err(error) => {
                tracing::warn!(branch = %self.branch, %error, "cannot read the stream's head yet");
                self.catch_up = CatchUpState::Restart;
                None
            }
        }
    }

    async fn deliver(&mut self, frame: Frame) {
        let event = Arc::clone(&frame.event);
        let roster = Arc::clone(&self.roster);
        let recipients = Recipients::new(&event, &roster);
        let (mut sent, mut lost) = (0, Vec::new());
        for (id, wire) in self.hub.recipients(recipients) {
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

    /// Acts on an event that changes who may listen: removed guests, staff, branches, the roster.
    async fn follow_up(&mut self, event: &Envelope) {
        /// The part of [`domain::event::EntityRef`] that is read here.
        #[derive(Deserialize)]
        struct Subject<'a> {
            entity_type: &'a str,
            entity_id: i64,
        }
        let kind = event.kind.known();
        if kind == Some(EventType::TableStatusChanged) {
            return self.close_removed_guests(event);
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
            // Places on the roster may have been deleted with it.
            self.read_roster().await;
        }
        match subject.entity_type {
            // Password, role and active flag count at once, not at the next periodic check. The roster follows too.
            "staff" => {
                self.registry.recheck(UserId(subject.entity_id));
                self.read_roster().await;
            }
            "sector_assignment" | "sector" => self.read_roster().await,
            // A branch was added, deleted, opened or closed: what the staff may hear follows.
            "branch" => self.hub.staff().for_each(|wire| wire.recheck()),
            _ => {}
        }
    }

    /// Closes the sockets of guests whom staff removed: the event that says so is the last they hear. An older gateway
    /// delivers that event like any other and lets them listen until their token expires.
    fn close_removed_guests(&mut self, event: &Envelope) {
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

    /// Reads the roster. Until the first one is read no waiter counts as assigned, so every waiter hears every table:
    /// too much, never too little. If it cannot be read, the old one stays.
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

/// Reads the head of a stream; an empty position if the branch has none.
async fn head(log: &dyn EventLog, branch: BranchId) -> store::Result<Position> {
    let heads = log.heads(&[branch]).await?;
    Ok(heads.into_iter().next().map_or_else(|| Position { epoch: "".into(), seq: 0 }, |(_, position)| position))
}
