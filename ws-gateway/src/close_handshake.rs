//! Closes a connection so that the close frame reaches the client before the connection goes.
//!
//! A connection dropped with unread bytes in it is reset by the kernel, and the reset overtakes the close frame: the
//! client would see 1006 instead of the reason. So what the client still sends is read for a short time first.

use crate::close_reason::CloseReason;
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::Semaphore,
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

/// How long closing may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// How long closing a refused connection may take while many others are being closed: long enough for the close frame.
const SHORT_CLOSE_TIMEOUT: Duration = Duration::from_millis(50);
/// How many refused connections may take [`CLOSE_TIMEOUT`] at once. Hundreds of attempts with a bad token must not hold
/// hundreds of connections for a second each.
pub(crate) const FULL_CLOSES: usize = 64;

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// We close it, with this reason.
    WeClose(CloseReason),
    /// The client closed it. The answer is due at once: clients wait for it before they connect again.
    TheyClosed,
    /// The connection broke.
    Broken,
}

/// Closes a connection that was refused. It may take [`CLOSE_TIMEOUT`] if `full_closes` has a permit left, else only
/// [`SHORT_CLOSE_TIMEOUT`].
pub(crate) async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: WebSocketStream<S>,
    reason: CloseReason,
    full_closes: &Semaphore,
) {
    let permit = full_closes.try_acquire();
    close_within(stream, End::WeClose(reason), if permit.is_ok() { CLOSE_TIMEOUT } else { SHORT_CLOSE_TIMEOUT }).await;
}

/// Closes a connection.
pub(crate) async fn close<S: AsyncRead + AsyncWrite + Unpin>(stream: WebSocketStream<S>, end: End) {
    close_within(stream, end, CLOSE_TIMEOUT).await;
}

async fn close_within<S: AsyncRead + AsyncWrite + Unpin>(mut stream: WebSocketStream<S>, end: End, limit: Duration) {
    let closing = async {
        match end {
            End::Broken => return,
            End::TheyClosed => {}
            End::WeClose(reason) => {
                metrics::counter!("wsgateway_closes_total", "reason" => reason.kind()).increment(1);
                if stream.send(Message::Close(Some(reason.frame()))).await.is_err() {
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
    let _ = timeout(limit, closing).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use tokio::time::Instant;
    use tokio_tungstenite::tungstenite::protocol::Role;

    /// Hundreds that are refused and do not go: most of them hold their connection for a moment only, and each was told
    /// why.
    #[tokio::test(start_paused = true)]
    async fn only_so_many_of_the_refused_have_the_whole_time() {
        let full_closes = Semaphore::new(FULL_CLOSES);
        let begin = Instant::now();
        let refusals = (0..FULL_CLOSES + 200).map(|_| async {
            let (ours, theirs) = tokio::io::duplex(1_024);
            let stream = WebSocketStream::from_raw_socket(ours, Role::Server, None).await;
            refuse(stream, CloseReason::UNAUTHORIZED, &full_closes).await;
            let took = begin.elapsed();
            let mut client = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
            assert!(matches!(client.next().await, Some(Ok(Message::Close(Some(_))))));
            took
        });
        let took = join_all(refusals).await;
        let (patient, hasty): (Vec<Duration>, Vec<Duration>) =
            took.into_iter().partition(|took| *took >= CLOSE_TIMEOUT);
        assert_eq!((patient.len(), hasty.len()), (FULL_CLOSES, 200));
        assert!(hasty.iter().all(|took| *took < SHORT_CLOSE_TIMEOUT * 2), "{hasty:?}");
        assert_eq!(full_closes.available_permits(), FULL_CLOSES);
    }
}
