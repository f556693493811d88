//! Writing to a client: many texts with one flush, within a time limit.

use super::Socket;
use crate::{close_handshake::End, close_reason::CloseReason, wire::Wire};
use futures_util::SinkExt;
use std::time::Duration;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Bytes, Message, Utf8Bytes},
};

/// How long one flush may take; after that the client counts as stuck.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);
/// The most frames written before one flush.
const BATCH: usize = 64;

impl Socket {
    /// Writes one message and the messages queued behind it, at most [`BATCH`], then flushes once.
    pub(super) async fn write_queued<S>(&mut self, stream: &mut WebSocketStream<S>, first: Utf8Bytes) -> Result<(), End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let queue = &mut self.queue;
        let rest = std::iter::from_fn(|| queue.try_recv().ok());
        write(&self.wire, stream, std::iter::once(first).chain(rest).take(BATCH).map(Message::Text)).await
    }

    pub(super) async fn write_all<S>(
        &self,
        stream: &mut WebSocketStream<S>,
        texts: impl IntoIterator<Item = Utf8Bytes>,
    ) -> Result<(), End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        write(&self.wire, stream, texts.into_iter().map(Message::Text)).await
    }

    /// Sends a WebSocket ping.
    pub(super) async fn ping<S>(&self, stream: &mut WebSocketStream<S>) -> Result<(), End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        write(&self.wire, stream, std::iter::once(Message::Ping(Bytes::new()))).await
    }
}

/// Writes messages and flushes. Ends early when the client is stuck or the socket is told to close.
async fn write<S>(
    wire: &Wire,
    stream: &mut WebSocketStream<S>,
    messages: impl Iterator<Item = Message>,
) -> Result<(), End>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let writing = async {
        for message in messages {
            stream.feed(message).await?;
        }
        stream.flush().await
    };
    tokio::select! {
        biased;
        written = timeout(WRITE_PATIENCE, writing) => match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Broken),
            Err(_) => {
                metrics::counter!("wsgateway_slow_closes_total").increment(1);
                Err(End::WeClose(CloseReason::SLOW))
            }
        },
        close_reason = wire.closed() => Err(End::WeClose(close_reason)),
    }
}
