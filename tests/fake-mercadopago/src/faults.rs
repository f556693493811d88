//! What goes wrong, where and how often: the words a test says it in.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::amount::AmountFormat;
use crate::delivery::{DeliveryFault, Format, Topic};
use crate::route::Route;
use crate::status::Outcome;

/// How often a rule strikes, of the occasions that match it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Each.
    #[default]
    Always,
    /// The first so many.
    Times(u32),
    /// After `skip` were spared, so many.
    After {
        /// Spared.
        skip: u32,
        /// Struck then.
        times: u32,
    },
    /// By chance, so many of a thousand.
    PerThousand(u32),
}

/// What goes wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It takes a time between the two, of the machine's clock.
    Latency {
        /// At least.
        min: Duration,
        /// At most.
        max: Duration,
    },
    /// Nobody ever answers; nothing is done.
    Hang,
    /// Nobody ever answers; it is done.
    HangAfter,
    /// The connection is cut; nothing is done.
    ResetBefore,
    /// The connection is cut; it is done.
    ResetAfter,
    /// This status (500, 502, 503, 504, …); nothing is done.
    Status(u16),
    /// This status; it is done.
    StatusAfter(u16),
    /// 429 with `Retry-After` in seconds.
    TooMany {
        /// Seconds.
        retry_after: u32,
    },
    /// The body ends in the middle.
    TruncatedJson,
    /// The body is a text that is no JSON.
    InvalidJson,
    /// The right status, no body.
    EmptyBody,
    /// The body says it is HTML.
    WrongContentType,
    /// 404 for the first so many reads of each resource.
    NotFoundFirst(u32),
    /// The payment as it was before its last change.
    Stale,
    /// The search index is this far behind, by the fake's clock.
    SearchLag(Duration),
    /// So many payments of a thousand are left out of a search.
    SearchSubset(u32),
    /// 401: the token is not accepted.
    Unauthorized,
    /// 403 of the policy agent.
    Forbidden,
    /// The refresh token or code is not accepted.
    InvalidGrant,
    /// A refund is refused with 2084, which is not final.
    ContradictoryRefund,
    /// The member at this path is missing (`collector_id`, `order.id`).
    MissingField(String),
    /// The member at this path is null.
    NullField(String),
    /// A member nobody knows.
    ExtraField,
    /// A status of the future.
    UnknownStatus {
        /// `status`
        status: String,
        /// `status_detail`
        detail: String,
    },
    /// Amounts are spelled so.
    Amounts(AmountFormat),
    /// `id` is a string.
    IdAsText,
    /// The payment names another collector.
    Collector(u64),
    /// The payment names another currency.
    Currency(String),
    /// The payment names another reference: foreign, empty (`""`) or null (`None`).
    Reference(Option<String>),
    /// A preference is paid, and that notified, before its request is answered.
    PayBeforeAnswer(Outcome),
    /// What the request changed is notified before it is answered.
    DeliverBeforeAnswer,
}

/// A fault aimed at requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// This seller's only.
    #[serde(default)]
    pub seller: Option<u64>,
    /// This operation only.
    #[serde(default)]
    pub route: Option<Route>,
    /// This first id in the path only.
    #[serde(default)]
    pub resource: Option<String>,
    /// How often.
    #[serde(default)]
    pub when: When,
    /// What.
    pub fault: Fault,
}

impl Rule {
    /// Strikes whenever it matches.
    #[must_use]
    pub fn new(route: Route, when: When, fault: Fault) -> Self {
        Self { seller: None, route: Some(route), resource: None, when, fault }
    }

    /// Strikes any operation of the API.
    #[must_use]
    pub fn anywhere(when: When, fault: Fault) -> Self {
        Self { seller: None, route: None, resource: None, when, fault }
    }

    /// For this seller only.
    #[must_use]
    pub fn seller(self, seller: u64) -> Self {
        Self { seller: Some(seller), ..self }
    }

    /// For this payment only.
    #[must_use]
    pub fn payment(self, payment: u64) -> Self {
        Self { resource: Some(payment.to_string()), ..self }
    }
}

/// A fault aimed at notifications.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRule {
    /// This seller's only.
    #[serde(default)]
    pub seller: Option<u64>,
    /// This topic only.
    #[serde(default)]
    pub topic: Option<Topic>,
    /// This shape only.
    #[serde(default)]
    pub format: Option<Format>,
    /// This payment's only.
    #[serde(default)]
    pub payment: Option<u64>,
    /// How often.
    #[serde(default)]
    pub when: When,
    /// What.
    pub fault: DeliveryFault,
}

impl DeliveryRule {
    /// Strikes any notification.
    #[must_use]
    pub fn new(when: When, fault: DeliveryFault) -> Self {
        Self { seller: None, topic: None, format: None, payment: None, when, fault }
    }

    /// For this seller only.
    #[must_use]
    pub fn seller(self, seller: u64) -> Self {
        Self { seller: Some(seller), ..self }
    }

    /// For this topic only.
    #[must_use]
    pub fn topic(self, topic: Topic) -> Self {
        Self { topic: Some(topic), ..self }
    }

    /// For this shape only.
    #[must_use]
    pub fn format(self, format: Format) -> Self {
        Self { format: Some(format), ..self }
    }

    /// For this payment only.
    #[must_use]
    pub fn payment(self, payment: u64) -> Self {
        Self { payment: Some(payment), ..self }
    }
}
