//! One connection from its first byte to its last.

use super::{
    bodies::{Answer, Received, UnderWay},
    connections::{Connections, Place},
    requests::crowded,
    slots::Doing,
    stream::Stream,
    talk::{Late, Standing, Talk},
};
use crate::Shutdown;
use axum::{Router, body::Body, extract::ConnectInfo, response::IntoResponse};
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use std::{
    convert::Infallible,
    future::poll_fn,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::Sleep};
use tower::ServiceExt;

/// The longest request head, and what is read ahead of a body: a connection costs no more.
const BUFFER: usize = 64 * 1024;
/// What a client hears that sent half a head.
const TOO_SLOW: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// A connection that was given a place.
pub(super) struct Connection {
    pub(super) socket: TcpStream,
    pub(super) peer: SocketAddr,
    pub(super) place: Place,
    pub(super) server: &'static str,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// By itself: closed, broken or upgraded.
    Over,
    /// Another one got its slot, or the process stops.
    Told,
    /// The client kept us waiting.
    Late(Late),
}

impl Connection {
    /// Answers what comes on it.
    pub(super) async fn run(self, router: Router, connections: Connections, shutdown: Shutdown) {
        let Self { socket, peer, place, server } = self;
        let patience = *connections.patience();
        let (talk, place) = (Arc::clone(&place.talk), Arc::new(place));
        let stream = Stream::new(socket, Arc::clone(&talk), Arc::clone(&place));
        let service = {
            let place = Arc::clone(&place);
            service_fn(move |request| {
                let under_way = UnderWay::begin(&place.talk);
                answer(router.clone(), connections.clone(), peer, Arc::clone(&place), under_way, request)
            })
        };
        // Without hyper's own time-out for heads: it counts the rest between two requests as well, and starts anew
        // there.
        let mut connection = http1::Builder::new()
            .max_buf_size(BUFFER)
            .header_read_timeout(None::<Duration>)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut watch = Watch::new(&talk, &place);
        let mut clock = pin!(tokio::time::sleep(patience.head));
        let mut told = pin!(place.go.notified());
        let mut stopping = pin!(shutdown.cancelled());
        let end = poll_fn(|cx| {
            loop {
                // First what the client sent: whoever has just sent a request is not the one to go.
                if let Poll::Ready(result) = Pin::new(&mut connection).poll(cx) {
                    if let Err(error) = result {
                        tracing::debug!(%error, %peer, "a connection broke");
                    }
                    return Poll::Ready(End::Over);
                }
                // What was said is in the conversation; this only wakes us.
                while told.as_mut().poll(cx).is_ready() {
                    told.set(place.go.notified());
                }
                if watch.stop_at.is_none() && stopping.as_mut().poll(cx).is_ready() {
                    watch.stop_at = Some(Instant::now() + patience.stop);
                }
                if watch.must_finish() {
                    Pin::new(&mut connection).graceful_shutdown();
                    continue;
                }
                return watch.look(cx, clock.as_mut());
            }
        })
        .await;
        // An upgrade may be over within one step: from now on nobody looks here, and its slot must say that it is in
        // use.
        watch.tell();
        if let End::Late(late) = end {
            metrics::counter!("http_connections_timed_out_total", "server" => server, "what" => late.name())
                .increment(1);
            if let (Late::Head { begun: true }, Some(parts)) = (late, connection.into_parts()) {
                parts.io.inner().last_word(TOO_SLOW);
            }
        }
    }
}

/// The eye on a connection: what is told to the slots, and when it is over.
struct Watch<'a> {
    talk: &'a Talk,
    place: &'a Place,
    /// What the slots know.
    known: (Doing, Instant),
    armed: Option<Instant>,
    stop_at: Option<Instant>,
    finishing: bool,
}

impl<'a> Watch<'a> {
    fn new(talk: &'a Talk, place: &'a Place) -> Self {
        let Standing { doing, since, .. } = talk.standing();
        Self { talk, place, known: (doing, since), armed: None, stop_at: None, finishing: false }
    }

    /// Whether the request under way must be the connection's last; asked for once.
    fn must_finish(&mut self) -> bool {
        let now = self.stop_at.is_some() && !self.finishing;
        self.finishing |= now;
        now
    }

    /// Tells the slots what the connection does.
    fn tell(&mut self) -> Standing {
        let again = self.talk.retell();
        let standing = self.talk.standing();
        if again || self.known != (standing.doing, standing.since) {
            self.known = (standing.doing, standing.since);
            self.place.tell(standing.doing, standing.since);
        }
        standing
    }

    /// Looks whether the connection has to end.
    fn look(&mut self, cx: &mut Context<'_>, mut clock: Pin<&mut Sleep>) -> Poll<End> {
        let standing = self.tell();
        // One that is busy all the same is being told that there is no place for its request.
        if standing.doing != Doing::Busy && self.talk.is_leaving() {
            return Poll::Ready(End::Told);
        }
        let stop = self.stop_at.filter(|_| standing.doing == Doing::Waiting);
        let Some(until) = standing.until.map(|(until, _)| until).into_iter().chain(stop).min() else {
            return Poll::Pending;
        };
        loop {
            // A clock that is early enough need not be set again: when it rings, the deadline is looked at anew.
            if self.armed.is_none_or(|armed| armed > until) {
                clock.as_mut().reset(until.into());
                self.armed = Some(until);
            }
            if clock.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.armed = None;
            if Instant::now() >= until {
                let late = standing.until.filter(|(late, _)| *late <= until).map(|(_, late)| End::Late(late));
                return Poll::Ready(late.unwrap_or(End::Told));
            }
        }
    }
}

/// Says that no further request is read from this connection.
fn say_goodbye(response: &mut Response<Body>) {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
}

/// Answers one request.
async fn answer(
    router: Router,
    connections: Connections,
    peer: SocketAddr,
    place: Arc<Place>,
    under_way: UnderWay,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    let talk = Arc::clone(&place.talk);
    if !place.stay() {
        if !hyper::body::Body::is_end_stream(request.body()) {
            talk.body_left();
        }
        let mut response = crowded().into_response();
        say_goodbye(&mut response);
        return Ok(response.map(|body| Answer { body, _under_way: under_way }));
    }
    let caller = connections.peer(peer.ip(), request.headers());
    let turn = Arc::new(caller.arrive());
    let mut request = request.map(|body| Body::new(Received::new(body, Arc::clone(&talk), Arc::clone(&turn))));
    request.extensions_mut().insert(ConnectInfo(peer));
    request.extensions_mut().insert(caller);
    let mut response = tokio::select! {
        biased;
        () = turn.refused() => {
            metrics::counter!("http_requests_refused_total").increment(1);
            crowded().into_response()
        }
        Ok(response) = router.oneshot(request) => response,
    };
    // The work is done. Whoever does not read the answer keeps a connection, but nobody else's turn.
    drop(turn);
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        talk.upgrade();
    } else if talk.ends_here() {
        // hyper does not say that it closes after a body that nobody read to its end, and whoever has sent all of it
        // would send the next request on a connection that answers no more.
        say_goodbye(&mut response);
    }
    Ok(response.map(|body| Answer { body, _under_way: under_way }))
}
