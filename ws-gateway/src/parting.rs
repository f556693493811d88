//! The end of a connection: the close frame reaches the client, then the connection goes.
//!
//! A connection dropped with unread bytes in it is reset by the kernel, and the reset overtakes the close frame: the
//! client would see 1006 instead of the reason. So after the last word there is a short time to listen.

use crate::farewell::Farewell;
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

/// How long a goodbye may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// We end it, with these words.
    Say(Farewell),
    /// The client said goodbye; the answer is due at once, as clients hold the next connection against a late one.
    Heard,
    /// The connection broke.
    Gone,
}

/// Ends a connection that was never more than accepted.
pub(crate) async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(stream: WebSocketStream<S>, farewell: Farewell) {
    part(stream, End::Say(farewell)).await;
}

/// Ends a connection.
pub(crate) async fn part<S: AsyncRead + AsyncWrite + Unpin>(mut stream: WebSocketStream<S>, end: End) {
    let goodbye = async {
        match end {
            End::Gone => return,
            End::Heard => {}
            End::Say(farewell) => {
                metrics::counter!("wsgateway_closes_total", "reason" => farewell.kind()).increment(1);
                if stream.send(Message::Close(Some(farewell.frame()))).await.is_err() {
                    return;
                }
            }
        }
        let mut answered = end == End::Heard;
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
    let _ = timeout(PATIENCE, goodbye).await;
}
