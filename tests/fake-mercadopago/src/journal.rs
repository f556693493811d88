//! What the provider was asked and what it sent, so that a test can say "exactly one refund was requested".

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::delivery::{Format, Topic};
use crate::message::Answer;
use crate::route::Route;

/// A request that arrived.
#[derive(Debug, Clone, Serialize)]
pub struct RequestEntry {
    /// When, by the fake's clock.
    pub at: DateTime<Utc>,
    /// Which operation.
    pub route: Route,
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// Parsed query parameters.
    pub query: Vec<(String, String)>,
    /// Whose token it carried.
    pub seller: Option<u64>,
    /// The first id in the path.
    pub resource: String,
    /// `X-Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The body.
    pub body: String,
    /// The status answered; `None` while there is none, or when the connection was cut.
    pub status: Option<u16>,
    /// Whether the operation itself ran, whatever was answered.
    pub applied: bool,
}

/// A notification that was sent.
#[derive(Debug, Clone, Serialize)]
pub struct DeliveryEntry {
    /// When its answer came, by the fake's clock.
    pub at: DateTime<Utc>,
    /// Whose.
    pub seller: u64,
    /// What about.
    pub topic: Topic,
    /// In which shape.
    pub format: Format,
    /// The payment it belongs to.
    pub payment: Option<u64>,
    /// The id it names.
    pub resource: String,
    /// Its own number.
    pub notification: u64,
    /// 1 for the first.
    pub attempt: u32,
    /// The HTTP method.
    pub method: String,
    /// Address and query.
    pub url: String,
    /// `x-signature`.
    pub signature: Option<String>,
    /// `x-request-id`.
    pub request_id: Option<String>,
    /// The body's beginning.
    pub body: String,
    /// What came back.
    pub answer: Answer,
}

/// All of it, in order of arrival.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Journal {
    /// Requests received.
    pub requests: Vec<RequestEntry>,
    /// Notifications sent.
    pub deliveries: Vec<DeliveryEntry>,
    /// Notifications lost by a fault.
    pub dropped: u64,
}

impl Journal {
    pub(crate) fn drop_one(&mut self) {
        self.dropped += 1;
    }

    /// Requests to one operation.
    pub fn requests_to(&self, route: Route) -> impl Iterator<Item = &RequestEntry> {
        self.requests.iter().filter(move |entry| entry.route == route)
    }

    /// Requests about one payment: its number is the first id in the path.
    pub fn requests_about(&self, payment: u64) -> impl Iterator<Item = &RequestEntry> {
        let id = payment.to_string();
        self.requests.iter().filter(move |entry| entry.resource == id)
    }

    /// Notifications of one payment.
    pub fn deliveries_of(&self, payment: u64) -> impl Iterator<Item = &DeliveryEntry> {
        self.deliveries.iter().filter(move |entry| entry.payment == Some(payment))
    }
}
