//! The end of a connection: the close frame reaches the client, then the connection goes.
//!
//! A connection dropped with unread bytes in it is reset by the kernel, and the reset overtakes the close frame: the
//! client would see 1006 instead of the reason. So after the last word there is a short time to listen.

use crate::farewell::Farewell;
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::Semaphore,
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

/// How long a goodbye may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long the goodbye to somebody who was never let in takes while many others are said goodbye to: long enough for the
/// close frame.
const HASTE: Duration = Duration::from_millis(50);
/// So many of those who were never let in have the whole time at once. Whoever comes by the hundred with a bad token must
/// not hold as many connections for as many seconds.
pub(crate) const UNHURRIED: usize = 64;

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

/// Ends a connection that was never more than accepted. `unhurried` has a permit for each that may take its time.
pub(crate) async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(
    stream: WebSocketStream<S>,
    farewell: Farewell,
    unhurried: &Semaphore,
) {
    let permit = unhurried.try_acquire();
    say(stream, End::Say(farewell), if permit.is_ok() { PATIENCE } else { HASTE }).await;
}

/// Ends a connection.
pub(crate) async fn part<S: AsyncRead + AsyncWrite + Unpin>(stream: WebSocketStream<S>, end: End) {
    say(stream, end, PATIENCE).await;
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(mut stream: WebSocketStream<S>, end: End, patience: Duration) {
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
    let _ = timeout(patience, goodbye).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use tokio::time::Instant;
    use tokio_tungstenite::tungstenite::protocol::Role;

    /// Hundreds that are refused and do not go: most of them hold their connection for a moment only, and each was told why.
    #[tokio::test(start_paused = true)]
    async fn only_so_many_of_the_refused_have_the_whole_time() {
        let unhurried = Semaphore::new(UNHURRIED);
        let begin = Instant::now();
        let refusals = (0..UNHURRIED + 200).map(|_| async {
            let (ours, theirs) = tokio::io::duplex(1_024);
            let stream = WebSocketStream::from_raw_socket(ours, Role::Server, None).await;
            refuse(stream, Farewell::UNAUTHORIZED, &unhurried).await;
            let took = begin.elapsed();
            let mut client = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
            assert!(matches!(client.next().await, Some(Ok(Message::Close(Some(_))))));
            took
        });
        let took = join_all(refusals).await;
        let (patient, hasty): (Vec<Duration>, Vec<Duration>) = took.into_iter().partition(|took| *took >= PATIENCE);
        assert_eq!((patient.len(), hasty.len()), (UNHURRIED, 200));
        assert!(hasty.iter().all(|took| *took < HASTE * 2), "{hasty:?}");
        assert_eq!(unhurried.available_permits(), UNHURRIED);
    }
}
