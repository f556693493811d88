//! Events: the one contract between the API and the gateway.
//!
//! An [`Event`] is what happened; a [`Draft`] adds where and by whom; the store numbers drafts in the transaction that
//! made them true and turns them into [`Envelope`]s (I1-I3). [`EventType::audience`] is design.md §3's table of
//! who hears what, and the only place that knows it; it is stored with each event, and readers go by what is stored.

mod audience;
mod envelope;
mod kind;
mod payload;
mod word;

pub use audience::{Audience, Waiters};
pub use envelope::{Actor, ActorRole, Author, Draft, Envelope, EventSink, Place, Position};
pub use kind::{Event, EventType, PayloadSchema};
pub use payload::*;
pub use word::{Vocabulary, Word};
