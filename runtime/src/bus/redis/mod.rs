//! The bus over Redis or Valkey, through fred.
//!
//! What fred 10.1 needs to be told (measured, decisions/025): RESP3; a command timeout, as there is
//! none by default; a broadcast capacity far above 32; and that `SUBSCRIBE` is done only when a `PING` sent after it
//! has been answered. One connection publishes, and each listener has one of its own.

mod checkup;
mod connection;
mod listener;
mod publisher;
mod rights;

pub use checkup::BusCheckup;
pub(super) use checkup::check_up;
pub(super) use listener::RedisListener;
pub(super) use publisher::RedisBus;

use super::{BusError, LISTENER_CAPACITY};
use fred::types::{
    Builder, RespVersion,
    config::{Config, ConnectionConfig, PerformanceConfig, ReconnectPolicy, TcpConfig, UnresponsiveConfig},
};
use std::time::Duration;

/// How long one command may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a connection may take to be made, each step of it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// A command unanswered for that long means that the other side is gone, whatever TCP says.
const UNRESPONSIVE: Duration = Duration::from_secs(5);
/// How often a connection is tried with a ping: a peer that vanished without a word is noticed by an unanswered command
/// only, and neither a listener nor a quiet publisher sends any.
const HEARTBEAT: Duration = Duration::from_secs(3);
/// First and longest pause between attempts to connect, in milliseconds.
const RECONNECT_MS: (u32, u32) = (100, 5_000);

/// How to make clients for the server or cluster at `url`, which connect again for ever.
fn builder(url: &str) -> Result<Builder, BusError> {
    // Not to fail fast is what lets the process start while Redis is down.
    let mut builder = builder_of_one_try(url, false)?;
    builder.set_policy(ReconnectPolicy::new_exponential(0, RECONNECT_MS.0, RECONNECT_MS.1, 2));
    Ok(builder)
}

/// The same, which connect once.
fn builder_of_one_try(url: &str, fail_fast: bool) -> Result<Builder, BusError> {
    let mut config = Config::from_url(url).map_err(BusError::Url)?;
    config.version = RespVersion::RESP3;
    config.fail_fast = fail_fast;
    let mut builder = Builder::from_config(config);
    builder
        .set_performance_config(PerformanceConfig {
            default_command_timeout: COMMAND_TIMEOUT,
            broadcast_channel_capacity: LISTENER_CAPACITY,
            ..PerformanceConfig::default()
        })
        .set_connection_config(ConnectionConfig {
            connection_timeout: CONNECT_TIMEOUT,
            internal_command_timeout: CONNECT_TIMEOUT,
            // A command in flight when the connection breaks fails instead of being sent again: an event that old is
            // read from the log by then.
            max_command_attempts: 1,
            unresponsive: UnresponsiveConfig { max_timeout: Some(UNRESPONSIVE), interval: Duration::from_secs(1) },
            tcp: TcpConfig { nodelay: Some(true), ..TcpConfig::default() },
            ..ConnectionConfig::default()
        });
    Ok(builder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_cluster_and_sentinel_urls_make_clients() {
        for url in [
            "redis://127.0.0.1:1",
            "rediss://127.0.0.1:1",
            "redis-cluster://127.0.0.1:1",
            "redis-sentinel://127.0.0.1:1?sentinelServiceName=comanda&node=127.0.0.1:2",
        ] {
            builder(url).unwrap().build_subscriber_client().unwrap();
        }
        assert!(matches!(builder("nonsense"), Err(BusError::Url(_))));
    }
}
