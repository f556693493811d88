//! Replay: reads what a returning socket missed, up to the position from which its queue is live.
//!
//! The feed only says where the live part begins. The socket's own task does the reading, so that a phone that was away
//! for an hour delays no other socket. Meanwhile its queue fills. If the socket cannot keep up, it is closed and
//! resumes from further on, so that it makes progress even then.

use crate::{
    feed::{Frame, Joined},
    hub::{Listener, Recipients},
    log::EventLog,
};
use store::{Logged, Unreadable, view::Roster};
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// A page of what was missed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// The texts the socket may hear, and the number up to which that is complete.
    Upto(i64, Vec<Utf8Bytes>),
    /// The log does not hold all of it any more: the client must re-read.
    Lost,
}

/// Selects the texts of `frames` that the joined socket may hear.
pub(crate) fn audible<'a>(joined: &Joined, frames: impl IntoIterator<Item = &'a Frame>) -> Vec<Utf8Bytes> {
    let heard = |frame: &&Frame| Recipients::new(&frame.event, &joined.roster).reaches(&joined.listener);
    frames.into_iter().filter(heard).map(|frame| frame.text.clone()).collect()
}

/// Whether an unreadable row may have been for that listener.
pub(crate) fn concerns(row: &Unreadable, roster: &Roster, listener: &Listener) -> bool {
    row.about.as_deref().is_none_or(|event| Recipients::new(event, roster).reaches(listener))
}

/// Reads the page after `after`, never beyond the position where the live part begins.
///
/// # Errors
/// The log cannot be read.
pub(crate) async fn page(log: &dyn EventLog, joined: &Joined, after: i64) -> store::Result<Page> {
    let rows = log.after(joined.branch, after).await?;
    let mut frames = Vec::with_capacity(rows.len());
    let mut upto = after;
    for row in rows {
        if row.seq() > joined.position.seq {
            break;
        }
        if row.seq() != upto + 1 || *row.epoch() != joined.position.epoch {
            return Ok(Page::Lost);
        }
        upto = row.seq();
        match row {
            Logged::Event(event) => match Frame::of_row(event) {
                Ok(frame) => frames.push(frame),
                Err(error) => {
                    tracing::error!(%error, "an event of the log does not serialize");
                    return Ok(Page::Lost);
                }
            },
            // A listener whom the row does not concern misses nothing.
            Logged::Unreadable(row) => {
                if concerns(&row, &joined.roster, &joined.listener) {
                    return Ok(Page::Lost);
                }
            }
        }
    }
    // Nothing was read although something is missing: the retention deleted it.
    if upto == after { Ok(Page::Lost) } else { Ok(Page::Upto(upto, audible(joined, &frames))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        feed::Handover,
        testing::{BRANCH, FakeLog, event, unreadable},
    };
    use domain::{
        SessionId,
        event::{EventType, Position},
    };
    use std::sync::Arc;

    fn joined(seq: i64) -> Joined {
        Joined {
            branch: BRANCH,
            listener: Listener::Diner { session: SessionId(31), phone: None },
            position: Position { epoch: "e1".into(), seq },
            roster: Arc::default(),
            handover: Handover::Live,
        }
    }

    fn numbers(page: &Page) -> (i64, usize) {
        match page {
            Page::Upto(upto, texts) => (*upto, texts.len()),
            Page::Lost => (-1, 0),
        }
    }

    #[tokio::test]
    async fn pages_are_filtered_and_end_where_the_queue_begins() {
        let log = FakeLog::default();
        let kind = |seq| if seq % 2 == 0 { EventType::RoundReady } else { EventType::TicketReady };
        log.state().events = (1..=8).map(|seq| Logged::Event(event(seq, kind(seq)))).collect();
        let joined = joined(5);
        assert_eq!(numbers(&page(&log, &joined, 0).await.unwrap()), (3, 1));
        assert_eq!(numbers(&page(&log, &joined, 3).await.unwrap()), (5, 1));
    }

    #[tokio::test]
    async fn a_hole_is_never_passed_over() {
        let log = FakeLog::default();
        log.state().events = (4..=8).map(|seq| Logged::Event(event(seq, EventType::RoundReady))).collect();
        assert_eq!(page(&log, &joined(8), 2).await.unwrap(), Page::Lost);
        assert_eq!(page(&log, &joined(9), 8).await.unwrap(), Page::Lost);
        log.state().down = true;
        assert!(page(&log, &joined(8), 3).await.is_err());
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_lost_to_whom_it_concerns() {
        let log = FakeLog::default();
        let (mine, theirs) = (event(2, EventType::RoundReady), event(2, EventType::TicketReady));
        for (about, upto) in [(None, -1), (Some(mine), -1), (Some(theirs), 3)] {
            log.state().events = [1, 3].map(|seq| Logged::Event(event(seq, EventType::RoundReady))).into();
            log.state().events.insert(1, unreadable(2, about));
            assert_eq!(numbers(&page(&log, &joined(3), 0).await.unwrap()).0, upto);
        }
    }
}
