//! Closes a connection so that the close frame reaches the client before the connection goes.
//!
//! A connection dropped with unread bytes in it is reset by the kernel, and the reset overtakes the close frame: the
//! client would see 1006 instead of the reason. So what the client still sends is read for a short time first.

use crate::close_reason::CloseReason;
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

/// How long closing may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// We close it, with this reason.
    WeClose(CloseReason),
    /// The client closed it; the answer is due at once, as clients hold the next connection against a late one.
    TheyClosed,
    /// The connection broke.
    Broken,
}

/// Closes a connection that was never more than accepted.
pub(crate) async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(stream: WebSocketStream<S>, close_reason: CloseReason) {
    close(stream, End::WeClose(close_reason)).await;
}

/// Closes a connection.
pub(crate) async fn close<S: AsyncRead + AsyncWrite + Unpin>(mut stream: WebSocketStream<S>, end: End) {
    let closing = async {
        match end {
            End::Broken => return,
            End::TheyClosed => {}
            End::WeClose(close_reason) => {
                metrics::counter!("wsgateway_closes_total", "reason" => close_reason.kind()).increment(1);
                if stream.send(Message::Close(Some(close_reason.frame()))).await.is_err() {
                    return;
                }
            }
        }
        let mut answered = end == End::TheyClosed;
        while let Some(Ok(message)) = stream.next().await {
            answered |= matches!(message, Message::Close(_));
        }
        // Without the client's answer (it may be in the middle of a message we refuse) its bytes are read raw.
        let socket = stream.get_mut();
        if socket.shutdown().await.is_ok() && !answered {
            let mut scrap = [0_u8; 1024];
            while socket.read(&mut scrap).await.is_ok_and(|read| read > 0) {}
        }
    };
    let _ = timeout(CLOSE_TIMEOUT, closing).await;
}
