//! Logs and metrics, installed once per process.
//!
//! Logs go to standard error, so that the output of `comanda openapi` and of the operator's commands stays clean.

use crate::config::LogFormat;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::{Mutex, PoisonError};
use tracing_subscriber::EnvFilter;

/// Upper bounds, in seconds, of every `*_seconds` histogram: a local read takes well under a millisecond, the lock
/// timeout is 5 s.
const SECONDS: &[f64] = &[0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

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
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let installed = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(true).try_init(),
    };
    installed.map_err(|error| TelemetryError::Subscriber(error.to_string()))
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

#[cfg(test)]
mod tests {
    use super::*;

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
