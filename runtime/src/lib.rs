//! What every process of Comanda needs around the restaurant's rules: configuration, logs and metrics, the loop that
//! serves HTTP, an orderly stop, the event bus, circuit breakers, rate limits, and the one shape of an HTTP error.
//!
//! Nothing here knows a table or a round; nothing here runs SQL. The arrow points `domain ← runtime ← auth`.

pub mod breaker;
pub mod bus;
pub mod config;
pub mod health;
pub mod job;
pub mod limits;
pub mod log;
pub mod problem;
mod query;
pub mod serve;
pub mod shutdown;
pub mod telemetry;
pub mod tls;

pub use breaker::{BreakerConfig, BreakerPhase, BreakerState, CircuitBreakers, Permit, RetryAfter};
pub use bus::{Bus, BusCheckup, BusError, BusHealth, BusKind, BusListener, BusMessage, Published};
pub use config::{
    Args, BucketTarget, BusTarget, ConfigError, ConnectionSettings, DatabaseTarget, Environment, Examined, Origins,
    PaymentSettings, PictureTarget, ProviderFacts, Settings,
};
pub use job::{Job, JobError, JobReport, Jobs, Periodic, Ran};
pub use limits::{Limit, RateLimits};
pub use problem::{Problem, ProblemBody};
pub use query::query;
pub use serve::{Connections, Peer, Proxies};
pub use shutdown::Shutdown;
