//! The trait every provider fits (payments.md §7). Operations read [`Caps`], never a provider's name.

use crate::{
    CallError, Checkout, Credentials, Hint, NewCheckout, Notice, Order, Page, PaymentQuery, Refund, RefundOrder,
    RefundOutcome, RotatedCredentials, Snapshot, Verdict,
};
use async_trait::async_trait;
use domain::Currency;
use secrecy::SecretString;
use std::time::Duration;

/// What a provider can do, where providers differ.
#[derive(Debug, Clone, Copy)]
pub struct Caps {
    /// Whether opening a checkout twice with one key opens one.
    pub idempotent_create: bool,
    /// Whether one checkout can be paid more than once.
    pub multi_pay: bool,
    /// Whether the signature covers the body.
    pub signed_body: bool,
    /// The answers that stop the provider from notifying again.
    pub ack_codes: &'static [u16],
    /// How soon it must be answered.
    pub ack_deadline: Duration,
    /// Decimals of a currency on the provider's wire; 0 means that cents must be whole hundreds.
    pub exponent: fn(Currency) -> u32,
}

/// A payment provider. Every call is made once, without retries, within a bounded time, and outside of any database
/// transaction.
#[async_trait]
pub trait PaymentProvider: Send + Sync + std::fmt::Debug {
    /// The provider's name in the database: `mercadopago`.
    fn name(&self) -> &'static str;

    /// What it can do.
    fn caps(&self) -> Caps;

    /// What the notification's signature is worth, given the account's secrets. No IO.
    fn authenticate(&self, secrets: &[SecretString], notice: &Notice<'_>) -> Verdict;

    /// What the notification says to look at. No IO. The signed id wins over the body's.
    fn hints(&self, notice: &Notice<'_>) -> Vec<Hint>;

    /// Opens a page to pay on. [`CallError::Unknown`] means it may exist: look with [`Self::find_checkouts`].
    async fn create_checkout(&self, credentials: &Credentials, checkout: &NewCheckout) -> Result<Checkout, CallError>;

    /// The checkouts that carry our reference, newest first.
    async fn find_checkouts(&self, credentials: &Credentials, reference: &str) -> Result<Vec<Checkout>, CallError>;

    /// Closes a checkout to further payments; best effort, one that is under way may still end.
    async fn expire_checkout(&self, credentials: &Credentials, provider_ref: &str) -> Result<(), CallError>;

    /// The truth about one payment.
    async fn fetch_payment(&self, credentials: &Credentials, payment_id: &str) -> Result<Snapshot, CallError>;

    /// Payments by our reference or by when they changed.
    async fn find_payments(&self, credentials: &Credentials, query: &PaymentQuery)
    -> Result<Page<Snapshot>, CallError>;

    /// Which payments an order has.
    async fn fetch_order(&self, credentials: &Credentials, order_id: &str) -> Result<Order, CallError>;

    /// The ids of the payments a chargeback is about.
    async fn fetch_chargeback(&self, credentials: &Credentials, id: &str) -> Result<Vec<String>, CallError>;

    /// Gives money back.
    async fn refund(&self, credentials: &Credentials, order: &RefundOrder) -> Result<RefundOutcome, CallError>;

    /// All refunds of a payment, whoever made them.
    async fn find_refunds(&self, credentials: &Credentials, payment_id: &str) -> Result<Vec<Refund>, CallError>;

    /// Calls off a payment that is not decided; read it again afterwards, an accepted call proves nothing.
    async fn cancel_payment(&self, credentials: &Credentials, payment_id: &str) -> Result<(), CallError>;

    /// Renews the access token; [`CallError::Unauthorized`] when the seller must authorise again.
    async fn refresh_token(&self, credentials: &Credentials) -> Result<RotatedCredentials, CallError>;

    /// Whose credentials these are, as the provider numbers accounts.
    async fn whoami(&self, credentials: &Credentials) -> Result<String, CallError>;
}
