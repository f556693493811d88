//! What both sides say to each other.

use domain::payment::PaymentStatus;
use serde::{Deserialize, Serialize};

/// A checkout to open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) key: String,
    pub(crate) reference: String,
    pub(crate) amount_cents: i64,
    pub(crate) currency: String,
    pub(crate) notify: Option<String>,
}

/// A checkout that is open.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Opened {
    pub(crate) id: String,
    pub(crate) url: String,
}

/// A payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) reference: String,
    pub(crate) seller: String,
    pub(crate) amount_cents: i64,
    pub(crate) refunded_cents: i64,
    pub(crate) currency: String,
    pub(crate) status: String,
}

/// A refund, asked for or made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) amount_cents: i64,
}

/// A refund to make; all that is left without an amount.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RefundOrder {
    pub(crate) key: String,
    pub(crate) amount_cents: Option<i64>,
}

/// Whose secret it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Me {
    pub(crate) seller: String,
}

/// A notice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) payment: String,
}

/// Its words for where a payment stands.
pub(crate) fn status(word: &str) -> PaymentStatus {
    match word {
        "waiting" => PaymentStatus::Pending,
        "reserved" => PaymentStatus::Authorized,
        "paid" => PaymentStatus::Approved,
        "failed" => PaymentStatus::Rejected,
        "returned" => PaymentStatus::Refunded,
        _ => PaymentStatus::Unknown,
    }
}
