//! The real-time gateway: sockets and the reads that go with them, on one port.
//!
//! **The guarantee.** Each socket gets each event of its audience exactly once, in the order of its branch's stream,
//! from the moment its client sees the connection open; and a client that says where it stopped (`?after=<seq>`) gets
//! everything since then first. Where that cannot be kept, because the log does not reach back that far or the stream
//! began anew, the client is told so (`RESYNC`); where a client is too slow, it is closed with a code after which it
//! comes back. Nothing is dropped silently.
//!
//! How it is kept, from the inside out:
//!
//! * `hub`: who is connected and who hears what. Plain data.
//! * `feed`: one branch's order. A number is delivered once; a gap is read from the log before anything behind it.
//! * `exchange`: feeds of the branches that have a socket here, the bus, and once a second the truth from the log.
//!   The bus only makes it fast: with Redis dead events arrive about a second late.
//! * `handshake`: who gets in. A socket is in its feeds before its client sees it open.
//! * `socket` and `wire`: one task a connection behind a bounded queue, so that no client delays another.
//! * `frames`: counts what a client sends, also what never becomes a message.
//! * `admission`: what a user may hear comes from the database, at once when it changes, and anyhow every minute.
//! * `catch_up`: the same log and the same audiences over HTTP.
//! * `asyncapi`: all of this for whoever writes a client, from the types themselves.

mod admission;
mod asyncapi;
mod catch_up;
mod close_handshake;
mod close_reason;
mod exchange;
mod feed;
mod frames;
mod handshake;
mod health;
mod hub;
mod inbound;
mod log;
mod notice;
mod registry;
mod replay;
mod socket;
#[cfg(test)]
mod testing;
mod wire;

pub use asyncapi::document;

use admission::Admission;
use auth::{Authenticator, TABLE_TOKEN};
use axum::{Json, Router, http::HeaderValue, routing::get};
use exchange::Exchange;
use http::{Method, header};
use log::EventLog;
use registry::ConnectionRegistry;
use runtime::{
    Bus, Connections, Environment, Origins, Problem, RateLimits, Shutdown, config::SocketLimits,
    telemetry::MetricsHandle,
};
use std::sync::Arc;
use store::Database;
use tokio::{net::TcpListener, sync::Semaphore};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// What a gateway is made of.
#[derive(Debug)]
pub struct GatewayParts {
    /// Reads the log, the roster and the staff.
    pub database: Database,
    /// Judges tokens.
    pub authenticator: Arc<Authenticator>,
    /// Brings events as they are committed.
    pub bus: Bus,
    /// The pages that may connect.
    pub origins: Origins,
    /// How many sockets there may be.
    pub limits: SocketLimits,
    /// How often the log may be read over HTTP.
    pub rates: RateLimits,
    /// Named in health reports.
    pub environment: Environment,
    /// What `/ws/metrics` shows; without it the path is 404.
    pub metrics: Option<MetricsHandle>,
    /// Whether `/asyncapi.json` answers.
    pub docs: bool,
    /// The connections of the process.
    pub connections: Connections,
    /// When to stop. Sockets are its work, feeds its support.
    pub shutdown: Shutdown,
}

/// A running gateway.
#[derive(Debug)]
pub struct Gateway {
    admission: Admission,
    rates: RateLimits,
    exchange: Exchange,
    registry: Arc<ConnectionRegistry>,
    log: Arc<dyn EventLog>,
    bus: Bus,
    origins: Origins,
    environment: Environment,
    metrics: Option<MetricsHandle>,
    docs: bool,
    /// Permits for refused clients whose close may take the full time.
    full_closes: Semaphore,
    shutdown: Shutdown,
}

impl Gateway {
    /// Starts what runs behind the sockets. To be called within a tokio runtime.
    #[must_use]
    pub fn start(parts: GatewayParts) -> Arc<Self> {
        let GatewayParts {
            database,
            authenticator,
            bus,
            origins,
            limits,
            rates,
            environment,
            metrics,
            docs,
            shutdown,
            ..
        } = parts;
        let log: Arc<dyn EventLog> = Arc::new(database.clone());
        let registry = ConnectionRegistry::new(limits);
        let clock = Arc::clone(database.clock());
        let exchange = Exchange::start(&bus, Arc::clone(&log), Arc::clone(&registry), clock, &shutdown);
        let admission = Admission { authenticator, database };
        let full_closes = Semaphore::new(close_handshake::FULL_CLOSES);
        Arc::new(Self {
            admission,
            rates,
            exchange,
            registry,
            log,
            bus,
            origins,
            environment,
            metrics,
            docs,
            full_closes,
            shutdown,
        })
    }

    /// The gateway's paths.
    pub fn router(self: &Arc<Self>) -> Router {
        let docs = Router::new().route("/asyncapi.json", get(async || Json(asyncapi::document())));
        Router::new()
            .merge(if self.docs { docs } else { Router::new() })
            .route("/ws/waiter", get(handshake::staff))
            .route("/ws/kitchen", get(handshake::staff))
            .route("/ws/admin", get(handshake::staff))
            .route("/ws/diner", get(handshake::diner))
            .route("/ws/catchup", get(catch_up::branch))
            .route("/ws/catchup/session", get(catch_up::session))
            .route("/ws/health", get(health::alive))
            .route("/ws/health/detailed", get(health::detailed))
            .route("/ws/metrics", get(health::metrics))
            .fallback(async || Problem::not_found("There is nothing at this path."))
            .layer(cors(self.origins.clone()))
            .with_state(Arc::clone(self))
    }
}

/// The contract's rules (realtime.md §1.3): credentials, so the origin is echoed and never `*`.
fn cors(origins: Origins) -> CorsLayer {
    let allowed = move |origin: &HeaderValue, _: &_| origin.to_str().is_ok_and(|origin| origins.allows(origin));
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::OPTIONS])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, TABLE_TOKEN])
}

/// Serves a gateway on `listener` until the stop begins and the requests in flight are answered. The sockets close by
/// themselves over the next seconds; [`Shutdown::drain`] waits for them.
pub async fn serve(listener: TcpListener, parts: GatewayParts) {
    let (connections, shutdown) = (parts.connections.clone(), parts.shutdown.clone());
    let router = Gateway::start(parts).router();
    runtime::serve::serve(listener, router, "gateway", connections, shutdown).await;
}
