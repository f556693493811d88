//! Diners sending rounds over HTTP, each on a connection of its own.

use crate::floor::Floor;
use http_body_util::{BodyExt, Full};
use hyper::{Request, StatusCode, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};
use tokio::net::TcpStream;

/// Makes every round of this process a new one: the same lines again within ten seconds would be the first round.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// What the diners saw.
pub(crate) struct Outcome {
    elapsed: Duration,
    /// Seconds each round took, ascending.
    times: Vec<f64>,
}

impl Outcome {
    pub(crate) fn count(&self) -> f64 {
        self.times.len() as f64
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.count() / self.elapsed.as_secs_f64()
    }

    /// In milliseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        percentile(&self.times, percent) * 1_000.0
    }
}

/// The value below which `percent` of the ascending `values` lie.
pub(crate) fn percentile(values: &[f64], percent: usize) -> f64 {
    let index = (values.len() * percent / 100).min(values.len().saturating_sub(1));
    values.get(index).copied().unwrap_or(f64::NAN)
}

/// `clients` diners send one round after the other for `time`.
pub(crate) async fn rounds(floor: &Floor, clients: usize, time: Duration) -> Outcome {
    let begin = Instant::now();
    let diners: Vec<_> = (0..clients)
        .map(|client| {
            let tokens: Vec<_> = floor.tokens.iter().skip(client).step_by(clients).cloned().collect();
            tokio::spawn(diner(floor.address.clone(), tokens, begin + time))
        })
        .collect();
    let mut times = Vec::new();
    for diner in diners {
        times.extend(diner.await.expect("a diner does not panic"));
    }
    let elapsed = begin.elapsed();
    times.sort_unstable_by(f64::total_cmp);
    Outcome { elapsed, times }
}

async fn diner(address: String, tokens: Vec<String>, end: Instant) -> Vec<f64> {
    let mut phone = Phone::connect(&address).await;
    let mut times = Vec::new();
    for token in tokens.iter().cycle() {
        let begin = Instant::now();
        if begin >= end {
            break;
        }
        phone.send_round(token).await;
        times.push(begin.elapsed().as_secs_f64());
    }
    times
}

/// One phone's connection.
pub(crate) struct Phone {
    sender: http1::SendRequest<Full<Bytes>>,
    address: String,
}

impl Phone {
    pub(crate) async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("the API listens");
        stream.set_nodelay(true).expect("a TCP stream has the option");
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("the API speaks HTTP");
        tokio::spawn(connection);
        Self { sender, address: address.to_owned() }
    }

    pub(crate) async fn send_round(&mut self, token: &str) {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let body = format!(
            r#"{{"items":[{{"product_id":101,"qty":2,"notes":"[Ana] {number}"}},{{"product_id":111,"qty":3,"notes":"[Ana]"}},{{"product_id":118,"qty":1,"notes":"[Ana]"}}]}}"#
        );
        let request = Request::post("/api/diner/rounds/submit")
            .header("host", &self.address)
            .header("content-type", "application/json")
            .header("x-table-token", token)
            .body(Full::new(Bytes::from(body)))
            .expect("a request");
        // The last answer is here before the connection says that it is done with it.
        self.sender.ready().await.expect("the connection is still open");
        let response = self.sender.send_request(request).await.expect("the API answers");
        let status = response.status();
        let body = response.into_body().collect().await.expect("a whole answer").to_bytes();
        assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&body));
    }
}
