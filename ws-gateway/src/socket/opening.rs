//! The opening of a connection: sends what the client missed, then its position.

use super::Socket;
use crate::{
    close_handshake::End,
    close_reason::CloseReason,
    feed::{Handover, Joined},
    notice,
    replay::{self, Page},
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;

impl Socket {
    /// Sends what the client missed, and its position if it asked.
    pub(super) async fn open<S>(&mut self, stream: &mut WebSocketStream<S>) -> Result<(), End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        for mut joined in std::mem::take(&mut self.joined) {
            let complete = match std::mem::replace(&mut joined.handover, Handover::Live) {
                Handover::Live => true,
                Handover::Frames(frames) => {
                    self.write_all(stream, replay::audible(&joined, &frames)).await?;
                    true
                }
                Handover::Log(after) => self.replay(stream, &joined, after).await?,
                Handover::Resync => false,
            };
            if !complete {
                metrics::counter!("wsgateway_resyncs_total").increment(1);
                self.write_all(stream, [notice::resync(joined.branch, &joined.position)]).await?;
            } else if self.greeting {
                self.write_all(stream, [notice::position(joined.branch, &joined.position)]).await?;
            }
        }
        Ok(())
    }

    /// Replays from the log; false if it does not reach back that far.
    async fn replay<S>(&mut self, stream: &mut WebSocketStream<S>, joined: &Joined, mut after: i64) -> Result<bool, End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        while after < joined.position.seq {
            match replay::page(&*self.gateway.log, joined, after).await {
                Ok(Page::Upto(upto, texts)) => {
                    self.write_all(stream, texts).await?;
                    after = upto;
                }
                Ok(Page::Lost) => return Ok(false),
                Err(error) => {
                    tracing::warn!(%error, "cannot replay now");
                    return Err(End::WeClose(CloseReason::UNAVAILABLE));
                }
            }
        }
        Ok(true)
    }
}
