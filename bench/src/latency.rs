//! How long after its transaction an event reaches the sockets.

use crate::{
    cpu,
    floor::Floor,
    load::{Phone, percentile},
};
use chrono::{DateTime, Utc};
use domain::{Clock, SystemClock};
use futures_util::StreamExt;
use harness::{App, Message, Value};
use std::time::Duration;
use tokio::{sync::mpsc, time::timeout};
use tokio_tungstenite::connect_async;

/// Rounds sent while listening.
const ROUNDS: usize = 100;
/// Events an administrator hears of one round: ROUND_SUBMITTED.
const HEARD: usize = ROUNDS;

/// What the sockets saw.
pub(crate) struct Seen {
    /// Seconds from each event's instant to its arrival, ascending.
    pub(crate) delays: Vec<f64>,
    /// Deliveries that did not come.
    pub(crate) missing: usize,
    pub(crate) gateway_micros: f64,
    pub(crate) kib_per_socket: f64,
}

impl Seen {
    /// In milliseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        percentile(&self.delays, percent) * 1_000.0
    }
}

/// `sockets` administrators listen while rounds are sent in one branch.
pub(crate) async fn measure(app: &App, floor: &Floor, sockets: usize, gateway: &[u32]) -> Seen {
    let admin = app.login("admin@demo.com", "admin123").await;
    let memory = || gateway.iter().map(|pid| cpu::resident_kib(*pid)).sum::<f64>();
    let micros = || gateway.iter().map(|pid| cpu::micros(*pid, false)).sum::<f64>();
    let memory_before = memory();
    let url = format!("{}/ws/admin?token={}", app.ws_url(), admin.access_token);
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for _ in 0..sockets {
        let (socket, _) = connect_async(&url).await.expect("the gateway accepts");
        tokio::spawn(listen(socket, sender.clone()));
    }
    drop(sender);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let kib_per_socket = (memory() - memory_before) / sockets as f64;
    let before = micros();
    let mut phone = Phone::connect(&floor.address).await;
    let mut pace = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..ROUNDS {
        pace.tick().await;
        phone.send_round(&floor.tokens[0]).await;
    }
    let mut delays = Vec::with_capacity(sockets * HEARD);
    while delays.len() < sockets * HEARD {
        match timeout(Duration::from_secs(5), receiver.recv()).await {
            Ok(Some(delay)) => delays.push(delay),
            _ => break,
        }
    }
    let gateway_micros = (micros() - before) / delays.len() as f64;
    delays.sort_unstable_by(f64::total_cmp);
    Seen { missing: sockets * HEARD - delays.len(), delays, gateway_micros, kib_per_socket }
}

type Wire = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn listen(mut socket: Wire, delays: mpsc::UnboundedSender<f64>) {
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let now = SystemClock.now();
        // One look for the type before parsing: the listeners share the cores with what they measure.
        if !text.as_str().contains("ROUND_SUBMITTED") {
            continue;
        }
        let Ok(event) = serde_json::from_str::<Value>(text.as_str()) else { continue };
        let Some(Ok(instant)) = event["ts"].as_str().map(str::parse::<DateTime<Utc>>) else { continue };
        let delay = (now - instant).to_std().unwrap_or_default().as_secs_f64();
        if delays.send(delay).is_err() {
            return;
        }
    }
}
