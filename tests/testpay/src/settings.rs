//! What an operator, here a test, may say of Testpay.

use crate::{Client, ID};
use domain::{
    Clock,
    payment::{Provider, SignatureMode},
};
use provider::{ConfiguredAccount, Credentials, PaymentProvider, ProviderSettings, SetupError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use url::Url;

/// The variables.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Where a test plays Testpay.
    #[arg(id = "testpay_base_url", long = "testpay-base-url", env = "TESTPAY_BASE_URL", global = true, hide = true)]
    pub base_url: Option<Url>,

    /// The seller's secret there.
    #[arg(
        id = "testpay_secret",
        long = "testpay-secret",
        env = "TESTPAY_SECRET",
        global = true,
        hide = true,
        hide_env_values = true
    )]
    pub secret: Option<SecretString>,
}

impl ProviderSettings for Args {
    fn id(&self) -> Provider {
        ID
    }

    fn problems(&self, production: bool) -> Vec<String> {
        let misplaced = production && self.is_set();
        misplaced
            .then(|| "TESTPAY_BASE_URL is set: it is for tests, and no money moves there".to_owned())
            .into_iter()
            .collect()
    }

    fn is_set(&self) -> bool {
        self.base_url.is_some()
    }

    fn account(&self) -> Option<ConfiguredAccount> {
        let secret = self.secret.as_ref().filter(|_| self.is_set())?;
        let credentials = Credentials::of(&json!({ "secret": secret.expose_secret() })).ok()?;
        Some(ConfiguredAccount { credentials, mode: SignatureMode::Strict })
    }

    fn start(&self, timeout: Duration, clock: Arc<dyn Clock>) -> Result<Option<Arc<dyn PaymentProvider>>, SetupError> {
        let Some(base) = &self.base_url else { return Ok(None) };
        Ok(Some(Arc::new(Client::new(base.clone(), timeout, clock)?)))
    }
}
