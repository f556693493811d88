//! A socket: serves one connection from its opening to its close, with a reason.
//!
//! It sends what the client missed, then its queue; it answers pings and checks again that the client may listen. One
//! task owns the connection, so nothing is locked and frames cannot interleave. Only this task ever waits for the
//! client.

mod opening;
mod recheck;
mod writing;

use crate::{
    Gateway,
    admission::{DinerPass, RolesByBranch, StaffPass},
    close_handshake::{self, End},
    close_reason::CloseReason,
    exchange::Attachment,
    feed::Joined,
    frames::TooManyFrames,
    inbound::Inbound,
    notice,
    registry::ConnectionGuard,
    wire::{Signal, Wire},
};
use futures_util::StreamExt;
use rand::Rng;
use recheck::CHECK_PATIENCE;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
    time::{Instant, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error, Message, Utf8Bytes},
};

/// After how long a silent client is closed: the shipped ones ping every 30 s.
const IDLE: Duration = Duration::from_secs(90);
/// How often a client is sent a WebSocket ping: browsers answer by themselves, also for a tab whose own timers are
/// throttled to one a minute. Proxies close what is silent for 50 s (HAProxy's example) or 60 s (nginx).
const PING: Duration = Duration::from_secs(25);
/// How often, at least, a socket checks that its user may still listen. Each check comes up to a tenth sooner, so that
/// a thousand sockets opened at once do not check at once for ever.
const CHECK: Duration = Duration::from_secs(60);
/// The longest time over which a stopping process spreads the closing of its sockets.
const STOP_SPREAD: Duration = Duration::from_secs(3);

/// The owner of a connection, with the token's proof.
#[derive(Debug)]
pub(crate) enum Identity {
    /// A member of staff, with the roles it listens in.
    Staff { pass: StaffPass, roles_by_branch: RolesByBranch },
    /// A phone at a table.
    Diner(DinerPass),
}

/// A connection that has joined its feeds. Dropping it leaves them.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) wire: Arc<Wire>,
    pub(crate) identity: Identity,
    /// Whether the client asked for its position.
    pub(crate) greeting: bool,
    pub(crate) attachments: Vec<Attachment>,
    /// What must be sent before the queue.
    pub(crate) joined: Vec<Joined>,
    queue: mpsc::Receiver<Utf8Bytes>,
    guard: ConnectionGuard,
    heard_at: Instant,
    ping_at: Instant,
    check_at: Instant,
    leave_at: Option<Instant>,
}

impl Socket {
    pub(crate) fn new(
        gateway: &Arc<Gateway>,
        wire: Arc<Wire>,
        queue: mpsc::Receiver<Utf8Bytes>,
        guard: ConnectionGuard,
        identity: Identity,
    ) -> Self {
        Self {
            gateway: Arc::clone(gateway),
            wire,
            identity,
            greeting: false,
            attachments: Vec::with_capacity(1),
            joined: Vec::new(),
            queue,
            guard,
            heard_at: Instant::now(),
            ping_at: Instant::now() + PING,
            check_at: next_check(),
            leave_at: None,
        }
    }

    /// Serves the connection to its end.
    pub(crate) async fn live<S>(mut self, mut stream: WebSocketStream<S>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let end = match self.open(&mut stream).await {
            Ok(()) => self.converse(&mut stream).await,
            Err(end) => end,
        };
        // The feeds are left first: closing can take seconds, and meanwhile no feed should count this socket or fill
        // its queue.
        drop(self);
        close_handshake::close(stream, end).await;
    }

