//! What the operations on provider payments share: the provider behind its circuit breaker, the vault with the
//! credentials, and the tempo of the queue. No transaction is open while any of it is used (I6).

use super::intake::Intake;
use crate::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use domain::payment::backoff::{self, Attempts};
use provider::{CallError, Credentials, Guarded, Vault};
use rand::Rng;
use runtime::PaymentSettings;
use std::sync::Arc;
use store::AccountRow;
use tokio::sync::Notify;
use url::Url;

/// The payment providers, as this process uses them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Providers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    mercado_pago: Guarded,
    vault: Vault,
    settings: PaymentSettings,
    diner_url: Option<Url>,
    work: Notify,
    intake: Intake,
}

impl Providers {
    /// Puts them together.
    #[must_use]
    pub fn new(mercado_pago: Guarded, vault: Vault, settings: PaymentSettings, diner_url: Option<Url>) -> Self {
        Self(Arc::new(Inner {
            mercado_pago,
            vault,
            settings,
            diner_url,
            work: Notify::new(),
            intake: Intake::default(),
        }))
    }

    /// The provider of an account. There is one so far; the account says which.
    #[must_use]
    pub fn of(&self, account: &AccountRow) -> &Guarded {
        self.provider(account.provider)
    }

    /// A provider by its name, for credentials that belong to no account yet.
    #[must_use]
    pub fn provider(&self, provider: domain::payment::Provider) -> &Guarded {
        match provider {
            domain::payment::Provider::MercadoPago => &self.0.mercado_pago,
        }
    }

    /// The circuits, for the health report.
    #[must_use]
    pub fn breakers(&self) -> &runtime::CircuitBreakers {
        self.0.mercado_pago.breakers()
    }

    /// Seals and opens credentials.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// The tempo and the addresses.
    #[must_use]
    pub fn settings(&self) -> &PaymentSettings {
        &self.0.settings
    }

    /// The credentials of an account.
    ///
    /// # Errors
    /// They cannot be opened: the credentials key is another than they were sealed with.
    pub fn credentials(&self, account: &AccountRow) -> Result<Credentials> {
        self.0.vault.open(account.tenant_id, &account.id.to_string(), &account.sealed).map_err(|error| {
            tracing::error!(account = account.id.get(), %error, "the credentials of a payment account cannot be opened");
            Error::Unavailable {
                code: "provider_not_configured",
                detail: "The payment account cannot be used at the moment",
                retry_after: 60,
            }
        })
    }

    /// How long a worker owns a piece of work.
    #[must_use]
    pub fn lease(&self) -> TimeDelta {
        TimeDelta::from_std(self.0.settings.lease).unwrap_or(TimeDelta::MAX)
    }

    /// When what failed is tried again; `None` when it is given up.
    #[must_use]
    pub fn retry_at(&self, failed_before: i32, error: &CallError, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let failures = Attempts(u32::try_from(failed_before).unwrap_or(u32::MAX)).failed();
        let jitter = rand::rng().random_range(0..1000);
        match failures.next(self.0.settings.retry_base, jitter) {
            backoff::Next::DeadLetter => None,
            backoff::Next::Retry(wait) => {
                let wait = error.retry_after().map_or(wait, |least| least.max(wait));
                Some(now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::hours(1)))
            }
        }
    }

    /// Where the provider reaches us about an account: a path nobody can guess.
    #[must_use]
    pub fn notification_url(&self, account: &AccountRow) -> Option<Url> {
        self.0.settings.public_url.join(&format!("/api/billing/mercadopago/webhook/{}", account.webhook_token)).ok()
    }

    /// Where the payer's browser goes afterwards: the diner app's page, or ours where no diner app is configured.
    #[must_use]
    pub fn return_url(&self, outcome: &str, check: domain::CheckId) -> Option<Url> {
        let base = self.0.diner_url.as_ref().unwrap_or(&self.0.settings.public_url);
        base.join(&format!("/payment/{outcome}?check_id={check}")).ok()
    }

    /// What was seen of unproven notices today.
    pub(super) fn intake(&self) -> &Intake {
        &self.0.intake
    }

    /// There is work in the queue: a worker of this process looks at once, those of others within a second.
    pub fn wake(&self) {
        self.0.work.notify_one();
    }

    /// Waits for [`wake`](Self::wake).
    pub async fn woken(&self) {
        self.0.work.notified().await;
    }
}

/// What a failed call means to whoever waits for its answer.
pub(crate) fn refusal(error: &CallError) -> Error {
    match error {
        CallError::BreakerOpen { retry_after } => Error::Unavailable {
            code: "provider_unavailable",
            detail: "Mercado Pago does not answer at the moment; paying at the table works",
            retry_after: retry_after.as_secs().max(1),
        },
        CallError::Unavailable { .. } | CallError::RateLimited { .. } => Error::Unavailable {
            code: "provider_unavailable",
            detail: "Mercado Pago does not answer at the moment; paying at the table works",
            retry_after: error.retry_after().map_or(5, |wait| wait.as_secs().max(1)),
        },
        CallError::Unknown(_) => Error::Upstream("Mercado Pago's answer was lost; try again"),
        CallError::NotFound | CallError::Rejected { .. } | CallError::Malformed(_) => {
            Error::Upstream("Mercado Pago refused the request")
        }
        CallError::Unauthorized { .. } => Error::Unavailable {
            code: "provider_not_configured",
            detail: "The restaurant's Mercado Pago account is not accepted at the moment",
            retry_after: 60,
        },
    }
}
