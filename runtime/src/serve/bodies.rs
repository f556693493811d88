//! Bodies that note when a client keeps us waiting and when an answer is out of our hands.

use super::{requests::Answering, talk::Talk};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// A request's body.
#[derive(Debug)]
pub(super) struct Received {
    body: Incoming,
    talk: Arc<Talk>,
}

impl Received {
    pub(super) fn new(body: Incoming, talk: Arc<Talk>) -> Self {
        Self { body, talk }
    }
}

impl Body for Received {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match &frame {
            Poll::Pending => self.talk.body_awaited(),
            Poll::Ready(Some(Ok(frame))) => self.talk.body_came(frame.data_ref().map_or(0, Bytes::len)),
            Poll::Ready(_) => self.talk.body_over(),
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        self.talk.body_over();
    }
}

/// A request under way; dropping it ends it.
#[derive(Debug)]
pub(super) struct UnderWay {
    talk: Arc<Talk>,
    /// Its place among the requests of proxied clients.
    pub(super) answering: Option<Answering>,
}

impl UnderWay {
    pub(super) fn begin(talk: &Arc<Talk>) -> Self {
        talk.request_began();
        Self { talk: Arc::clone(talk), answering: None }
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
