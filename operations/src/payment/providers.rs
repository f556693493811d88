//! What the operations on provider payments share: the providers behind their circuit breakers, the vault with the
//! credentials, and the tempo of the queue. No transaction is open while any of it is used (I6).
//!
//! A provider is known here by its id alone (I14); which there are is said where the process is put together.

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
    diner_url: Option<Url>,
    shutdown: Shutdown,
    intake: Intake,
}

impl Providers {
    /// Puts them together. One circuit an account, whichever its provider is: they share `breakers`.
    #[must_use]
    pub fn new(
        providers: impl IntoIterator<Item = Arc<dyn PaymentProvider>>,
        breakers: CircuitBreakers,
        vault: Vault,
        settings: PaymentSettings,
        diner_url: Option<Url>,
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

    /// A provider by its id, for credentials that belong to no account yet. One that this process does not have answers
    /// nothing.
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

    /// Runs what must not end in the middle, whoever waits for it: a call that changes something at a provider, and the
    /// commit of what it answers. The end of the process waits for it.
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
        let path = format!("/api/billing/{}/webhook/{}", account.provider.path(), account.webhook_token);
        self.0.settings.public_url.join(&path).ok()
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
}

/// What a failed call means to whoever waits for its answer.
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
