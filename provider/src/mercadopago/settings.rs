//! What an operator may say of Mercado Pago.

use super::{MercadoPago, credentials::Secrets};
use crate::{ConfiguredAccount, PaymentProvider, ProviderSettings, SetupError, WebhookMode};
use domain::{Clock, payment::Provider};
use runtime::config::web_address;
use secrecy::{ExposeSecret, SecretString};
use std::{sync::Arc, time::Duration};
use url::Url;

/// Where the API is when nobody says otherwise.
const API: &str = "https://api.mercadopago.com";

/// The variables.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Mercado Pago")]
pub struct Args {
    /// Access token of the restaurant's Mercado Pago account, for a set-up with one; others are kept sealed in the
    /// database. Default: none.
    ///
    /// Outside production, when neither this nor another MERCADOPAGO_BASE_URL is set, the demo's own Mercado Pago
    /// stands in, in a build with the feature `sandbox` (the default; the image is built without).
    ///
    /// Read by the API, `sweep-payments` and `reconcile`.
    #[arg(
        id = "mercadopago_access_token",
        long = "mercadopago-access-token",
        env = "MERCADOPAGO_ACCESS_TOKEN",
        global = true,
        value_name = "TOKEN",
        hide_env_values = true
    )]
    pub access_token: Option<SecretString>,

    /// What signs that account's notifications; several, separated by commas, while one is being replaced. Default:
    /// none.
    ///
    /// Production has to be told in the mode `strict`.
    ///
    /// Read by the API.
    #[arg(
        long = "mercadopago-webhook-secret",
        env = "MERCADOPAGO_WEBHOOK_SECRET",
        global = true,
        value_name = "SECRETS",
        hide_env_values = true
    )]
    pub webhook_secret: Option<SecretString>,

    /// What happens to a notification whose signature does not hold.
    ///
    /// Read by the API.
    #[arg(
        long = "mercadopago-webhook-mode",
        env = "MERCADOPAGO_WEBHOOK_MODE",
        global = true,
        value_enum,
        default_value = "strict"
    )]
    pub webhook_mode: WebhookMode,

    /// Mercado Pago's API; another one for tests. Must be https in production.
    ///
    /// Read by the API, `sweep-payments` and `reconcile`.
    #[arg(
        id = "mercadopago_base_url",
        long = "mercadopago-base-url",
        env = "MERCADOPAGO_BASE_URL",
        global = true,
        value_name = "URL",
        default_value = API
    )]
    pub base_url: String,
}

impl Args {
    fn url(&self) -> Result<Url, String> {
        web_address("MERCADOPAGO_BASE_URL", &self.base_url, API)
    }

    fn token(&self) -> Option<SecretString> {
        let token = self.access_token.as_ref().map(|token| token.expose_secret().trim());
        token.filter(|token| !token.is_empty()).map(SecretString::from)
    }

    fn secrets(&self) -> Vec<SecretString> {
        let written = self.webhook_secret.as_ref().map_or("", |secret| secret.expose_secret());
        written.split(',').map(str::trim).filter(|secret| !secret.is_empty()).map(SecretString::from).collect()
    }
}

impl ProviderSettings for Args {
    fn id(&self) -> Provider {
        super::ID
    }

    fn problems(&self, production: bool) -> Vec<String> {
        let mut problems = Vec::new();
        match self.url() {
            Err(problem) => problems.push(problem),
            Ok(url) if production && url.scheme() != "https" => problems.push(format!(
                "MERCADOPAGO_BASE_URL is not https: access tokens would travel in the clear; unset it for {API}"
            )),
            Ok(_) => {}
        }
        let strict = self.webhook_mode == WebhookMode::Strict;
        if production && strict && self.token().is_some() && self.secrets().is_empty() {
            problems.push("MERCADOPAGO_WEBHOOK_SECRET is not set: every notification would be refused; copy it from the application's page at Mercado Pago, or set MERCADOPAGO_WEBHOOK_MODE=hint".into());
        }
        problems
    }

    fn is_set(&self) -> bool {
        self.access_token.is_some() || self.base_url != API
    }

    fn account(&self) -> Option<ConfiguredAccount> {
        let secrets = Secrets { access_token: self.token()?, webhook_secrets: self.secrets(), ..Secrets::default() };
        let credentials = secrets.credentials().ok()?;
        Some(ConfiguredAccount { credentials, mode: self.webhook_mode.into() })
    }

    fn start(&self, timeout: Duration, clock: Arc<dyn Clock>) -> Result<Option<Arc<dyn PaymentProvider>>, SetupError> {
        let url = self.url().map_err(SetupError::Client)?;
        Ok(Some(Arc::new(MercadoPago::new(url, timeout, clock)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    fn args(flags: &[&str]) -> Args {
        Cli::parse_from(std::iter::once("comanda").chain(flags.iter().copied())).args
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let args = args(&[]);
        assert!(!args.is_set() && args.account().is_none() && args.problems(true).is_empty());
        assert_eq!(args.url().unwrap().as_str(), "https://api.mercadopago.com/");
    }

    #[test]
    fn an_account_is_read_and_not_printed() {
        let args = args(&[
            "--mercadopago-access-token= APP_USR-hush ",
            "--mercadopago-webhook-secret=old-hush, new-hush,",
            "--mercadopago-webhook-mode=hint",
            "--mercadopago-base-url=http://127.0.0.1:9",
        ]);
        let account = args.account().unwrap();
        let secrets = Secrets::of(&account.credentials).unwrap();
        assert_eq!(secrets.access_token.expose_secret(), "APP_USR-hush");
        let signing: Vec<_> = secrets.webhook_secrets.iter().map(ExposeSecret::expose_secret).collect();
        assert_eq!((signing, account.mode), (vec!["old-hush", "new-hush"], domain::payment::SignatureMode::Hint));
        assert!(args.is_set());
        let printed = format!("{args:?} {account:?}");
        assert!(!printed.contains("hush"), "{printed}");
    }

    #[test]
    fn production_refuses_what_is_not_safe() {
        let problems = |flags: &[&str]| args(flags).problems(true);
        let (token, secret) = ("--mercadopago-access-token=APP_USR-1", "--mercadopago-webhook-secret=s");
        assert!(problems(&[token, secret]).is_empty());
        assert!(problems(&[token, "--mercadopago-webhook-mode=hint"]).is_empty());
        for (flags, variable) in [
            (vec![token], "MERCADOPAGO_WEBHOOK_SECRET is not set"),
            (vec!["--mercadopago-base-url=http://api.mercadopago.com"], "MERCADOPAGO_BASE_URL is not https"),
            (vec!["--mercadopago-base-url=mercadopago"], "MERCADOPAGO_BASE_URL"),
        ] {
            let found = problems(&flags);
            assert!(found.len() == 1 && found[0].contains(variable), "{found:?}");
            assert!(variable.contains("https") || args(&flags).problems(false).len() <= 1);
        }
        assert_eq!(args(&["--mercadopago-base-url=mercadopago"]).problems(false).len(), 1);
        assert!(args(&["--mercadopago-base-url=http://127.0.0.1:9", token]).problems(false).is_empty());
    }
}
