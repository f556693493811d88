//! The WebSocket handshake: turns an HTTP request into a socket that misses nothing.
//!
//! The socket is admitted and joins its feeds *before* the 101 goes out: what is committed after the client sees its
//! connection open is already in its queue. A refusal is decided before the 101 too, but sent after it as a close code:
//! a browser tells its page nothing about a handshake that failed (realtime.md §1.5).

use crate::{
    Gateway,
    admission::{RolesByBranch, close_reason},
    close_handshake,
    close_reason::CloseReason,
    feed::{Member, Resume},
    frames::Counted,
    hub::{BranchRoles, Listener},
    registry::Owner,
    socket::{Identity, Socket},
    wire::Wire,
};
use axum::{
    extract::{Query, Request, State},
    response::{IntoResponse, Response},
};
use domain::{BranchId, ProblemCode};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use runtime::{Peer, Problem};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::time::timeout;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig},
    },
};

/// How long a client may take to become a WebSocket after its 101.
const UPGRADE_PATIENCE: Duration = Duration::from_secs(10);
/// How long a socket waits for its feeds to open; after that the client should try another process.
const JOIN_PATIENCE: Duration = Duration::from_secs(5);
/// The longest message a client may send, in bytes.
const MAX_MESSAGE: usize = 64 * 1024;

/// Which token a path takes. The path decides nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `?token=`, an access token.
    Staff,
    /// `?table_token=`.
    Diner,
}

/// What the client's query asks for, apart from the token.
#[derive(Debug, Default, PartialEq, Eq)]
struct Requested {
    resume: Option<Resume>,
    branch: Option<BranchId>,
    greeting: bool,
}

impl Requested {
    fn read(query: &HashMap<String, String>) -> Self {
        let text = |name: &str| query.get(name).filter(|text| !text.is_empty());
        let resume = query.get("after").map(|after| Resume {
            after: after.parse().ok().filter(|after| *after >= 0),
            epoch: text("epoch").cloned(),
        });
        let greeting = resume.is_some() || text("hello").is_some_and(|hello| hello == "1" || hello == "true");
        Self { resume, branch: text("branch_id").and_then(|id| id.parse().ok()), greeting }
    }

    /// The position to go on from in `branch`. Numbers count within a branch: without a branch they mean something only
    /// to a socket of one branch. A socket of several branches is told to re-read, as going on from now would leave a
    /// silent gap.
    fn resume_in(&self, branch: BranchId, only: bool) -> Option<Resume> {
        let resume = self.resume.clone()?;
        match self.branch {
            Some(requested) => (requested == branch).then_some(resume),
            None if only => Some(resume),
            None => Some(Resume { after: None, ..resume }),
        }
    }
}

/// Serves `/ws/waiter`, `/ws/kitchen` and `/ws/admin`.
pub(crate) async fn staff(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    open(gateway, Endpoint::Staff, request).await
}

/// Serves `/ws/diner`.
pub(crate) async fn diner(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    open(gateway, Endpoint::Diner, request).await
}

async fn open(gateway: Arc<Gateway>, endpoint: Endpoint, mut request: Request) -> Response {
    let Some(accept) = accept_key(request.headers()) else { return not_a_handshake() };
    let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else { return not_a_handshake() };
    let query = Query::<HashMap<String, String>>::try_from_uri(request.uri()).map(|query| query.0).unwrap_or_default();
    let admitted = gateway.admit(endpoint, request.headers(), &query).await;
    if let (Endpoint::Staff, Ok(_), Some(peer)) = (endpoint, &admitted, request.extensions().get::<Peer>()) {
        peer.note_staff();
    }
    if let Err(close_reason) = &admitted {
        metrics::counter!("wsgateway_connections_rejected_total", "reason" => close_reason.kind()).increment(1);
    }
    let shutdown = gateway.shutdown.clone();
    shutdown.spawn(async move {
        let upgraded = match timeout(UPGRADE_PATIENCE, upgrade).await {
            Ok(Ok(upgraded)) => upgraded,
            Ok(Err(error)) => return tracing::debug!(%error, "the client left during the handshake"),
            Err(_) => return tracing::debug!("the client never finished the handshake"),
        };
        let stream = {
            let counted = Counted::new(TokioIo::new(upgraded));
            WebSocketStream::from_raw_socket(counted, Role::Server, Some(config())).await
        };
        match admitted {
            Ok(socket) => socket.live(stream).await,
            Err(close_reason) => close_handshake::refuse(stream, close_reason, &gateway.full_closes).await,
        }
    });
    let headers = [
        (header::CONNECTION, HeaderValue::from_static("upgrade")),
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

/// The limits and buffers of a socket. The default read buffer costs 128 KiB a socket and more than twice the CPU
/// (decisions/024).
fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(16 * 1024)
        .max_write_buffer_size(1024 * 1024)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE))
}

/// Computes `Sec-WebSocket-Accept`, if the request is a WebSocket handshake of version 13.
fn accept_key(headers: &HeaderMap) -> Option<HeaderValue> {
    let lists = |name, token: &str| {
        headers
            .get_all(name)
            .iter()
            .filter_map(|value: &HeaderValue| value.to_str().ok())
            .any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(token)))
    };
    let handshake = lists(header::CONNECTION, "upgrade")
        && lists(header::UPGRADE, "websocket")
        && headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| handshake)?;
    HeaderValue::try_from(derive_accept_key(key.as_bytes())).ok()
}

