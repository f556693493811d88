//! A notification on its way, and the ways a single one can be malformed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::message::Message;

/// What a notification is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// A payment.
    #[default]
    Payment,
    /// A merchant order.
    MerchantOrder,
    /// A chargeback.
    Chargeback,
    /// A dispute.
    Claim,
    /// A fraud alert: do not hand the goods over.
    FraudAlert,
    /// A seller authorised or withdrew the application.
    Connect,
    /// Any other word.
    Other(String),
}

impl Topic {
    /// The word in a Webhook.
    #[must_use]
    pub fn webhook(&self) -> &str {
        match self {
            Self::Payment => "payment",
            Self::MerchantOrder => "topic_merchant_order_wh",
            Self::Chargeback => "topic_chargebacks_wh",
            Self::Claim => "topic_claims_integration_wh",
            Self::FraudAlert => "stop_delivery_op_wh",
            Self::Connect => "mp-connect",
            Self::Other(word) => word,
        }
    }

    /// The word in an IPN.
    #[must_use]
    pub fn ipn(&self) -> &str {
        match self {
            Self::MerchantOrder => "merchant_order",
            Self::Chargeback => "chargebacks",
            other => other.webhook(),
        }
    }
}

/// The two shapes notifications come in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `?data.id=…&type=…`, signed.
    #[default]
    Webhook,
    /// `?id=…&topic=…`, with a signature nobody can validate.
    Ipn,
}

/// One way a notification is malformed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// Signed with a secret that never was the seller's.
    WrongSecret,
    /// Signed with this secret: a former or a future one.
    Secret(String),
    /// No `x-signature`.
    NoSignature,
    /// This `x-signature`, whatever it says.
    Signature(String),
    /// No `x-request-id`; the signature leaves its pair out.
    NoRequestId,
    /// No `data.id` in the query; the signature leaves its pair out.
    NoQueryId,
    /// `ts` in milliseconds.
    TsMillis,
    /// `ts` so many seconds ahead, behind if negative.
    TsShift(i64),
    /// `v1` in capitals.
    UppercaseV1,
    /// Blanks around the parts of `x-signature`.
    SpacedHeader,
    /// A wrong `v1` before the right one.
    TwoV1,
    /// A `v1` as long as a right one, of bytes that are not ASCII.
    NonAsciiV1,
    /// The body names this id, the query the true one.
    BodyId(String),
    /// No `data.id` in the body.
    NoBodyId,
    /// `GET` instead of `POST`.
    Get,
    /// A body of a megabyte.
    Huge,
    /// To this address: another tenant's, perhaps.
    Url(String),
    /// This body, whatever it says.
    Body(String),
}

/// What becomes of notifications on their way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryFault {
    /// Lost for good.
    Drop,
    /// Webhooks are lost, their IPN twins arrive.
    IpnOnly,
    /// So many more of it, in parallel.
    Duplicate(u32),
    /// So many of it, spread over a time.
    Storm {
        /// Deliveries in all.
        count: u32,
        /// The time they take.
        over: Duration,
    },
    /// Later by a time between the two.
    Delay {
        /// At least.
        min: Duration,
        /// At most.
        max: Duration,
    },
    /// Held back until a later one of the same payment was delivered, or ten seconds.
    Reorder,
    /// Held back until so many are, of any payment, or ten seconds; then sent one by one in random order.
    Shuffle(u32),
    /// Sent malformed.
    Flaw(Flaw),
}

/// A notification made by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeliverySpec {
    /// What it is about.
    pub topic: Topic,
    /// In which shape.
    pub format: Format,
    /// `payment.updated` if not given.
    pub action: Option<String>,
    /// The id it names, instead of the payment's: an arbitrary one, as the panel's "Simulate" sends.
    pub resource: Option<String>,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
}

impl DeliverySpec {
    /// A correct Webhook about a payment.
    #[must_use]
    pub fn webhook() -> Self {
        Self::default()
    }

    /// An IPN about a payment.
    #[must_use]
    pub fn ipn() -> Self {
        Self { format: Format::Ipn, ..Self::default() }
    }

    /// Malformed this way as well.
    #[must_use]
    pub fn flaw(mut self, flaw: Flaw) -> Self {
        self.flaws.push(flaw);
        self
    }
}

/// A notification as the queue keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) seller: u64,
    pub(crate) topic: Topic,
    pub(crate) format: Format,
    /// The id it names.
    pub(crate) resource: String,
    /// The payment it belongs to.
    pub(crate) payment: Option<u64>,
    pub(crate) action: String,
    pub(crate) url: String,
    /// The notification's own number; a retry gets another.
    pub(crate) notification: u64,
    /// 1 for the first.
    pub(crate) attempt: u32,
    pub(crate) flaws: Vec<Flaw>,
    /// The bytes of the first attempt, when retries repeat them.
    pub(crate) frozen: Option<Message>,
}
