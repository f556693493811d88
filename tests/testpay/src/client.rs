//! The side that Comanda speaks.

use crate::{ID, SIGNATURE, SIGNED_AT, notice, wire};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    Cents, Clock, Currency,
    payment::{Failure, PaymentStatus, Provider, truth::Stamp},
};
use provider::{
    CallError, Caps, Checkout, Credentials, Fields, Hint, LostCheckout, Merged, NewCheckout, Notice, Page,
    PaymentProvider, PaymentQuery, Refund, RefundOrder, RefundOutcome, RefundStatus, SetupError, Snapshot, Summary,
    Unfit, Verdict, last4,
};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{sync::Arc, time::Duration};
use url::Url;

/// Testpay at one address.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    clock: Arc<dyn Clock>,
}

/// One secret, for everything.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Secrets {
    secret: String,
}

fn secret(credentials: &Credentials) -> Result<SecretString, CallError> {
    let read: Result<Secrets, Unfit> = credentials.read();
    read.map(|secrets| secrets.secret.into())
        .map_err(|Unfit(why)| CallError::Rejected { code: "credentials".to_owned(), message: why.to_owned() })
}

impl Client {
    /// Testpay at `base`; a call takes at most `timeout`.
    ///
    /// # Errors
    /// The client cannot be set up.
    pub fn new(base: Url, timeout: Duration, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        // It is on this machine and speaks plain HTTP.
        let tls = runtime::tls::client(false)?;
        let http = reqwest::Client::builder().timeout(timeout).no_proxy().tls_backend_preconfigured(tls).build();
        Ok(Self { http: http.map_err(|error| SetupError::Client(error.to_string()))?, base, clock })
    }

    async fn call<T: DeserializeOwned>(
        &self,
        credentials: &Credentials,
        (method, path): (Method, &str),
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<T, CallError> {
        let reads = method == Method::GET;
        let lost = |reason: String| {
            if reads { CallError::Unavailable { reason, retry_after: None } } else { CallError::Unknown(reason) }
        };
        let url = self.base.join(path).map_err(|_| CallError::NotFound)?;
        let request = self.http.request(method, url).bearer_auth(secret(credentials)?.expose_secret());
        let request = body.into_iter().fold(request, |request, body| request.json(body));
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => {
                return Err(CallError::Unavailable { reason: "nobody listens".to_owned(), retry_after: None });
            }
            Err(error) => return Err(lost(error.without_url().to_string())),
        };
        match answer.status() {
            StatusCode::OK => answer.json().await.map_err(|error| lost(error.without_url().to_string())),
            StatusCode::NOT_FOUND => Err(CallError::NotFound),
            StatusCode::UNAUTHORIZED => Err(CallError::Unauthorized { status: 401, message: String::new() }),
            status if status.is_client_error() => {
                Err(CallError::Rejected { code: status.as_str().to_owned(), message: String::new() })
            }
            status => Err(lost(format!("status {}", status.as_u16()))),
        }
    }

    async fn get<T: DeserializeOwned>(&self, credentials: &Credentials, path: &str) -> Result<T, CallError> {
        self.call(credentials, (Method::GET, path), None::<&()>).await
    }

    fn snapshot(&self, payment: &wire::Payment) -> Result<Snapshot, CallError> {
        let cents = |cents: i64| Cents::new(cents).map_err(|error| CallError::Malformed(error.to_string()));
        let status = wire::status(&payment.status);
        Ok(Snapshot {
            payment_id: payment.id.clone(),
            reference: Some(payment.reference.clone()),
            account: Some(payment.seller.clone()),
            amount: cents(payment.amount_cents)?,
            refunded: cents(payment.refunded_cents)?,
            currency: Currency::ALL.iter().copied().find(|currency| currency.as_str() == payment.currency),
            currency_text: payment.currency.clone(),
            status,
            status_text: payment.status.clone(),
            detail: String::new(),
            approved_at: (status == PaymentStatus::Approved).then(|| self.clock.now()),
            stamp: Stamp::Fetched(self.clock.now()),
            order_id: None,
            method: None,
            disputed: false,
            raw: serde_json::to_string(payment).unwrap_or_default(),
        })
    }
}

/// A number that goes into a path.
fn plain(id: &str) -> Result<&str, CallError> {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(id)
    } else {
        Err(CallError::NotFound)
    }
}

#[async_trait]
impl PaymentProvider for Client {
    fn id(&self) -> Provider {
        ID
    }