fn not_a_handshake() -> Response {
    let detail = "This path speaks WebSocket (version 13) only.";
    let mut response = Problem::new(StatusCode::UPGRADE_REQUIRED, ProblemCode::UpgradeRequired, detail).into_response();
    response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    response.headers_mut().insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    response
}

impl Gateway {
    /// Admits a client: checks it and joins it to its feeds. In this order: stop, origin, token, limits, user, feeds,
    /// phone.
    async fn admit(
        self: &Arc<Self>,
        endpoint: Endpoint,
        headers: &HeaderMap,
        query: &HashMap<String, String>,
    ) -> Result<Socket, CloseReason> {
        if self.shutdown.is_cancelled() {
            return Err(CloseReason::RESTART);
        }
        self.check_origin(headers)?;
        let requested = Requested::read(query);
        let token = |name: &str| query.get(name).map(String::as_str).filter(|token| !token.is_empty());
        let (wire, queue) = Wire::new();
        let mut socket = match endpoint {
            Endpoint::Staff => {
                let pass = self.admission.staff(token("token"))?;
                let mut guard = self.registry.register(Owner::User(pass.user()), &wire)?;
                let roles_by_branch = self.admission.roles_of_pass(&pass).await?;
                guard.set_admin(roles_by_branch.values().any(|roles| roles.admin));
                Socket::new(self, wire, queue, guard, Identity::Staff { pass, roles_by_branch })
            }
            Endpoint::Diner => {
                let pass = self.admission.diner(token("table_token"))?;
                let guard = self.registry.register(Owner::Table(pass.session), &wire)?;
                Socket::new(self, wire, queue, guard, Identity::Diner(pass))
            }
        };
        match timeout(JOIN_PATIENCE, socket.join_all(&requested)).await {
            Ok(Some(())) => socket.ensure_seated().await.map(|()| socket),
            Ok(None) | Err(_) => Err(CloseReason::UNAVAILABLE),
        }
    }

    fn check_origin(&self, headers: &HeaderMap) -> Result<(), CloseReason> {
        let allowed = match headers.get(header::ORIGIN) {
            None => self.origins.allows_missing_origin(),
            Some(origin) => origin.to_str().is_ok_and(|origin| self.origins.allows(origin)),
        };
        if allowed { Ok(()) } else { Err(CloseReason::ORIGIN) }
    }
}

impl Socket {
    /// Joins the feed of every branch, from where the client stopped if it said so.
    async fn join_all(&mut self, requested: &Requested) -> Option<()> {
        let listeners = self.listeners();
        let only = listeners.len() == 1;
        self.greeting = requested.greeting;
        for (branch, listener) in listeners {
            let resume = requested.resume_in(branch, only);
            let member = Member { wire: Arc::clone(&self.wire), listener, resume };
            let (attachment, joined) = self.gateway.exchange.join(branch, member).await?;
            self.attachments.push(attachment);
            self.joined.push(joined);
        }
        Some(())
    }

    /// Refuses a phone that was removed from its table. It is checked after the socket has joined its feed.
    async fn ensure_seated(&self) -> Result<(), CloseReason> {
        match &self.identity {
            Identity::Staff { .. } => Ok(()),
            Identity::Diner(pass) => match timeout(JOIN_PATIENCE, self.gateway.admission.still_diner(pass)).await {
                Ok(answer) => answer.map_err(|problem| close_reason(&problem)),
                Err(_) => Err(CloseReason::UNAVAILABLE),
            },
        }
    }

    fn listeners(&self) -> Vec<(BranchId, Listener)> {
        match &self.identity {
            Identity::Staff { pass, roles_by_branch } => listeners(pass.user(), roles_by_branch),
            Identity::Diner(pass) => {
                vec![(pass.branch, Listener::Diner { session: pass.session, phone: pass.phone })]
            }
        }
    }
}

fn listeners(user: domain::UserId, roles_by_branch: &RolesByBranch) -> Vec<(BranchId, Listener)> {
    let staff = |roles: &BranchRoles| Listener::Staff { user, roles: *roles };
    roles_by_branch.iter().map(|(branch, roles)| (*branch, staff(roles))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> Requested {
        Requested::read(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn only_those_who_ask_are_greeted() {
        assert_eq!(query(&[("token", "x")]), Requested::default());
        assert!(query(&[("hello", "1")]).greeting);
        assert!(query(&[("after", "0")]).greeting);
    }

    #[test]
    fn numbers_belong_to_the_branch_that_was_meant() {
        let bare = query(&[("after", "7"), ("epoch", "e")]);
        let resume = Some(Resume { after: Some(7), epoch: Some("e".into()) });
        assert_eq!(bare.resume_in(BranchId(1), true), resume);
        assert_eq!(bare.resume_in(BranchId(1), false).unwrap().after, None);
        let named = query(&[("after", "7"), ("epoch", "e"), ("branch_id", "2")]);
        assert_eq!(named.resume_in(BranchId(1), true), None);
        assert_eq!(named.resume_in(BranchId(2), false), resume);
    }

    #[test]
    fn a_position_that_is_none_asks_for_a_resync_rather_than_for_nothing() {
        for after in ["", "x", "-1", "1.5"] {
            assert_eq!(query(&[("after", after)]).resume.unwrap().after, None, "{after}");
        }
    }

    #[test]
    fn the_handshake_is_rfc_6455() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONNECTION, HeaderValue::from_static("keep-alive, Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("WebSocket"));
        headers.insert(header::SEC_WEBSOCKET_KEY, HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ=="));
        assert_eq!(accept_key(&headers), None);
        headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        assert_eq!(accept_key(&headers).unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
