//! How a socket joins a feed: where it wants to go on, and what it is owed before the live events begin.

use super::Frame;
use crate::{hub::Listener, wire::Wire};
use domain::{BranchId, event::Position};
use std::sync::Arc;
use store::view::Roster;

/// Where a client says it stopped.
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
    /// Where it wants to go on, if it was here before.
    pub(crate) resume: Option<Resume>,
}

/// What is owed to a socket before the live events, which begin right after `position`.
#[derive(Debug)]
pub(crate) enum Handover {
    /// Nothing.
    Live,
    /// These, all in `(after, position]`.
    Frames(Vec<Frame>),
    /// Everything in `(after, position]`, from the log.
    Log(i64),
    /// The word that it must re-read.
    Resync,
}

/// A socket that has joined.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) branch: BranchId,
    pub(crate) listener: Listener,
    /// Live events begin right after it.
    pub(crate) position: Position,
    /// Today's roster, for what is replayed.
    pub(crate) roster: Arc<Roster>,
    pub(crate) handover: Handover,
}
