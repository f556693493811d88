//! Whether the server lives and what it leans on.

use crate::state::AppState;
use axum::{Json, extract::State};
use domain::timezone;
use http::{StatusCode, header};
use runtime::health::{ComponentHealth, HealthReport, HealthStatus};
use serde::Serialize;
use std::time::Duration;
use store::Soundness;
use utoipa::ToSchema;

/// How long the detailed report takes at most: whoever asks gives up soon, and what answers later is as good as down.
const PATIENCE: Duration = Duration::from_millis(1_800);

/// The process answers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `healthy`
    status: &'static str,
    /// `comanda`
    service: &'static str,
    /// `development` or `production`
    environment: &'static str,
}

/// Whether the process answers; it asks nobody else.
#[utoipa::path(get, path = "/api/health", tag = "operations", responses((status = 200, body = Health)))]
pub(crate) async fn health(State(state): State<AppState>) -> Json<Health> {
    let environment = if state.settings.is_production() { "production" } else { "development" };
    Json(Health { status: "healthy", service: "comanda", environment })
}

/// Whether what the process leans on answers too; 503 when something it cannot do without does not.
#[utoipa::path(get, path = "/api/health/detailed", tag = "operations",
    responses((status = 200, body = HealthReport), (status = 503, body = HealthReport)))]
pub(crate) async fn detailed(State(state): State<AppState>) -> (StatusCode, Json<HealthReport>) {
    match tokio::time::timeout(PATIENCE, everything(&state)).await {
        Ok(report) => report,
        Err(_) => {
            let why = format!("no answer after {} ms", PATIENCE.as_millis());
            without_database(&state, ComponentHealth::new("database", HealthStatus::Down).because(why))
        }
    }
}

async fn everything(state: &AppState) -> (StatusCode, Json<HealthReport>) {
    let database = match state.db.inspect().await {
        Soundness::Sound => ComponentHealth::new("database", HealthStatus::Up),
        Soundness::Endangered(why) => ComponentHealth::new("database", HealthStatus::Degraded).because(why),
        Soundness::Unusable(why) => ComponentHealth::new("database", HealthStatus::Down).because(why),
    };
    // Each of the others would wait for it in turn.
    if database.status == HealthStatus::Down {
        return without_database(state, database);
    }
    let bus = bus(state);
    let streams = match state.db.streams().await {
        Ok((count, longest)) => ComponentHealth::new("streams", HealthStatus::Up)
            .because(format!("{count} branches, the longest stream at {longest}")),
        Err(_) => ComponentHealth::new("streams", HealthStatus::Down).because("cannot be read"),
    };
    let queues = operations::payment::queues(&state.db).await.ok();
    let webhook_retry = queues.as_deref().map(operations::payment::webhook_retry);
    let payments = match webhook_retry {
        // Every check can still be paid by hand, and most from the phone.
        Some(queue) if queue.dead > 0 => ComponentHealth::new("payments", HealthStatus::Degraded)
            .because(format!("{} dead letters wait for a person", queue.dead)),
        Some(_) => ComponentHealth::new("payments", HealthStatus::Up),
        None => ComponentHealth::new("payments", HealthStatus::Down).because("the queue cannot be read"),
    };
    let report = HealthReport {
        circuit_breakers: Some(state.providers.breakers().states()),
        webhook_retry,
        queues,
        jobs: Some(state.jobs.reports()),
        ..HealthReport::new(vec![database, bus, streams, payments, state.jobs.health(), zones(state)])
    };
    let status = if report.status == HealthStatus::Down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(report))
}

/// What can be told without asking the database.
fn without_database(state: &AppState, database: ComponentHealth) -> (StatusCode, Json<HealthReport>) {
    let report = HealthReport {
        circuit_breakers: Some(state.providers.breakers().states()),
        jobs: Some(state.jobs.reports()),
        ..HealthReport::new(vec![database, bus(state), state.jobs.health(), zones(state)])
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(report))
}

fn bus(state: &AppState) -> ComponentHealth {
    let health = state.bus.health();
    // Correctness does not rest on the bus (design.md §3): events come a second late.
    let why = match health.refused {
        _ if !health.connected => "not connected; events are read from the log".to_owned(),
        Some(refused) => refused,
        None => return ComponentHealth::new("bus", HealthStatus::Up),
    };
    ComponentHealth::new("bus", HealthStatus::Degraded).because(why)
}

/// The clocks of the branches: by which release of the zones' rules.
fn zones(state: &AppState) -> ComponentHealth {
    let zones = ComponentHealth::new("time_zones", HealthStatus::Up);
    let release = timezone::release();
    if timezone::is_stale(release, state.db.clock().now().date_naive()) {
        let why = format!("the rules are those of {release}: update Comanda, clocks may have changed since");
        return ComponentHealth { status: HealthStatus::Degraded, ..zones }.because(why);
    }
    zones.because(release)
}

/// Prometheus text.
pub(crate) async fn metrics(State(state): State<AppState>) -> ([(header::HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], state.metrics.render())
}
