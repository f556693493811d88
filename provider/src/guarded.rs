//! The circuit breaker around every network call of a provider, one circuit an account: one restaurant's revoked token
//! or a provider that is down must cost no other request eight seconds.

use crate::{
    CallError, Caps, Checkout, Credentials, Fields, Hint, Merged, NewCheckout, Notice, Order, Page, PaymentProvider,
    PaymentQuery, Refund, RefundOrder, RefundOutcome, Renewed, Snapshot, Summary, Unfit, Verdict, Words,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::payment::Provider;
use runtime::CircuitBreakers;
use std::sync::Arc;

/// A provider whose calls pass a circuit breaker. Only outages count ([`CallError::is_outage`]): a 404 or a refusal is
/// an answer.
#[derive(Debug, Clone)]
pub struct Guarded {
    inner: Arc<dyn PaymentProvider>,
    breakers: CircuitBreakers,
}

impl Guarded {
    /// `inner` behind `breakers`.
    #[must_use]
    pub fn new(inner: Arc<dyn PaymentProvider>, breakers: CircuitBreakers) -> Self {
        Self { inner, breakers }
    }

    /// Awaits `call` if the account's circuit lets it. A future that was never awaited has sent nothing.
    async fn through<T>(
        &self,
        credentials: &Credentials,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let permit =
            self.breakers.guard(&credentials.account).map_err(|wait| CallError::BreakerOpen { retry_after: wait.0 })?;
        let result = call.await;
        match &result {
            Ok(_) => permit.succeeded(),
            Err(error) if error.is_outage() => permit.failed(),
            // Something answered, but not what a healthy provider says: no word either way.
            Err(CallError::Malformed(_) | CallError::NotSupported) => drop(permit),
            Err(_) => permit.succeeded(),
        }
        result
    }
}

#[async_trait]
impl PaymentProvider for Guarded {
    fn id(&self) -> Provider {
        self.inner.id()
    }

    fn caps(&self) -> Caps {
        self.inner.caps()
    }

    fn words(&self) -> &'static Words {
        self.inner.words()
    }

    fn notice_headers(&self) -> &'static [&'static str] {
        self.inner.notice_headers()
    }

    fn merge(&self, known: Option<&Credentials>, fields: &Fields) -> Result<Merged, Unfit> {
        self.inner.merge(known, fields)
    }

    fn summary(&self, credentials: &Credentials) -> Summary {
        self.inner.summary(credentials)
    }

    fn authenticate(&self, credentials: &Credentials, notice: &Notice<'_>, now: DateTime<Utc>) -> Verdict {
        self.inner.authenticate(credentials, notice, now)
    }

    fn hints(&self, notice: &Notice<'_>) -> Vec<Hint> {
        self.inner.hints(notice)
    }

    async fn create_checkout(&self, credentials: &Credentials, checkout: &NewCheckout) -> Result<Checkout, CallError> {
        self.through(credentials, self.inner.create_checkout(credentials, checkout)).await
    }

    async fn find_checkouts(&self, credentials: &Credentials, reference: &str) -> Result<Vec<Checkout>, CallError> {
        self.through(credentials, self.inner.find_checkouts(credentials, reference)).await
    }

    async fn expire_checkout(&self, credentials: &Credentials, provider_ref: &str) -> Result<(), CallError> {
        self.through(credentials, self.inner.expire_checkout(credentials, provider_ref)).await
    }

    async fn fetch_payment(&self, credentials: &Credentials, payment_id: &str) -> Result<Snapshot, CallError> {
        self.through(credentials, self.inner.fetch_payment(credentials, payment_id)).await
    }

    async fn find_payments(
        &self,
        credentials: &Credentials,
        query: &PaymentQuery,
    ) -> Result<Page<Snapshot>, CallError> {
        self.through(credentials, self.inner.find_payments(credentials, query)).await
    }

    async fn fetch_order(&self, credentials: &Credentials, order_id: &str) -> Result<Order, CallError> {
        self.through(credentials, self.inner.fetch_order(credentials, order_id)).await
    }

    async fn fetch_chargeback(&self, credentials: &Credentials, id: &str) -> Result<Vec<String>, CallError> {
        self.through(credentials, self.inner.fetch_chargeback(credentials, id)).await
    }

    async fn refund(&self, credentials: &Credentials, order: &RefundOrder) -> Result<RefundOutcome, CallError> {
        self.through(credentials, self.inner.refund(credentials, order)).await
    }

    async fn find_refunds(&self, credentials: &Credentials, payment_id: &str) -> Result<Vec<Refund>, CallError> {
        self.through(credentials, self.inner.find_refunds(credentials, payment_id)).await
    }

    async fn cancel_payment(&self, credentials: &Credentials, payment_id: &str) -> Result<(), CallError> {
        self.through(credentials, self.inner.cancel_payment(credentials, payment_id)).await
    }

    async fn refresh_token(&self, credentials: &Credentials) -> Result<Renewed, CallError> {
        self.through(credentials, self.inner.refresh_token(credentials)).await
    }

    async fn whoami(&self, credentials: &Credentials) -> Result<String, CallError> {
        self.through(credentials, self.inner.whoami(credentials)).await
    }
}
