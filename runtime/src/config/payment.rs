//! What money needs to know: where providers reach us, the key of the credentials, and the tempo of the queue.

use super::{
    Args, Problems, secrets,
    targets::{self, DatabaseTarget},
    web_address,
};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use url::Url;

/// What the payment providers read of the environment, as far as it concerns the rest of the configuration. Their own
/// variables are theirs to know (crate `provider`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderFacts {
    /// What is wrong with it, one sentence each.
    pub problems: Vec<String>,
    /// Whether anything is set for one of them: then no sandbox stands in.
    pub is_set: bool,
    /// Whether an account is configured: then providers must reach us.
    pub has_account: bool,
}

/// Payments and their provider.
#[derive(Clone, Debug)]
pub struct PaymentSettings {
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

/// Where the provider reaches us; the API's own address when nothing is said.
pub(super) fn public_url(args: &Args, production: bool, has_account: bool) -> Result<Url, String> {
    let own = format!("http://{}", args.api_addr);
    let said = args.public_url.as_deref().filter(|written| !written.trim().is_empty());
    let url = web_address("COMANDA_PUBLIC_URL", said.unwrap_or(&own), "https://api.example.com")?;
    // Where nobody said it and nothing needs it, nobody is told it either.
    if production && (has_account || said.is_some()) && url.scheme() != "https" {
        return Err("COMANDA_PUBLIC_URL is not https: set it to where the payment provider reaches this API, such as https://api.example.com".into());
    }
    Ok(url)
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
    problems
}

/// The checked whole.
pub(super) fn resolve(args: &Args, public_url: Url, credentials_key: SecretString) -> PaymentSettings {
    PaymentSettings {
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

/// The key as given.
pub(super) fn credentials_key(args: &Args) -> Option<SecretString> {
    given(args.credentials_key.as_ref())
}

fn given(secret: Option<&SecretString>) -> Option<SecretString> {
    secret.filter(|secret| !targets::is_blank(secret)).map(|secret| secret.expose_secret().trim().into())
}
