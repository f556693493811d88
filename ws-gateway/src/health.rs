//! `/ws/health`, `/ws/health/detailed` and `/ws/metrics` (realtime.md §1.3).

use crate::Gateway;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use runtime::{
    Environment, Problem,
    health::{ComponentHealth, HealthReport, HealthStatus},
};
use serde::Serialize;
use std::{sync::Arc, time::Duration};

/// How long the database may take to answer a health check.
const PATIENCE: Duration = Duration::from_secs(2);

/// The sockets of this process.
#[derive(Debug, Serialize)]
struct Connections {
    total_connections: usize,
    max_connections: usize,
    utilization_percent: usize,
    users_connected: usize,
    branches_with_connections: usize,
    sessions_with_connections: usize,
    admin_connections: usize,
}

#[derive(Debug, Serialize)]
struct Alive {
    status: &'static str,
    service: &'static str,
    version: &'static str,
    environment: &'static str,
    #[serde(flatten)]
    connections: Connections,
}

#[derive(Debug, Serialize)]
struct Detailed {
    status: &'static str,
    service: &'static str,
    version: &'static str,
    environment: &'static str,
    connections: Connections,
    components: Vec<ComponentHealth>,
}

const SERVICE: &str = "ws-gateway";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `/ws/health`: says that the process answers, and no more.
pub(crate) async fn alive(State(gateway): State<Arc<Gateway>>) -> Response {
    let connections = gateway.connections();
    let environment = gateway.environment_name();
    Json(Alive { status: "healthy", service: SERVICE, version: VERSION, environment, connections }).into_response()
}

/// `/ws/health/detailed`: checks what the process needs too; 503 if something is down, so that a balancer can choose.
pub(crate) async fn detailed(State(gateway): State<Arc<Gateway>>) -> Response {
    let report = HealthReport::new(vec![gateway.database_health().await, gateway.bus_health()]);
    let healthy = report.status == HealthStatus::Up;
    let body = Detailed {
        status: if healthy { "healthy" } else { "degraded" },
        service: SERVICE,
        version: VERSION,
        environment: gateway.environment_name(),
        connections: gateway.connections(),
        components: report.components,
    };
    let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}

/// `/ws/metrics`: the metrics of the whole process as Prometheus text.
pub(crate) async fn metrics(State(gateway): State<Arc<Gateway>>) -> Response {
    let Some(recorder) = &gateway.metrics else {
        return Problem::not_found("This process records no metrics.").into_response();
    };
    let gauge = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    metrics::gauge!("wsgateway_connections_max").set(gauge(gateway.registry.capacity()));
    metrics::gauge!("wsgateway_users_connected").set(gauge(gateway.registry.counts().users));
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], recorder.render()).into_response()
}

impl Gateway {
    fn connections(&self) -> Connections {
        let counts = self.registry.counts();
        let most = self.registry.capacity();
        Connections {
            total_connections: counts.total,
            max_connections: most,
            utilization_percent: (counts.total * 100).checked_div(most).unwrap_or(100),
            users_connected: counts.users,
            branches_with_connections: self.exchange.active_branches(),
            sessions_with_connections: counts.sessions,
            admin_connections: counts.admins,
        }
    }

    fn environment_name(&self) -> &'static str {
        match self.environment {
            Environment::Development => "development",
            Environment::Production => "production",
        }
    }

    async fn database_health(&self) -> ComponentHealth {
        match tokio::time::timeout(PATIENCE, self.admission.database.ping()).await {
            Ok(Ok(())) => ComponentHealth::new("database", HealthStatus::Up),
            Ok(Err(_)) => ComponentHealth::new("database", HealthStatus::Down).because("cannot be reached"),
            Err(_) => ComponentHealth::new("database", HealthStatus::Down).because("does not answer"),
        }
    }

    fn bus_health(&self) -> ComponentHealth {
        let health = self.bus.health();
        match health.refused {
            _ if !health.connected => {
                ComponentHealth::new("bus", HealthStatus::Degraded).because("events arrive by way of the log")
            }
            Some(refused) => ComponentHealth::new("bus", HealthStatus::Degraded).because(refused),
            None => ComponentHealth::new("bus", HealthStatus::Up).because(health.kind.as_str()),
        }
    }
}
