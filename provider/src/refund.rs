//! Giving money back: the order, what became of it, and the list that settles doubts.

use chrono::{DateTime, Utc};
use domain::Cents;

/// A refund to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOrder {
    /// Commit it before the call and repeat with the same one: a second refund is then impossible.
    pub key: String,
    /// What to give back from.
    pub payment_id: String,
    /// How much; none gives back all that is left.
    pub amount: Option<Cents>,
}

/// What became of a refund order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundOutcome {
    /// The money is on its way back.
    Done {
        /// The provider's id of the refund.
        refund_id: String,
    },
    /// Accepted, not decided.
    Pending {
        /// The provider's id of the refund.
        refund_id: String,
    },
    /// Nothing is left to give back, or this order was carried out before under an id that cannot be told from the
    /// list: read the payment, which says how much went back in all.
    AlreadyDone,
    /// Will not happen.
    Rejected {
        /// The provider's code.
        code: String,
        /// The provider's words.
        message: String,
    },
    /// Not now; repeat with the same key.
    Retry {
        /// The provider's code.
        code: String,
    },
}

/// Where a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundStatus {
    /// Given back.
    Approved,
    /// Not decided.
    InProcess,
    /// Will not happen.
    Rejected,
    /// A word this version does not know.
    Unknown,
}

/// One refund of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The provider's id.
    pub refund_id: String,
    /// How much.
    pub amount: Cents,
    /// Where it stands.
    pub status: RefundStatus,
    /// When it was made.
    pub created_at: Option<DateTime<Utc>>,
}
