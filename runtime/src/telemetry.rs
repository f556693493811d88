//! Logs and metrics, installed once per process.
//!
//! Logs go to standard error, so that the output of `comanda openapi` and of the operator's commands stays clean; they
//! go through a queue ([`crate::log`]), so that whoever reads them stops nobody.

use crate::{
    Shutdown,
    config::LogFormat,
    log::{LogWriter, log_panics},
};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};
use tracing_subscriber::EnvFilter;

/// Upper bounds, in seconds, of every `*_seconds` histogram: a local read takes well under a millisecond, the lock
/// timeout is 5 s.
const SECONDS: &[f64] = &[0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How often what histograms have recorded is summed up: until then each sample takes memory of its own.
const UPKEEP: Duration = Duration::from_secs(5);

/// Why telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `COMANDA_LOG` does not parse.
    #[error("COMANDA_LOG is not a tracing filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Something else took the process's log subscriber first.
    #[error("a log subscriber is already installed: {0}")]
    Subscriber(String),
    /// The metrics recorder could not be built or installed.
    #[error("metrics recorder: {0}")]
    Metrics(#[from] BuildError),
}

/// Starts logging.
///
/// # Errors
/// When the filter does not parse or a subscriber is already installed.
pub fn init_tracing(filter: &str, format: LogFormat) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(filter)?;
    // The subscriber would say on standard error that standard error cannot be written.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(LogWriter::of_process().clone())
        .log_internal_errors(false);
    let installed = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(true).try_init(),
    };
    installed.map_err(|error| TelemetryError::Subscriber(error.to_string()))?;
    log_panics();
    Ok(())
}

/// Reads the process's metrics.
#[derive(Clone)]
pub struct MetricsHandle(PrometheusHandle);

impl std::fmt::Debug for MetricsHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MetricsHandle")
    }
}

impl MetricsHandle {
    /// Everything recorded so far, as Prometheus text.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}

/// The recorder is the process's, so every server started in one process shares it: a second call returns the first
/// one's handle.
static INSTALLED: Mutex<Option<MetricsHandle>> = Mutex::new(None);

/// Starts recording metrics, or returns the handle of the recorder already started here.
///
/// # Errors
/// When some other recorder is installed in this process.
pub fn install_metrics() -> Result<MetricsHandle, TelemetryError> {
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = installed.as_ref() {
        return Ok(handle.clone());
    }
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), SECONDS)?
        .install_recorder()?;
    Ok(installed.insert(MetricsHandle(recorder)).clone())
}

/// Sums up in the background what was recorded, for as long as the process runs: a house that scrapes nothing must not
/// keep every sample it ever took.
pub fn keep_metrics(metrics: &MetricsHandle, shutdown: &Shutdown) {
    let metrics = metrics.clone();
    shutdown.spawn_support(repeat(UPKEEP, shutdown.finished(), move || metrics.0.run_upkeep()));
}

/// Does `work` every `period` until `end`; one that panics is done again at its next time.
async fn repeat(period: Duration, end: impl Future<Output = ()>, mut work: impl FnMut()) {
    let (mut end, mut tick) = (std::pin::pin!(end), interval(period));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = &mut end => return,
            _ = tick.tick() => {}
        }
        if catch_unwind(AssertUnwindSafe(&mut work)).is_err() {
            tracing::error!("the upkeep of the metrics panicked; it goes on");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn upkeep_survives_a_panic_and_ends_with_the_process() {
        let mut rounds = 0;
        let end = tokio::time::sleep(UPKEEP * 10 + UPKEEP / 2);
        repeat(UPKEEP, end, || {
            rounds += 1;
            assert!(rounds != 3, "meant to panic");
        })
        .await;
        assert_eq!(rounds, 11);
    }

    #[test]
    fn metrics_install_once_and_seconds_have_buckets() {
        let first = install_metrics().unwrap();
        let second = install_metrics().unwrap();
        metrics::histogram!("probe_seconds").record(0.003);
        metrics::counter!("probe_total").increment(2);
        for text in [first.render(), second.render()] {
            assert!(text.contains("probe_seconds_bucket{le=\"0.005\"} 1"), "{text}");
            assert!(text.contains("probe_total 2"), "{text}");
        }
    }

    #[test]
    fn a_wrong_filter_names_its_variable() {
        let error = init_tracing("comanda=loud", LogFormat::Text).unwrap_err();
        assert!(error.to_string().contains("COMANDA_LOG"), "{error}");
    }
}
