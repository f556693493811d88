//! Bodies that note when a client keeps us waiting and when an answer is out of our hands.

use super::{requests::Turn, talk::Talk};
use axum::BoxError;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// A request's body. With its end the request takes its turn among those that are worked on.
#[derive(Debug)]
pub(super) struct Received {
    body: Incoming,
    talk: Arc<Talk>,
    turn: Arc<Turn>,
    /// All of it was read, or no more of it comes.
    over: bool,
}

/// What a handler hears of a body whose connection or request has to give way: the client is answered elsewhere.
#[derive(Debug, thiserror::Error)]
#[error("the request gave way to others before its body was here")]
struct GaveWay;

impl Received {
    pub(super) fn new(body: Incoming, talk: Arc<Talk>, turn: Arc<Turn>) -> Self {
        let over = body.is_end_stream();
        if over {
            turn.begin();
        }
        Self { body, talk, turn, over }
    }

    /// Notes what came, and whether the handler may have it.
    fn note(&self, frame: Option<&Frame<Bytes>>) -> bool {
        let bytes = frame.and_then(Frame::data_ref).map_or(0, Bytes::len);
        let is_current = if frame.is_some() { self.talk.body_came(bytes) } else { self.talk.body_over() };
        let is_whole = frame.is_none() || self.body.is_end_stream();
        is_current && if is_whole { self.turn.begin() } else { self.turn.grow(bytes) }
    }
}

impl Body for Received {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Pending => {
                self.talk.body_awaited();
                return Poll::Pending;
            }
            Poll::Ready(Some(Err(error))) => {
                self.over = true;
                self.talk.body_over();
                return Poll::Ready(Some(Err(error.into())));
            }
            Poll::Ready(Some(Ok(frame))) => Some(frame),
            Poll::Ready(None) => None,
        };
        self.over = frame.is_none() || self.body.is_end_stream();
        if !self.note(frame.as_ref()) {
            return Poll::Ready(Some(Err(GaveWay.into())));
        }
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Received {
    /// Whoever wants no more of the body begins without it.
    fn drop(&mut self) {
        self.talk.body_over();
        if !self.over {
            self.talk.body_left();
        }
        self.turn.begin();
    }
}

/// A request under way; dropping it ends it.
#[derive(Debug)]
pub(super) struct UnderWay {
    talk: Arc<Talk>,
}

impl UnderWay {
    pub(super) fn begin(talk: &Arc<Talk>) -> Self {
        talk.request_began();
        Self { talk: Arc::clone(talk) }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.talk.request_ended();
    }
}

/// An answer's body; the request is under way until hyper has taken all of it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) body: axum::body::Body,
    pub(super) _under_way: UnderWay,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
