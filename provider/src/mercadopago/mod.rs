//! Mercado Pago, Checkout Pro: the first provider. Facts, sources and doubts are those of payments.md; where
//! sources disagree this reads both ways and sends the way every source accepts.

mod checkout;
mod credentials;
mod http;
mod notice;
mod payment;
mod refund;
mod settings;
mod signature;
mod wire;

pub use settings::Args;

use crate::{
    CallError, Caps, Checkout, Credentials, Fields, Hint, InvalidNotice, LostCheckout, Merged, NewCheckout, Notice,
    Order, Page, PaymentProvider, PaymentQuery, Refund, RefundOrder, RefundOutcome, Renewed, SetupError, Snapshot,
    Summary, Unfit, Verdict, Words,
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use credentials::Secrets;
use domain::{
    Clock,
    payment::{Failure, Provider},
};
use http::{Call, Http};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::{sync::Arc, time::Duration};
use url::Url;
use wire::{Id, Reference, read, read_written, required};

/// Its id.
const ID: Provider = Provider::DEFAULT;
/// What is said of it.
const WORDS: Words = Words {
    silent: "Mercado Pago does not answer at the moment; paying at the table works",
    lost: "Mercado Pago's answer was lost; try again",
    missing: "Mercado Pago's answer is still missing; try again",
    refused: "Mercado Pago refused the request",
    account_refused: "The restaurant's Mercado Pago account is not accepted at the moment",
    token_refused: "Mercado Pago does not accept this access token",
    other_currency: "The restaurant's Mercado Pago account counts in another currency",
    no_account: "This restaurant takes no Mercado Pago",
};
/// Results asked for at once.
const PAGE: &str = "50";

/// Mercado Pago's API at one address.
#[derive(Clone, Debug)]
pub struct MercadoPago {
    http: Http,
    clock: Arc<dyn Clock>,
}

impl MercadoPago {
    /// The API at `base_url`; a call takes at most `timeout`, whatever happens.
    ///
    /// # Errors
    /// When the machine has no certificate authorities, and `base_url` needs them, or the client cannot be set up.
    pub fn new(base_url: Url, timeout: Duration, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        Ok(Self { http: Http::new(base_url, timeout)?, clock })
    }

    async fn get(
        &self,
        credentials: &Credentials,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Vec<u8>, CallError> {
        Ok(self.http.call(&Secrets::of(credentials)?.access_token, Call::get(path, query)).await?.body)
    }

    async fn put(&self, credentials: &Credentials, path: &[&str], body: Vec<u8>) -> Result<(), CallError> {
        // Setting something twice is harmless, but a key must not meet another body: each call has its own.
        let key = format!("{}-{}", path.join("-"), self.clock.now().timestamp_micros());
        let token = Secrets::of(credentials)?.access_token;
        self.http.call(&token, Call::write(Method::PUT, path, &key, Some(body))).await.map(drop)
    }

    /// What a replayed order came to. The refund exists, so a list that cannot be read is no reason to say it may not.
    async fn replayed(&self, credentials: &Credentials, order: &RefundOrder) -> Result<RefundOutcome, CallError> {
        Ok(match self.find_refunds(credentials, &order.payment_id).await {
            Ok(refunds) => refund::replayed(order, refunds),
            Err(error) => RefundOutcome::Retry { code: wire::clip(&error.to_string(), 64) },
        })
    }
}

/// An id that goes into a path; what is none names nothing.
fn path_id(id: &str) -> Result<&str, CallError> {
    if notice::is_id(id) { Ok(id) } else { Err(CallError::NotFound) }
}

#[derive(Deserialize)]
struct Tokens {
    access_token: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<i64>,
    user_id: Option<Id>,
}

#[async_trait]
impl PaymentProvider for MercadoPago {
    fn id(&self) -> Provider {
        ID
    }

    fn caps(&self) -> Caps {
        Caps {
            exponent: checkout::exponent,
            lost_checkout: LostCheckout::Find,
            revocable: true,
            cancels: true,
            failure: Failure::Final,
        }
    }

    fn words(&self) -> &'static Words {
        &WORDS
    }

    fn notice_headers(&self) -> &'static [&'static str] {
        &["x-signature", "x-request-id", "user-agent", "content-type", "origin", "x-rest-pool-name"]
    }

    fn merge(&self, known: Option<&Credentials>, fields: &Fields) -> Result<Merged, Unfit> {
        credentials::merge(known, fields)
    }

    fn summary(&self, credentials: &Credentials) -> Summary {
        credentials::summary(credentials)
    }

    /// Age is no reason to refuse: its retries bear the stamp of the first try.
    fn authenticate(&self, credentials: &Credentials, notice: &Notice<'_>, _: DateTime<Utc>) -> Verdict {
        match Secrets::of(credentials) {
            Ok(secrets) => signature::authenticate(&secrets.webhook_secrets, notice),
            Err(_) => Verdict::Invalid(InvalidNotice::NoSecret),
        }
    }

    fn hints(&self, notice: &Notice<'_>) -> Vec<Hint> {
        notice::hints(notice)
    }

    async fn create_checkout(&self, credentials: &Credentials, checkout: &NewCheckout) -> Result<Checkout, CallError> {
        let body = checkout::preference(checkout)?;
        let path = ["checkout", "preferences"];
        let call = Call::write(Method::POST, &path, &checkout.idempotency_key, Some(body));
        let answer = self.http.call(&Secrets::of(credentials)?.access_token, call).await?;
        read_written::<checkout::Written>(&answer.body)?.checkout().map_err(wire::as_unknown)
    }

    async fn find_checkouts(&self, credentials: &Credentials, reference: &str) -> Result<Vec<Checkout>, CallError> {
        let query = [("external_reference", reference), ("limit", PAGE), ("offset", "0")];
        let body = self.get(credentials, &["checkout", "preferences", "search"], &query).await?;
        let mut checkouts = read::<checkout::Found>(&body)?.checkouts(reference);
        // The list leaves out where to pay; the newest is the one that is adopted.
        if let Some(newest) = checkouts.first_mut().filter(|newest| newest.redirect_url.is_empty()) {
            let id = path_id(&newest.provider_ref)?;
            let body = self.get(credentials, &["checkout", "preferences", id], &[]).await?;
            *newest = read::<checkout::Written>(&body)?.checkout()?;
        }
        Ok(checkouts)
    }

    async fn expire_checkout(&self, credentials: &Credentials, provider_ref: &str) -> Result<(), CallError> {
        let path = ["checkout", "preferences", path_id(provider_ref)?];
        self.put(credentials, &path, checkout::expired(self.clock.now())).await
    }

    async fn fetch_payment(&self, credentials: &Credentials, payment_id: &str) -> Result<Snapshot, CallError> {
        let body = self.get(credentials, &["v1", "payments", path_id(payment_id)?], &[]).await?;
        let raw = std::str::from_utf8(&body).map_err(|error| CallError::Malformed(error.to_string()))?;
        let snapshot = payment::snapshot(raw)?;
        if snapshot.payment_id != payment_id {
            return Err(CallError::Malformed("the answer is another payment".into()));
        }
        Ok(snapshot)
    }

    async fn find_payments(
        &self,
        credentials: &Credentials,
        query: &PaymentQuery,
    ) -> Result<Page<Snapshot>, CallError> {
        let path = ["v1", "payments", "search"];
        let (body, offset) = match query {
            PaymentQuery::Reference { reference, offset } => {
                let from = offset.to_string();
                let sort = [("sort", "date_created"), ("criteria", "desc"), ("limit", PAGE), ("offset", from.as_str())];
                let query = [&sort[..], &[("external_reference", reference.as_str())]].concat();
                (self.get(credentials, &path, &query).await?, *offset)
            }
            PaymentQuery::UpdatedBetween { from, to, offset } => {
                let (begin, end, start) = (wire::written(*from), wire::written(*to), offset.to_string());
                let query = [
                    ("sort", "date_last_updated"),
                    ("criteria", "asc"),
                    ("range", "date_last_updated"),
                    ("begin_date", begin.as_str()),
                    ("end_date", end.as_str()),
                    ("limit", PAGE),
                    ("offset", start.as_str()),
                ];
                (self.get(credentials, &path, &query).await?, *offset)
            }
        };
        payment::page(&body, offset)
    }

    async fn fetch_order(&self, credentials: &Credentials, order_id: &str) -> Result<Order, CallError> {
        payment::order(&self.get(credentials, &["merchant_orders", path_id(order_id)?], &[]).await?)
    }

    async fn fetch_chargeback(&self, credentials: &Credentials, id: &str) -> Result<Vec<String>, CallError> {
        payment::chargeback(&self.get(credentials, &["v1", "chargebacks", path_id(id)?], &[]).await?)
    }

    async fn refund(&self, credentials: &Credentials, order: &RefundOrder) -> Result<RefundOutcome, CallError> {
        let path = ["v1", "payments", path_id(&order.payment_id)?, "refunds"];
        let mut call = Call::write(Method::POST, &path, &order.key, refund::body(order));
        // Without it a refund that takes its time looks like a refusal.
        call.headers = &[("X-Render-In-Process-Refunds", "true")];
        match self.http.call(&Secrets::of(credentials)?.access_token, call).await {
            Ok(answer) if answer.body.trim_ascii().is_empty() => self.replayed(credentials, order).await,
            Ok(answer) => {
                let written = read_written::<refund::Written>(&answer.body)?;
                written.refund().map(refund::outcome).map_err(wire::as_unknown)
            }
            Err(CallError::Rejected { code, message }) => Ok(refund::refused(code, message)),
            Err(error) => Err(error),
        }
    }

    async fn find_refunds(&self, credentials: &Credentials, payment_id: &str) -> Result<Vec<Refund>, CallError> {
        let body = self.get(credentials, &["v1", "payments", path_id(payment_id)?, "refunds"], &[]).await?;
        read::<Vec<refund::Written>>(&body)?.into_iter().map(refund::Written::refund).collect()
    }

    async fn cancel_payment(&self, credentials: &Credentials, payment_id: &str) -> Result<(), CallError> {
        let path = ["v1", "payments", path_id(payment_id)?];
        self.put(credentials, &path, br#"{"status":"cancelled"}"#.to_vec()).await
    }

    async fn refresh_token(&self, credentials: &Credentials) -> Result<Renewed, CallError> {
        let secrets = Secrets::of(credentials)?;
        let (Some(id), Some(secret), Some(refresh)) =
            (&secrets.client_id, &secrets.client_secret, &secrets.refresh_token)
        else {
            let message = "the account was not connected by OAuth".to_owned();
            return Err(CallError::Rejected { code: "not_renewable".into(), message });
        };
        let body = serde_json::json!({
            "grant_type": "refresh_token", "client_id": id, "client_secret": secret.expose_secret(),
            "refresh_token": refresh.expose_secret(),
        });
        let path = ["oauth", "token"];
        // The secrets are in the body; the old access token has no business here. The key is theirs to ignore: a
        // refresh token works once.
        let anonymous = SecretString::default();
        let key = format!("refresh-{}-{}", credentials.account, self.clock.now().timestamp_micros());
        let call = Call::write(Method::POST, &path, &key, Some(body.to_string().into_bytes()));
        let answer = self.http.call(&anonymous, call).await.map_err(|error| match error {
            CallError::Rejected { code, message } if matches!(code.as_str(), "invalid_grant" | "invalid_token") => {
                CallError::Unauthorized { status: 400, message }
            }
            error => error,
        })?;
        let tokens = read_written::<Tokens>(&answer.body)?;
        let access_token = required(tokens.access_token, "access_token").map_err(wire::as_unknown)?;
        let lasts = tokens.expires_in.and_then(TimeDelta::try_seconds);
        let expires_at = lasts.and_then(|lasts| self.clock.now().checked_add_signed(lasts));
        let renewed = Secrets {
            access_token: access_token.into(),
            // None where the provider kept the former one.
            refresh_token: tokens.refresh_token.map(SecretString::from).or_else(|| secrets.refresh_token.clone()),
            ..secrets
        };
        let seller = tokens.user_id.map(|id| id.0).or_else(|| credentials.seller.clone());
        let written = renewed.credentials().map_err(|Unfit(why)| CallError::Unknown(why.to_owned()))?;
        Ok(Renewed { credentials: written.named(&credentials.account).sold_by(seller), expires_at })
    }

    async fn whoami(&self, credentials: &Credentials) -> Result<String, CallError> {
        let body = self.get(credentials, &["users", "me"], &[]).await?;
        Ok(required(read::<Reference>(&body)?.id, "id")?.0)
    }
}
