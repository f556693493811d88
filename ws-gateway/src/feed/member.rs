//! The types of joining a feed: where a socket wants to go on, and what it must get before the live events begin.

use super::Frame;
use crate::{hub::Listener, wire::Wire};
use domain::{BranchId, event::Position};
use std::sync::Arc;
use store::view::Roster;

/// The position at which a client says it stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resume {
    /// The last number it has seen; `None` when what it sent is not a number.
    pub(crate) after: Option<i64>,
    /// The epoch of that number, if it said.
    pub(crate) epoch: Option<String>,
}

/// A socket that joins the branch.
#[derive(Debug)]
pub(crate) struct Member {
    /// How to reach it.
    pub(crate) wire: Arc<Wire>,
    /// As whom it listens.
    pub(crate) listener: Listener,
    /// The position to go on from, if it was here before.
    pub(crate) resume: Option<Resume>,
}

/// What a socket must get before the live events, which begin right after `position`.
#[derive(Debug)]
pub(crate) enum Handover {
    /// Nothing.
    Live,
    /// These, all in `(after, position]`.
    Frames(Vec<Frame>),
    /// Everything in `(after, position]`, from the log.
    Log(i64),
    /// A notice that it must re-read.
    Resync,
}

/// A socket that has joined.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) branch: BranchId,
    pub(crate) listener: Listener,
    /// Live events begin right after this position.
    pub(crate) position: Position,
    /// Today's roster, for what is replayed.
    pub(crate) roster: Arc<Roster>,
    pub(crate) handover: Handover,
}
