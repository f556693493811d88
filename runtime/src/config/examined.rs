//! A configuration as a doctor sees it: everything that is wrong, and everything that is right in spite of it.
//!
//! A start needs the whole and stops at the first message; whoever looks for faults wants to look at the database too
//! while a secret is missing. Nothing is written: a secret that a start would make is told to be missing.

use super::{
    Args, BusTarget, Checked, DatabaseTarget, Environment, PictureTarget, ProviderFacts, payment, secrets, targets,
};
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;
use url::Url;

/// What is known of a configuration.
#[derive(Debug)]
pub struct Examined {
    /// What a start refuses, one sentence each with what to set.
    pub problems: Vec<String>,
    /// What a start lets pass outside production, and nobody should keep: a sentence each.
    pub weak: Vec<String>,
    /// The database; none where it cannot be told.
    pub database: Option<DatabaseTarget>,
    /// The event bus; none where it cannot be told.
    pub bus: Option<BusTarget>,
    /// Where uploaded pictures are kept.
    pub pictures: Option<PictureTarget>,
    /// Where providers and browsers reach the API; none where nobody said it.
    pub public_url: Option<Url>,
    /// Where diners open the diner app; none where nobody said it.
    pub diner_url: Option<Url>,
    /// The key of the providers' credentials, as given or as kept; none where the next start makes one.
    pub credentials_key: Option<SecretString>,
    /// Files in the data directory that only their owner may read.
    pub secret_files: Vec<PathBuf>,
    /// Whether the demo's sandbox stands in for the payment provider.
    pub sandbox: bool,
}

impl Examined {
    /// Looks at `args`, with what the providers read. Reads the data directory and writes nothing.
    #[must_use]
    pub fn of(args: &Args, providers: ProviderFacts) -> Self {
        let production = args.environment == Environment::Production;
        let Checked { problems, database, bus, pictures, public_url, diner_url, sandbox, .. } =
            Checked::of(args, providers);
        let mut problems = problems.0;
        let given = |secret: &Option<SecretString>| secret.clone().filter(|secret| !targets::is_blank(secret));
        let key = secrets::known_credentials_key(payment::credentials_key(args), &args.data_dir);
        let credentials_key = key.unwrap_or_else(|error| {
            problems.push(format!(
                "the credentials' key kept in COMANDA_DATA_DIR ({}) cannot be read: {error}; let this user read it, \
                 restore the file, or set COMANDA_CREDENTIALS_KEY",
                args.data_dir.display()
            ));
            None
        });
        let named = [("JWT_SECRET", given(&args.jwt_secret)), ("TABLE_TOKEN_SECRET", given(&args.table_token_secret))];
        let named = named.into_iter().chain([("COMANDA_CREDENTIALS_KEY", payment::credentials_key(args))]);
        // Production refuses them: they are among the problems then.
        let weak =
            named.filter(|_| !production).filter_map(|(name, secret)| secrets::refusal(name, &secret?)).collect();
        let said = |written: Option<&str>| written.is_some_and(|written| !written.trim().is_empty());
        Self {
            problems,
            weak,
            database,
            bus,
            pictures,
            public_url: public_url.filter(|_| said(args.public_url.as_deref())),
            diner_url: diner_url.filter(|_| args.diner_url != super::args::DINER_URL),
            credentials_key: credentials_key.filter(|key| !key.expose_secret().is_empty()),
            secret_files: secrets::FILES.iter().map(|name| args.data_dir.join(name)).collect(),
            sandbox,
        }
    }
}
