//! Measures the payment queue, for the health report and for Prometheus.

use super::providers::Providers;
use crate::Result;
use runtime::{BreakerPhase, health::WebhookRetry};
use store::Database;

/// How the queue is.
///
/// # Errors
/// The database failed.
pub async fn queue_health(db: &Database) -> Result<WebhookRetry> {
    let queue = db.queue_health().await?;
    Ok(WebhookRetry {
        queued: queue.queued,
        running: queue.running,
        dead: queue.dead,
        parked: queue.parked,
        oldest_due_seconds: queue.oldest_due_seconds,
    })
}

/// Puts it into the gauges.
///
/// # Errors
/// The database failed.
pub async fn measure(db: &Database, providers: &Providers) -> Result<()> {
    let queue = db.queue_health().await?;
    for (status, rows) in
        [("queued", queue.queued), ("running", queue.running), ("dead", queue.dead), ("parked", queue.parked)]
    {
        store::measure("payment_queue", "status", status, rows);
    }
    store::measure("payment_queue_oldest_due_seconds", "status", "queued", queue.oldest_due_seconds);
    for circuit in providers.breakers().states() {
        let open = match circuit.state {
            BreakerPhase::Closed => 0,
            BreakerPhase::HalfOpen => 1,
            BreakerPhase::Open => 2,
        };
        store::measure("payment_circuit_state", "account", &circuit.name, open);
    }
    Ok(())
}
