//! One connection's conversation: whose turn it is and since when, noted by those who see it.
//!
//! The socket sees bytes come and go, the service sees requests begin and end, the body sees what is still owed; the
//! connection's task reads all of it after each step and derives the one deadline that counts.

use super::{patience::Patience, slots::Doing};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// What a connection is doing, since when, and until when it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) doing: Doing,
    pub(super) since: Instant,
    pub(super) until: Option<(Instant, Late)>,
}

/// What a client was too slow with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    /// A request's head; whether any of it came.
    Head { begun: bool },
    /// The next request.
    Idle,
    /// The rest of a body.
    Body,
    /// Reading an answer.
    Answer,
}

impl Late {
    /// The name in metrics.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Head { .. } => "head",
            Self::Idle => "idle",
            Self::Body => "body",
            Self::Answer => "answer",
        }
    }
}

#[derive(Debug)]
pub(super) struct Talk {
    patience: Patience,
    proxy: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When the last request ended; before the first one, when the connection began.
    rest: Instant,
    /// Requests under way.
    requests: usize,
    /// Whether there ever was one.
    served: bool,
    /// When the first byte of the next request came.
    first_byte: Option<Instant>,
    upgraded: bool,
    /// The last request was answered before all of its body was here.
    unread: bool,
    /// Told to go for another connection: nothing new is begun.
    leaving: bool,
    /// The slots learned from the conversation itself what it does, so that they have to be told again.
    retell: bool,
    incoming: Pace,
    outgoing: Pace,
}

/// How fast the client does its part.
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
    /// When the waiting began, less the time before it that was not the client's.
    since: Option<Instant>,
    /// What the client took of its time before this waiting.
    spent: Duration,
    bytes: usize,
}

impl Pace {
    fn wait(&mut self) {
        let now = Instant::now();
        self.since.get_or_insert_with(|| now.checked_sub(self.spent).unwrap_or(now));
    }

    /// A slow client's bytes add up; once they are enough its time begins anew.
    fn moved(&mut self, bytes: usize, enough: usize) {
        if let Some(since) = self.since.take() {
            self.spent = since.elapsed();
        }
        self.bytes += bytes;
        if self.bytes >= enough {
            *self = Self::default();
        }
    }
}

impl Talk {
    pub(super) fn new(patience: Patience, proxy: bool) -> Self {
        let rest = Instant::now();
        let state = State {
            rest,
            requests: 0,
            served: false,
            first_byte: None,
            upgraded: false,
            unread: false,
            leaving: false,
            retell: false,
            incoming: Pace::default(),
            outgoing: Pace::default(),
        };
        Self { patience, proxy, state: Mutex::new(state) }
    }

    pub(super) fn standing(&self) -> Standing {
        self.standing_of(&self.state())
    }

    /// Asks the connection to go for another one. Not while something is being worked on; whether it goes is decided
    /// here and now, so that a request that comes at this very moment is either begun or never begun.
    pub(super) fn leave(&self) -> bool {
        let mut state = self.state();
        let goes = self.standing_of(&state).doing != Doing::Busy;
        state.leaving |= goes;
        state.retell |= !goes;
        goes
    }

    /// The connection found a place again.
    pub(super) fn stay(&self) {
        self.state().leaving = false;
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.state().leaving
    }

    /// Whether the slots have to be told what they were told before; asked once.
    pub(super) fn retell(&self) -> bool {
        std::mem::take(&mut self.state().retell)
    }

    fn standing_of(&self, state: &State) -> Standing {
        let stalled = |since, late| {
            let until = Some((since + self.patience.stall, late));
            Standing { doing: Doing::Stalled, since, until }
        };
        if state.upgraded {
            return Standing { doing: Doing::Busy, since: state.rest, until: None };
        }
        if let Some(since) = state.outgoing.since {
            return stalled(since, Late::Answer);
        }
        if state.requests > 0 {
            let busy = Standing { doing: Doing::Busy, since: state.rest, until: None };
            return state.incoming.since.map_or(busy, |since| stalled(since, Late::Body));
        }
        let until = match (state.served, state.first_byte) {
            (false, begun) => (state.rest + self.patience.head, Late::Head { begun: begun.is_some() }),
            (true, Some(first)) => (first + self.patience.head, Late::Head { begun: true }),
            (true, None) => {
                let idle = if self.proxy { self.patience.idle_proxy } else { self.patience.idle };
                (state.rest + idle, Late::Idle)
            }
        };
        Standing { doing: Doing::Waiting, since: state.rest, until: Some(until) }
    }

    /// Bytes came from the client.
    pub(super) fn heard(&self) {
        let mut state = self.state();
        if state.requests == 0 {
            state.first_byte.get_or_insert_with(Instant::now);
        }
    }

    /// A whole head is here.
    pub(super) fn request_began(&self) {
        let mut state = self.state();
        state.requests += 1;
        state.served = true;
        state.first_byte = None;
        state.unread = false;
        state.incoming = Pace::default();
    }

    /// Nobody wants the rest of the body.
    pub(super) fn body_left(&self) {
        self.state().unread = true;
    }

    /// Whether the connection takes no further request: hyper looks once whether the rest of a body is here, and closes
    /// where it is not, however small it is. A client that is not told sends its next request into that.
    pub(super) fn ends_here(&self) -> bool {
        self.state().unread
    }

    /// For how long, and for how many bytes, what the client still sends is read before its connection goes. `None`
    /// where it owes nothing.
    pub(super) fn lingers(&self) -> Option<(Duration, usize)> {
        self.state().unread.then_some((self.patience.linger, self.patience.linger_bytes))
    }

    /// The answer is out of our hands.
    pub(super) fn request_ended(&self) {
        let mut state = self.state();
        state.requests = state.requests.saturating_sub(1);
        state.rest = Instant::now();
    }

    /// From now on it is not HTTP any more.
    pub(super) fn upgrade(&self) {
        self.state().upgraded = true;
    }

    /// A handler waits for more of the body.
    pub(super) fn body_awaited(&self) {
        self.state().incoming.wait();
    }

    /// A part of the body came. Whether it may be read: a connection that was told to go while it owed the rest has
    /// nothing begun any more.
    pub(super) fn body_came(&self, bytes: usize) -> bool {
        let mut state = self.state();
        state.incoming.moved(bytes, self.patience.pace);
        !state.leaving
    }

    /// Nobody waits for a body any more. Whether what came may be used, as for a part of it.
    pub(super) fn body_over(&self) -> bool {
        let mut state = self.state();
        state.incoming = Pace::default();
        !state.leaving
    }

    /// The client takes no more for now.
    pub(super) fn answer_stuck(&self) {
        self.state().outgoing.wait();
    }

    /// The client took something.
    pub(super) fn answer_moved(&self, bytes: usize) {
        self.state().outgoing.moved(bytes, self.patience.pace);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
