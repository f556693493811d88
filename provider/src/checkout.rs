//! A page on which a diner pays: what is asked for and what comes back.

use chrono::{DateTime, Utc};
use domain::{Cents, Currency};
use std::collections::BTreeMap;
use url::Url;

/// A checkout to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCheckout {
    /// Our reference, the intent's id; comes back on every payment. At most 64 of `A-Z a-z 0-9 _ -`.
    pub reference: String,
    /// Sent along where the provider honours it ([`Caps::lost_checkout`](crate::Caps)); else recover by reference.
    pub idempotency_key: String,
    /// What is paid for; at least one line above zero. A tip is a line of its own.
    pub lines: Vec<CheckoutLine>,
    /// What the amounts count.
    pub currency: Currency,
    /// Until when it can be paid.
    pub expires_at: DateTime<Utc>,
    /// Where the provider notifies us, with the account's unguessable token; none where it cannot reach us.
    pub notification_url: Option<Url>,
    /// Where the diner comes back to.
    pub back_urls: Option<BackUrls>,
    /// What the card statement shows; cut to 13 characters.
    pub statement_descriptor: Option<String>,
    /// Copied to the payment; keys in snake_case.
    pub metadata: BTreeMap<String, String>,
}

impl NewCheckout {
    /// What the diner will pay.
    ///
    /// # Errors
    /// When the sum does not fit.
    pub fn total(&self) -> Result<Cents, domain::money::MoneyError> {
        Cents::checked_sum(self.lines.iter().map(|line| line.amount))
    }
}

/// One line of a checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutLine {
    /// Our word for it: `check`, `tip`.
    pub id: String,
    /// What the diner reads.
    pub title: String,
    /// What it costs.
    pub amount: Cents,
}

/// The pages a diner comes back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackUrls {
    /// After an approved payment.
    pub success: Url,
    /// After one that is not decided yet.
    pub pending: Url,
    /// After a refused one, or none.
    pub failure: Url,
}

/// A checkout that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// The provider's id of it.
    pub provider_ref: String,
    /// Where to send the diner; empty when a search result leaves it out.
    pub redirect_url: String,
    /// When it was made, as the provider says.
    pub created_at: Option<DateTime<Utc>>,
    /// Until when it can be paid, as the provider says.
    pub expires_at: Option<DateTime<Utc>>,
}
