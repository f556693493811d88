//! The payment providers of a process, which the operations share: providers behind circuit breakers, the vault with
//! the credentials, and the timing of the queue. No transaction is open while any of it is used (I6).
//!
//! A provider is known here by its id alone (I14). Which providers there are is decided where the process is put
//! together.

use super::intake::Intake;
use crate::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    ProblemCode,
    payment::{
        Provider,
        backoff::{self, Attempts},
    },
};
use provider::{Absent, CallError, Credentials, Guarded, PaymentProvider, Vault, Words};
use rand::Rng;
use runtime::{CircuitBreakers, PaymentSettings, Shutdown};
use std::{collections::BTreeMap, sync::Arc};
use store::AccountRow;
use url::Url;

/// The payment providers, as this process uses them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Providers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    by_id: BTreeMap<Provider, Guarded>,
    breakers: CircuitBreakers,
    vault: Vault,
    settings: PaymentSettings,
    diner_url: Url,
    shutdown: Shutdown,
    intake: Intake,
}

impl Providers {
    /// Puts the providers together. Each account has its own circuit, whichever its provider is: all share `breakers`.
    #[must_use]
    pub fn new(
        providers: impl IntoIterator<Item = Arc<dyn PaymentProvider>>,
        breakers: CircuitBreakers,
        vault: Vault,
        settings: PaymentSettings,
        diner_url: Url,
        shutdown: Shutdown,
    ) -> Self {
        let guarded = |provider: Arc<dyn PaymentProvider>| (provider.id(), Guarded::new(provider, breakers.clone()));
        Self(Arc::new(Inner {
            by_id: providers.into_iter().map(guarded).collect(),
            breakers,
            vault,
            settings,
            diner_url,
            shutdown,
            intake: Intake::default(),
        }))
    }

    /// The provider of an account.
    #[must_use]
    pub fn of(&self, account: &AccountRow) -> Guarded {
        self.provider(account.provider)
    }

    /// The provider of an id, for credentials that belong to no account yet. For an unknown id it is a provider that
    /// answers nothing.
    #[must_use]
    pub fn provider(&self, id: Provider) -> Guarded {
        match self.0.by_id.get(&id) {
            Some(provider) => provider.clone(),
            None => Guarded::new(Arc::new(Absent(id)), self.0.breakers.clone()),
        }
    }

    /// The circuits, for the health report.
    #[must_use]
    pub fn breakers(&self) -> &CircuitBreakers {
        &self.0.breakers
    }

    /// Runs work to its end even if its caller hangs up: a call that changes something at a provider, and the commit of
    /// its answer. A stopping process waits for it.
    pub(super) async fn run_to_end<T: Send + 'static>(
        &self,
        task: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let task = self.0.shutdown.spawn(task);
        task.await.unwrap_or(Err(Error::Internal("a provider's task ended early")))
    }

    /// Seals and opens credentials.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// The settings: timing and addresses.
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
                code: ProblemCode::ProviderNotConfigured,
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

    /// When failed work is tried again; `None` when it is given up.
    #[must_use]
    pub fn retry_at(&self, failed_before: i32, error: &CallError, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let failures = Attempts(u32::try_from(failed_before).unwrap_or(u32::MAX)).failed();
        let jitter = rand::rng().random_range(0..1000);
        match failures.next(self.0.settings.retry_base, jitter) {
            backoff::RetryDecision::DeadLetter => None,
            backoff::RetryDecision::Retry(wait) => {
                let wait = error.retry_after().map_or(wait, |least| least.max(wait));
                Some(now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::hours(1)))
            }
        }
    }

    /// The URL for the provider's notices about an account: its path cannot be guessed.
    #[must_use]
    pub fn notification_url(&self, account: &AccountRow) -> Option<Url> {
        let path = format!("/api/billing/{}/webhook/{}", account.provider.path(), account.webhook_token);
        self.0.settings.public_url.join(&path).ok()
    }

    /// The URLs to which the payer's browser returns: the diner app's pages. The API has pages of its own under the
    /// same paths, for who has no diner app and says so by naming the API as where it opens.
    #[must_use]
    pub fn return_url(&self, outcome: &str, check: domain::CheckId) -> Option<Url> {
        self.0.diner_url.join(&format!("/payment/{outcome}?check_id={check}")).ok()
    }

    /// The intake of notices, which bounds what is stored of unproven ones.
    pub(super) fn intake(&self) -> &Intake {
        &self.0.intake
    }
}

/// The error for a request that waits for a call that failed.
pub(crate) fn refusal(words: &Words, error: &CallError) -> Error {
    match error {
        CallError::BreakerOpen { retry_after } => Error::Unavailable {
            code: ProblemCode::ProviderUnavailable,
            detail: words.silent,
            retry_after: retry_after.as_secs().max(1),
        },
        CallError::Unavailable { .. } | CallError::RateLimited { .. } => Error::Unavailable {
            code: ProblemCode::ProviderUnavailable,
            detail: words.silent,
            retry_after: error.retry_after().map_or(5, |wait| wait.as_secs().max(1)),
        },
        CallError::Unknown(_) => Error::Upstream(words.lost),
        CallError::NotFound | CallError::Rejected { .. } | CallError::NotSupported | CallError::Malformed(_) => {
            Error::Upstream(words.refused)
        }
        CallError::Unauthorized { .. } => Error::Unavailable {
            code: ProblemCode::ProviderNotConfigured,
            detail: words.account_refused,
            retry_after: 60,
        },
    }
}