    fn caps(&self) -> Caps {
        Caps {
            exponent: |_| 2,
            lost_checkout: LostCheckout::Repeat,
            revocable: false,
            cancels: false,
            failure: Failure::MayRevive,
        }
    }

    fn notice_headers(&self) -> &'static [&'static str] {
        &[SIGNATURE, SIGNED_AT]
    }

    fn merge(&self, known: Option<&Credentials>, fields: &Fields) -> Result<Merged, Unfit> {
        if fields.is_empty() {
            let credentials = known.cloned().ok_or(Unfit("secret: is needed"))?;
            return Ok(Merged { credentials, is_new_grant: false });
        }
        let account = known.map_or_else(String::new, |known| known.account.clone());
        Ok(Merged { credentials: Credentials::of(&fields.read::<Secrets>()?)?.named(account), is_new_grant: true })
    }

    fn summary(&self, credentials: &Credentials) -> Summary {
        let token_last4 = secret(credentials).ok().and_then(|secret| last4(secret.expose_secret()));
        Summary { token_last4, ..Summary::default() }
    }

    fn authenticate(&self, credentials: &Credentials, notice: &Notice<'_>, now: DateTime<Utc>) -> Verdict {
        match secret(credentials) {
            Ok(secret) => notice::authenticate(&secret, notice, now),
            Err(_) => Verdict::Unsigned,
        }
    }

    fn hints(&self, notice: &Notice<'_>) -> Vec<Hint> {
        notice::hints(notice)
    }

    async fn create_checkout(&self, credentials: &Credentials, checkout: &NewCheckout) -> Result<Checkout, CallError> {
        let total = checkout.total();
        let total =
            total.map_err(|error| CallError::Rejected { code: "sum".to_owned(), message: error.to_string() })?;
        let order = wire::Order {
            key: checkout.idempotency_key.clone(),
            reference: checkout.reference.clone(),
            amount_cents: total.get(),
            currency: checkout.currency.as_str().to_owned(),
            notify: checkout.notification_url.as_ref().map(Url::to_string),
        };
        let opened: wire::Opened = self.call(credentials, (Method::POST, "/checkouts"), Some(&order)).await?;
        Ok(Checkout { provider_ref: opened.id, redirect_url: opened.url, created_at: None, expires_at: None })
    }

    async fn fetch_payment(&self, credentials: &Credentials, payment_id: &str) -> Result<Snapshot, CallError> {
        self.snapshot(&self.get(credentials, &format!("/payments/{}", plain(payment_id)?)).await?)
    }

    async fn find_payments(
        &self,
        credentials: &Credentials,
        query: &PaymentQuery,
    ) -> Result<Page<Snapshot>, CallError> {
        let all: Vec<wire::Payment> = self.get(credentials, "/payments").await?;
        // It has no clock: what it lists may have changed at any time.
        let wanted = |payment: &&wire::Payment| match query {
            PaymentQuery::Reference { reference, .. } => payment.reference == *reference,
            PaymentQuery::UpdatedBetween { .. } => true,
        };
        let items = all.iter().filter(wanted).map(|payment| self.snapshot(payment)).collect::<Result<_, _>>()?;
        Ok(Page { items, unreadable: Vec::new(), next_offset: None })
    }

    async fn refund(&self, credentials: &Credentials, order: &RefundOrder) -> Result<RefundOutcome, CallError> {
        let path = format!("/payments/{}/refunds", plain(&order.payment_id)?);
        let body = wire::RefundOrder { key: order.key.clone(), amount_cents: order.amount.map(Cents::get) };
        match self.call::<wire::Refund>(credentials, (Method::POST, &path), Some(&body)).await {
            Ok(refund) => Ok(RefundOutcome::Done { refund_id: refund.id }),
            Err(CallError::Rejected { code, message }) => Ok(RefundOutcome::Rejected { code, message }),
            Err(error) => Err(error),
        }
    }

    async fn find_refunds(&self, credentials: &Credentials, payment_id: &str) -> Result<Vec<Refund>, CallError> {
        let made: Vec<wire::Refund> =
            self.get(credentials, &format!("/payments/{}/refunds", plain(payment_id)?)).await?;
        let refund = |made: wire::Refund| {
            let amount = Cents::new(made.amount_cents).map_err(|error| CallError::Malformed(error.to_string()))?;
            Ok(Refund { refund_id: made.id, amount, status: RefundStatus::Approved, created_at: None })
        };
        made.into_iter().map(refund).collect()
    }

    async fn whoami(&self, credentials: &Credentials) -> Result<String, CallError> {
        Ok(self.get::<wire::Me>(credentials, "/me").await?.seller)
    }
}
