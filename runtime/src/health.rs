//! What `/api/health/detailed` says: one line a component, and the worst of them as the whole.

use crate::{BreakerState, JobReport};
use serde::Serialize;
use utoipa::ToSchema;

/// How something is; the order is from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HealthStatus {
    /// Works.
    Up,
    /// Works, slower or with something missing: a dead bus costs a second, not the evening.
    Degraded,
    /// Does not work.
    Down,
}

/// How one component is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ComponentHealth {
    /// `database`, `bus`, `streams`, …
    pub name: &'static str,
    /// How it is.
    pub status: HealthStatus,
    /// What an operator wants to know; never a secret, never a URL with a password.
    pub detail: Option<String>,
}

impl ComponentHealth {
    /// A component in that state.
    #[must_use]
    pub const fn new(name: &'static str, status: HealthStatus) -> Self {
        Self { name, status, detail: None }
    }

    /// The same with a word of explanation.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// How the whole is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HealthReport {
    /// The worst of the components.
    pub status: HealthStatus,
    /// Each component.
    pub components: Vec<ComponentHealth>,
    /// The circuits to the payment provider, one an account; absent where nothing calls one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub circuit_breakers: Option<Vec<BreakerState>>,
    /// The queue behind the provider's notices; absent where nothing works on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_retry: Option<WebhookRetry>,
    /// Every queue of background work, of all processes together; absent where nothing works on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queues: Option<Vec<QueueHealth>>,
    /// The background work of the process, by name; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jobs: Option<Vec<JobReport>>,
}

/// How the queue of payment work is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebhookRetry {
    /// Pieces that wait for their time.
    pub queued: i64,
    /// Pieces being worked on.
    pub running: i64,
    /// Pieces given up: a person must look at them.
    pub dead: i64,
    /// Pieces that wait for an account's credentials.
    pub parked: i64,
    /// How long the longest due one has waited, in seconds.
    pub oldest_due_seconds: i64,
}

/// How a queue of background work is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct QueueHealth {
    /// `noun.verb`
    pub name: &'static str,
    /// Pieces that wait for their time.
    pub queued: i64,
    /// Pieces being worked on.
    pub running: i64,
    /// Pieces given up: a person must look at them.
    pub dead: i64,
    /// Pieces that wait for somebody to set them free.
    pub parked: i64,
    /// How long the longest due one has waited, in seconds.
    pub oldest_due_seconds: i64,
    /// For how long the longest one has been worked on, in seconds.
    pub longest_running_seconds: i64,
}

impl HealthReport {
    /// The report over `components`; up when there are none.
    #[must_use]
    pub fn new(components: Vec<ComponentHealth>) -> Self {
        let status = components.iter().map(|component| component.status).max().unwrap_or(HealthStatus::Up);
        Self { status, components, circuit_breakers: None, webhook_retry: None, queues: None, jobs: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_component_speaks_for_the_whole() {
        let bus = ComponentHealth::new("bus", HealthStatus::Degraded).because("Redis does not answer");
        let report = HealthReport::new(vec![ComponentHealth::new("database", HealthStatus::Up), bus]);
        assert_eq!(report.status, HealthStatus::Degraded);
        assert_eq!(serde_json::to_value(&report).unwrap()["components"][1]["status"], "degraded");
        assert_eq!(HealthReport::new(Vec::new()).status, HealthStatus::Up);
    }
}
