//! Measures the payment queue, for the health report and for Prometheus.

use super::providers::Providers;
use crate::Result;
use runtime::{
    BreakerPhase,
    health::{QueueHealth, WebhookRetry},
};
use store::{Database, QueueReport, SYNCS};

/// How each queue is.
///
/// # Errors
/// The database failed.
pub async fn queues(db: &Database) -> Result<Vec<QueueHealth>> {
    let health = |queue: QueueReport| QueueHealth {
        name: queue.name,
        queued: queue.queued,
        running: queue.running,
        dead: queue.dead,
        parked: queue.parked,
        oldest_due_seconds: queue.oldest_due_seconds,
        longest_running_seconds: queue.longest_running_seconds,
    };
    Ok(db.queue_reports().await?.into_iter().map(health).collect())
}

/// How the queue behind the providers' notices is.
#[must_use]
pub fn webhook_retry(queues: &[QueueHealth]) -> WebhookRetry {
    let queue = queues.iter().find(|queue| queue.name == SYNCS.name);
    queue.map_or_else(WebhookRetry::default, |queue| WebhookRetry {
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
    for queue in queues(db).await? {
        let states =
            [("queued", queue.queued), ("running", queue.running), ("dead", queue.dead), ("parked", queue.parked)];
        for (status, rows) in states {
            store::measure_queue("queue_pieces", queue.name, Some(status), rows);
            if queue.name == SYNCS.name {
                store::measure("payment_queue", "status", status, rows);
            }
        }
        store::measure_queue("queue_oldest_due_seconds", queue.name, None, queue.oldest_due_seconds);
        store::measure_queue("queue_longest_running_seconds", queue.name, None, queue.longest_running_seconds);
        if queue.name == SYNCS.name {
            store::measure("payment_queue_oldest_due_seconds", "status", "queued", queue.oldest_due_seconds);
        }
    }
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