    async fn converse<S>(&mut self, stream: &mut WebSocketStream<S>) -> End
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let stop = self.gateway.shutdown.cancelled();
        let timer = tokio::time::sleep_until(self.next_deadline());
        tokio::pin!(stop, timer);
        loop {
            let done = tokio::select! {
                signal = self.wire.signal() => match signal {
                    Signal::Close(close_reason) => Err(End::WeClose(close_reason)),
                    Signal::Recheck => self.recheck().await,
                },
                Some(text) = self.queue.recv() => self.write_queued(stream, text).await,
                message = stream.next() => self.heed(stream, message).await,
                () = &mut timer => self.on_time(stream).await,
                () = &mut stop, if self.leave_at.is_none() => {
                    self.leave_at = Some(Instant::now() + stop_pause(self.gateway.shutdown.grace()));
                    Ok(())
                }
            };
            if let Err(end) = done {
                return end;
            }
            // Hearing a message moves the idle deadline without touching the timer: when it fires it is set anew.
            let deadline = self.next_deadline();
            if timer.is_elapsed() || deadline < timer.deadline() {
                timer.as_mut().reset(deadline);
            }
        }
    }

    fn next_deadline(&self) -> Instant {
        let idle = self.heard_at + IDLE;
        self.leave_at.map_or(idle, |leave| leave.min(idle)).min(self.check_at).min(self.ping_at)
    }

    async fn on_time<S>(&mut self, stream: &mut WebSocketStream<S>) -> Result<(), End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let now = Instant::now();
        if self.leave_at.is_some_and(|leave| leave <= now) {
            return Err(End::WeClose(CloseReason::RESTART));
        }
        if self.heard_at + IDLE <= now {
            return Err(End::WeClose(CloseReason::IDLE));
        }
        if self.ping_at <= now {
            self.ping_at = now + PING;
            self.ping(stream).await?;
        }
        if self.check_at <= now { self.recheck().await } else { Ok(()) }
    }

    /// Handles a message of the client.
    async fn heed<S>(
        &mut self,
        stream: &mut WebSocketStream<S>,
        message: Option<Result<Message, Error>>,
    ) -> Result<(), End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let message = match message {
            Some(Ok(message)) => message,
            Some(Err(Error::Io(error))) if TooManyFrames::is(&error) => {
                return Err(End::WeClose(CloseReason::FLOODING));
            }
            Some(Err(Error::Capacity(_))) => return Err(End::WeClose(CloseReason::TOO_LARGE)),
            Some(Err(Error::Utf8(_))) => return Err(End::WeClose(CloseReason::NOT_UTF8)),
            Some(Err(Error::Protocol(_))) => return Err(End::WeClose(CloseReason::PROTOCOL)),
            Some(Err(_)) | None => return Err(End::Broken),
        };
        self.heard_at = Instant::now();
        if matches!(message, Message::Close(_)) {
            return Err(End::TheyClosed);
        }
        match message {
            Message::Text(text) => match Inbound::parse(&text) {
                Inbound::Ping => self.write_all(stream, [notice::PONG]).await,
                Inbound::RefreshSectors => self.refresh_sectors(stream).await,
                Inbound::Other => Ok(()),
            },
            Message::Binary(_) => Err(End::WeClose(CloseReason::BINARY)),
            // tungstenite has queued the pong; it goes out with a flush.
            Message::Ping(_) => self.write_all(stream, []).await,
            Message::Pong(_) | Message::Frame(_) | Message::Close(_) => Ok(()),
        }
    }

    async fn refresh_sectors<S>(&mut self, stream: &mut WebSocketStream<S>) -> Result<(), End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Identity::Staff { pass, roles_by_branch } = &self.identity else { return Ok(()) };
        let mut sectors = Vec::new();
        for branch in roles_by_branch.iter().filter(|(_, roles)| roles.waiter).map(|(branch, _)| *branch) {
            let asked = self.gateway.exchange.sectors_of(branch, pass.user());
            let Ok(Some(found)) = timeout(CHECK_PATIENCE, asked).await else { return Ok(()) };
            sectors.extend(found.iter().map(ToString::to_string));
        }
        self.write_all(stream, [format!("sectors_updated:{}", sectors.join(",")).into()]).await
    }
}

fn next_check() -> Instant {
    let spread = rand::rng().random_range(Duration::ZERO..=CHECK / 10);
    Instant::now() + CHECK - spread
}

/// A random wait within the grace of a stop that leaves enough of it for the close itself.
fn stop_pause(grace: Duration) -> Duration {
    rand::rng().random_range(Duration::ZERO..=STOP_SPREAD.min(grace / 3))
}
