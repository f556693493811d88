//! The truth about payments, as the provider tells it now.

use chrono::{DateTime, Utc};
use domain::{
    Cents, Currency,
    payment::{
        PaymentStatus,
        truth::{Observation, Stamp},
    },
};

/// One payment as the provider sees it at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The provider's id.
    pub payment_id: String,
    /// Our reference, when the payment carries one; anyone's text until it is found among our intents.
    pub reference: Option<String>,
    /// Who is paid, as the provider numbers accounts.
    pub account: Option<String>,
    /// What was paid, before refunds.
    pub amount: Cents,
    /// What was given back so far; never more than `amount`.
    pub refunded: Cents,
    /// What both count, when it is a currency we know.
    pub currency: Option<Currency>,
    /// The provider's word for the currency.
    pub currency_text: String,
    /// Where it stands; a word this version does not know is [`PaymentStatus::Unknown`].
    pub status: PaymentStatus,
    /// The provider's word for the status.
    pub status_text: String,
    /// The provider's reason: `accredited`, `cc_rejected_high_risk`, …; empty when it gives none.
    pub detail: String,
    /// When it became money.
    pub approved_at: Option<DateTime<Utc>>,
    /// When it last changed, where the provider says so; two states may share one instant.
    pub stamp: Stamp,
    /// The provider's order, which knows the checkout.
    pub order_id: Option<String>,
    /// `visa`, `account_money`, …
    pub method: Option<String>,
    /// Whether the payer disputes it, or has won the dispute.
    pub disputed: bool,
    /// The answer as it came, for the audit.
    pub raw: String,
}

impl Snapshot {
    /// What of it decides whether it is news. No more is given back than was paid.
    #[must_use]
    pub fn sighting(&self) -> Observation {
        Observation {
            status: self.status,
            detail: self.detail.clone(),
            amount: self.amount,
            refunded: self.refunded.min(self.amount),
            stamp: self.stamp,
        }
    }
}

/// Which payments to find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentQuery {
    /// Those that carry our reference. The index lags: an empty answer proves nothing until repeated.
    Reference {
        /// The intent's id.
        reference: String,
        /// How many to pass over.
        offset: u32,
    },
    /// Those that changed in a window, oldest first.
    UpdatedBetween {
        /// From then on.
        from: DateTime<Utc>,
        /// Up to then.
        to: DateTime<Utc>,
        /// How many to pass over.
        offset: u32,
    },
}

/// Part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// What could be read.
    pub items: Vec<T>,
    /// The ids of entries that could not be understood: fetch each on its own, so that one spoils no sweep.
    pub unreadable: Vec<String>,
    /// The offset of the next part; none when this was the last.
    pub next_offset: Option<u32>,
}

/// The provider's order: what ties payments to a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The provider's id.
    pub order_id: String,
    /// Our reference.
    pub reference: Option<String>,
    /// The checkout it came from.
    pub checkout_ref: Option<String>,
    /// Its payments.
    pub payment_ids: Vec<String>,
}
