//! What money needs to know: the provider, where it reaches us, the key of the credentials, and the tempo of the queue.

use super::{
    Args, Problems, secrets,
    targets::{self, DatabaseTarget},
};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use url::Url;

/// What happens to a notification whose signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum WebhookMode {
    /// It is refused with 401; the sweep covers what was lost.
    Strict,
    /// It is taken as a hint to look, at low priority. For IPN, for QR codes, and while a secret is being replaced.
    Hint,
}

/// Payments and their provider.
#[derive(Clone, Debug)]
pub struct PaymentSettings {
    /// Where Mercado Pago's API is.
    pub base_url: Url,
    /// The access token of a single restaurant; accounts in the database have their own.
    pub access_token: Option<SecretString>,
    /// What signs that account's notifications; several while one is being replaced.
    pub webhook_secrets: Vec<SecretString>,
    /// What happens to a notification whose signature does not hold.
    pub webhook_mode: WebhookMode,
    /// Seals the credentials in the database.
    pub credentials_key: SecretString,
    /// Where the provider, and a browser, reach the API.
    pub public_url: Url,
    /// The first pause before a failed job is tried again; it doubles.
    pub retry_base: Duration,
    /// How often lost notifications are looked for.
    pub sweep_every: Duration,
    /// How long a worker owns a job; never shorter than `timeout`.
    pub lease: Duration,
    /// How long one call to the provider may take.
    pub timeout: Duration,
    /// How long an open circuit refuses calls.
    pub breaker_cooldown: Duration,
}

/// A duration as people write it: `30` (seconds), `250ms`, `10s`, `5m`, `2h`.
pub(super) fn duration(written: &str) -> Result<Duration, String> {
    let text = written.trim();
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let milliseconds = match unit.trim() {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => 0,
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(milliseconds))
        .filter(|total| *total > 0 && *total <= 7 * 86_400_000)
        .map(Duration::from_millis)
        .ok_or_else(|| {
            "write a duration such as 250ms, 10s, 5m or 2h (a number alone is seconds), up to 168h".to_owned()
        })
}

/// Where the provider's API is.
pub(super) fn base_url(args: &Args, production: bool) -> Result<Url, String> {
    let url = web_url("MERCADOPAGO_BASE_URL", &args.mercadopago_base_url, "https://api.mercadopago.com")?;
    if production && url.scheme() != "https" {
        return Err("MERCADOPAGO_BASE_URL is not https: access tokens would travel in the clear; unset it for https://api.mercadopago.com".into());
    }
    Ok(url)
}

/// Where the provider reaches us; the API's own address when nothing is said.
pub(super) fn public_url(args: &Args, production: bool) -> Result<Url, String> {
    let own = format!("http://{}", args.api_addr);
    let written = args.public_url.as_deref().filter(|written| !written.trim().is_empty()).unwrap_or(&own);
    let url = web_url("COMANDA_PUBLIC_URL", written, "https://api.example.com")?;
    if production && access_token(args).is_some() && url.scheme() != "https" {
        return Err("COMANDA_PUBLIC_URL is not https: set it to where Mercado Pago reaches this API, such as https://api.example.com".into());
    }
    Ok(url)
}

fn web_url(name: &str, written: &str, example: &str) -> Result<Url, String> {
    Url::parse(written.trim())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none())
        .ok_or_else(|| format!("{name} is `{written}`: write an address such as {example}"))
}

/// What is wrong with the rest; nothing is written to disk before this is empty.
pub(super) fn refusals(args: &Args, database: Option<&DatabaseTarget>, production: bool) -> Vec<String> {
    let mut problems = Vec::new();
    let (shortest, longest) = (Duration::from_millis(50), Duration::from_secs(20));
    if args.payment_timeout < shortest || args.payment_timeout > longest {
        problems.push("COMANDA_PAYMENT_TIMEOUT is out of range: set it to at most 20s (about 8s; the provider waits 22 s for an answer to a notification)".into());
    }
    if args.payment_lease < args.payment_timeout {
        problems.push("COMANDA_PAYMENT_LEASE is shorter than COMANDA_PAYMENT_TIMEOUT: a slow answer would always come too late to be used; set it to 30s".into());
    }
    let key = credentials_key(args);
    if let Some(key) = &key
        && key.expose_secret().trim().len() < 32
    {
        problems.push(
            "COMANDA_CREDENTIALS_KEY is shorter than 32 characters: set it to the output of `openssl rand -hex 32`"
                .into(),
        );
    } else if let (true, Some(key)) = (production, &key) {
        problems.extend(secrets::refusal("COMANDA_CREDENTIALS_KEY", key));
    } else if production && key.is_none() && matches!(database, Some(DatabaseTarget::Postgres(_))) {
        problems.push("COMANDA_CREDENTIALS_KEY is not set: set it to the output of `openssl rand -hex 32`, the same for every process; it seals the providers' credentials in the database".into());
    }
    if production
        && args.mercadopago_webhook_mode == WebhookMode::Strict
        && access_token(args).is_some()
        && webhook_secrets(args).is_empty()
    {
        problems.push("MERCADOPAGO_WEBHOOK_SECRET is not set: every notification would be refused; copy it from the application's page at Mercado Pago, or set MERCADOPAGO_WEBHOOK_MODE=hint".into());
    }
    problems
}

/// The checked whole.
pub(super) fn resolve(args: &Args, base_url: Url, public_url: Url, credentials_key: SecretString) -> PaymentSettings {
    PaymentSettings {
        base_url,
        access_token: access_token(args),
        webhook_secrets: webhook_secrets(args),
        webhook_mode: args.mercadopago_webhook_mode,
        credentials_key,
        public_url,
        retry_base: args.payment_retry_base,
        sweep_every: args.payment_sweep_every,
        lease: args.payment_lease,
        timeout: args.payment_timeout,
        breaker_cooldown: args.breaker_cooldown,
    }
}

/// The key as given, or else the one kept in the data directory.
pub(super) fn complete_key(args: &Args, problems: &mut Problems) -> Option<SecretString> {
    problems.note(secrets::credentials_key(credentials_key(args), &args.data_dir).map_err(|error| {
        let directory = args.data_dir.display();
        format!("the credentials' key kept in COMANDA_DATA_DIR ({directory}) cannot be read or written: {error}; make the directory writable, or set COMANDA_CREDENTIALS_KEY")
    }))
}

fn access_token(args: &Args) -> Option<SecretString> {
    given(args.mercadopago_access_token.as_ref())
}

fn credentials_key(args: &Args) -> Option<SecretString> {
    given(args.credentials_key.as_ref())
}

fn given(secret: Option<&SecretString>) -> Option<SecretString> {
    secret.filter(|secret| !targets::is_blank(secret)).map(|secret| secret.expose_secret().trim().into())
}

fn webhook_secrets(args: &Args) -> Vec<SecretString> {
    let written = args.mercadopago_webhook_secret.as_ref().map_or("", |secret| secret.expose_secret());
    written.split(',').map(str::trim).filter(|secret| !secret.is_empty()).map(SecretString::from).collect()
}
