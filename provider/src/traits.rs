//! The trait every provider fits (payments.md §7). Operations read [`Caps`], never a provider's name.

use crate::{
    CallError, Checkout, Credentials, Fields, Hint, Merged, NewCheckout, Notice, Order, Page, PaymentQuery, Refund,
    RefundOrder, RefundOutcome, Renewed, Snapshot, Summary, Unfit, Verdict, Words,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    Currency,
    payment::{Failure, Provider},
};

/// What a provider can do, where providers differ and an operation decides by it.
#[derive(Debug, Clone, Copy)]
pub struct Caps {
    /// Decimals of a currency on the provider's wire; 0 means that cents must be whole hundreds.
    pub exponent: fn(Currency) -> u32,
    /// What to do when the answer to opening a checkout is lost.
    pub lost_checkout: LostCheckout,
    /// Whether a checkout can be closed to payments before its time ([`PaymentProvider::expire_checkout`]).
    pub revocable: bool,
    /// Whether a payment that is not decided can be called off ([`PaymentProvider::cancel_payment`]).
    pub cancels: bool,
    /// Whether a payment that failed may be paid after all.
    pub failure: Failure,
}

/// How a checkout is found again of which nobody knows whether it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostCheckout {
    /// By our reference ([`PaymentProvider::find_checkouts`]); opening it again would open a second one.
    Find,
    /// By opening it again under its key, which opens one.
    Repeat,
}

/// A payment provider. Every call is made once, without retries, within a bounded time, and outside of any database
/// transaction. What a provider may lack has a body that says so; [`Caps`] says it first.
#[async_trait]
pub trait PaymentProvider: Send + Sync + std::fmt::Debug {
    /// The provider's id in the database.
    fn id(&self) -> Provider;

    /// What it can do.
    fn caps(&self) -> Caps;

    /// What people are told of it.
    fn words(&self) -> &'static Words {
        &Words::NEUTRAL
    }

    /// The headers of a notice that a later look at it may need. The first ones sign it.
    fn notice_headers(&self) -> &'static [&'static str];

    /// The account's credentials after what is said of them. No IO.
    ///
    /// # Errors
    /// Something is missing that there must be.
    fn merge(&self, known: Option<&Credentials>, fields: &Fields) -> Result<Merged, Unfit>;

    /// What may be shown of credentials. No IO.
    fn summary(&self, credentials: &Credentials) -> Summary;

    /// What the notification's signature is worth, at this instant. No IO.
    fn authenticate(&self, credentials: &Credentials, notice: &Notice<'_>, now: DateTime<Utc>) -> Verdict;

    /// What the notification says to look at. No IO. What is signed wins over what is not.
    fn hints(&self, notice: &Notice<'_>) -> Vec<Hint>;

    /// Opens a page to pay on. [`CallError::Unknown`] means it may exist: see [`Caps::lost_checkout`].
    async fn create_checkout(&self, credentials: &Credentials, checkout: &NewCheckout) -> Result<Checkout, CallError>;

    /// The truth about one payment.
    async fn fetch_payment(&self, credentials: &Credentials, payment_id: &str) -> Result<Snapshot, CallError>;

    /// Payments by our reference or by when they changed.
    async fn find_payments(&self, credentials: &Credentials, query: &PaymentQuery)
    -> Result<Page<Snapshot>, CallError>;

    /// Gives money back.
    async fn refund(&self, credentials: &Credentials, order: &RefundOrder) -> Result<RefundOutcome, CallError>;

    /// All refunds of a payment, whoever made them.
    async fn find_refunds(&self, credentials: &Credentials, payment_id: &str) -> Result<Vec<Refund>, CallError>;

    /// Whose credentials these are, as the provider numbers accounts.
    async fn whoami(&self, credentials: &Credentials) -> Result<String, CallError>;

    /// The checkouts that carry our reference, newest first ([`LostCheckout::Find`]).
    async fn find_checkouts(&self, _: &Credentials, _reference: &str) -> Result<Vec<Checkout>, CallError> {
        Err(CallError::NotSupported)
    }

    /// Closes a checkout to further payments; best effort, one that is under way may still end ([`Caps::revocable`]).
    async fn expire_checkout(&self, _: &Credentials, _provider_ref: &str) -> Result<(), CallError> {
        Err(CallError::NotSupported)
    }

    /// Which payments an order has, for a provider that notifies of orders.
    async fn fetch_order(&self, _: &Credentials, _order_id: &str) -> Result<Order, CallError> {
        Err(CallError::NotSupported)
    }

    /// The ids of the payments a chargeback is about, for a provider that notifies of chargebacks.
    async fn fetch_chargeback(&self, _: &Credentials, _id: &str) -> Result<Vec<String>, CallError> {
        Err(CallError::NotSupported)
    }

    /// Calls off a payment that is not decided; read it again afterwards, an accepted call proves nothing
    /// ([`Caps::cancels`]).
    async fn cancel_payment(&self, _: &Credentials, _payment_id: &str) -> Result<(), CallError> {
        Err(CallError::NotSupported)
    }

    /// Renews the token ([`Summary::is_renewable`]); [`CallError::Unauthorized`] when the seller must authorise again.
    async fn refresh_token(&self, _: &Credentials) -> Result<Renewed, CallError> {
        Err(CallError::NotSupported)
    }
}
