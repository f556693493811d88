//! Configuration as the program uses it: validated, typed, complete.
//!
//! A start either succeeds with settings that hold, or fails with one message that lists everything wrong and what to
//! set (design.md §8): nobody should learn about the second mistake by restarting after the first.

mod address;
mod args;
mod connections;
mod examined;
mod origins;
mod payment;
mod pictures;
mod reference;
mod secrets;
mod targets;

pub use address::web_address;
pub use args::{Args, DEFAULT_LOG, Environment, LogFormat, SameSite, Switch};
pub use connections::ConnectionSettings;
pub use examined::Examined;
pub use origins::Origins;
pub use payment::{PaymentSettings, ProviderFacts};
pub use pictures::{BucketTarget, PictureTarget};
pub use reference::{Setting, reference, settings};
pub use secrets::Secrets;
pub use targets::{BusTarget, DatabaseTarget};

use std::{net::SocketAddr, path::PathBuf, time::Duration};
use url::Url;

/// Everything wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Comanda cannot start with this configuration:\n  - {}", problems.join("\n  - "))]
pub struct ConfigError {
    /// One sentence each, naming the variable and what to set.
    pub problems: Vec<String>,
}

/// The attributes of the refresh cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieSettings {
    /// Sent over HTTPS only.
    pub secure: bool,
    /// Sent from other sites or not.
    pub same_site: SameSite,
    /// The domain it is for; none means the API's host.
    pub domain: Option<String>,
}

/// How many sockets the gateway keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketLimits {
    /// In this process.
    pub total: usize,
    /// Of one table session.
    pub per_table: usize,
    /// Of one member of staff.
    pub per_user: usize,
}

/// The configuration of this process.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where this runs.
    pub environment: Environment,
    /// Where the API listens.
    pub api_addr: SocketAddr,
    /// Where the gateway listens.
    pub ws_addr: SocketAddr,
    /// Where files go.
    pub data_dir: PathBuf,
    /// The database.
    pub database: DatabaseTarget,
    /// The event bus.
    pub bus: BusTarget,
    /// Which web pages may call.
    pub origins: Origins,
    /// Whether rate limits are in force.
    pub rate_limits: bool,
    /// What signs tokens.
    pub secrets: Secrets,
    /// Whether answers say more about failures.
    pub debug: bool,
    /// The tracing filter.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Whether the metrics are shown.
    pub metrics: bool,
    /// Whether the API's document and its browser are shown.
    pub docs: bool,
    /// Most database connections held at once.
    pub db_pool: u32,
    /// How far the event log reaches back.
    pub event_retention: Duration,
    /// The refresh cookie.
    pub cookie: CookieSettings,
    /// The base of the links in QR codes.
    pub diner_url: Url,
    /// How many connections there may be, and whose `X-Forwarded-For` is believed.
    pub connections: ConnectionSettings,
    /// How many sockets the gateway keeps.
    pub sockets: SocketLimits,
    /// How long a stop waits.
    pub shutdown_grace: Duration,
    /// Payments and their provider.
    pub payment: PaymentSettings,
    /// Where uploaded pictures are kept.
    pub pictures: PictureTarget,
    /// Whether the demo's sandbox stands in for the provider: outside production, when nothing was configured.
    pub sandbox: bool,
}

/// What is for the inside is shown in production only where somebody asked for it.
fn shown(said: Option<Switch>, production: bool) -> bool {
    said.map_or(!production, |switch| switch == Switch::On)
}

const fn sockets(args: &Args) -> SocketLimits {
    SocketLimits {
        total: args.ws_max_sockets as usize,
        per_table: args.ws_max_per_table as usize,
        per_user: args.ws_max_per_user as usize,
    }
}

/// What can be said of a configuration without writing anything: all that is wrong with it, and what is right.
struct Checked {
    problems: Problems,
    origins: Option<Origins>,
    database: Option<DatabaseTarget>,
    bus: Option<BusTarget>,
    cookie: Option<CookieSettings>,
    diner_url: Option<Url>,
    public_url: Option<Url>,
    pictures: Option<PictureTarget>,
    connections: Option<ConnectionSettings>,
    sandbox: bool,
}

impl Checked {
    fn of(args: &Args, providers: ProviderFacts) -> Self {
        let production = args.environment == Environment::Production;
        let mut problems = Problems::default();
        problems.0.extend(if production { production_refusals(args) } else { development_refusals(args) });
        let origins = problems.gather(Origins::resolve(&args.allowed_origins, args.environment));
        let database = problems.note(DatabaseTarget::resolve(args.database_url.as_ref(), &args.data_dir));
        let bus = problems.note(BusTarget::resolve(args.redis_url.as_ref()));
        let cookie = problems.note(cookie(args, production));
        let diner_url = problems.note(diner_url(&args.diner_url, production));
        problems.0.extend(providers.problems);
        let public_url = problems.note(payment::public_url(args, production, providers.has_account));
        let pictures = problems.gather(pictures::resolve(args));
        let connections = problems.gather(connections::resolve(args));
        problems.0.extend(payment::refusals(args, database.as_ref(), production));
        let sandbox = !production && !providers.is_set;
        Self { problems, origins, database, bus, cookie, diner_url, public_url, pictures, connections, sandbox }
    }
}

impl Settings {
    /// Checks `args`, with what the providers read, and fills in what depends on something else. Outside production
    /// this may write generated secrets into the data directory.
    ///
    /// # Errors
    /// Everything that is wrong, in one error.
    pub fn resolve(args: Args, providers: ProviderFacts) -> Result<Self, ConfigError> {
        let production = args.environment == Environment::Production;
        let Checked {
            mut problems,
            origins,
            database,
            bus,
            cookie,
            diner_url,
            public_url,
            pictures,
            connections,
            sandbox,
        } = Checked::of(&args, providers);
        problems.done()?;
        let secrets = problems.note(complete_secrets(&args));
        let key = payment::complete_key(&args, &mut problems);
        let payment = public_url.zip(key).map(|(public_url, key)| payment::resolve(&args, public_url, key));
        let places = database.zip(bus).zip(pictures).zip(connections);
        let sockets = sockets(&args);
        Ok(match (origins, places, cookie, diner_url, secrets, payment) {
            (
                Some(origins),
                Some((((database, bus), pictures), connections)),
                Some(cookie),
                Some(diner_url),
                Some(secrets),
                Some(payment),
            ) => Self {
                payment,
                pictures,
                sandbox,
                environment: args.environment,
                api_addr: args.api_addr,
                ws_addr: args.ws_addr,
                data_dir: args.data_dir,
                database,
                bus,
                origins,
                rate_limits: args.rate_limits == Switch::On,
                secrets,
                debug: args.debug,
                log: args.log,
                log_format: args.log_format.unwrap_or(if production { LogFormat::Json } else { LogFormat::Text }),
                metrics: shown(args.metrics, production),
                docs: shown(args.docs, production),
                db_pool: args.db_pool,
                event_retention: Duration::from_secs(u64::from(args.event_retention_days) * 86_400),
                cookie,
                diner_url,
                connections,
                sockets,
                shutdown_grace: Duration::from_secs(args.shutdown_seconds),
            },
            _ => return Err(ConfigError { problems: problems.0 }),
        })
    }

    /// Whether this is production.
    #[must_use]
    pub fn is_production(&self) -> bool {
        self.environment == Environment::Production
    }

    /// Checks that API and gateway can run as processes of their own: they meet only in PostgreSQL and Redis.
    ///
    /// # Errors
    /// Which of the two is missing.
    pub fn require_distributed(&self) -> Result<(), ConfigError> {
        let mut problems = Problems::default();
        if matches!(self.database, DatabaseTarget::Sqlite(_)) {
            problems.0.push("DATABASE_URL must name a PostgreSQL database (postgres://user:password@host/name) when `comanda api` and `comanda ws-gateway` run as separate processes; for one machine use `comanda serve`, which needs none".into());
        }
        if matches!(self.bus, BusTarget::InProcess) {
            problems.0.push("REDIS_URL must be set (redis://host:6379) when `comanda api` and `comanda ws-gateway` run as separate processes: it carries the events from one to the other".into());
        }
        problems.done()
    }
}

/// Collects what is wrong while the rest is still being checked.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn note<T>(&mut self, result: Result<T, String>) -> Option<T> {
        self.gather(result.map_err(|problem| vec![problem]))
    }

    fn gather<T>(&mut self, result: Result<T, Vec<String>>) -> Option<T> {
        result.map_err(|problems| self.0.extend(problems)).ok()
    }

    fn done(&self) -> Result<(), ConfigError> {
        if self.0.is_empty() { Ok(()) } else { Err(ConfigError { problems: self.0.clone() }) }
    }
}

/// What production must not start with, apart from origins (design.md §7).
fn production_refusals(args: &Args) -> Vec<String> {
    let mut problems = secrets::refusals(
        args.jwt_secret.as_ref().filter(|secret| !targets::is_blank(secret)),
        args.table_token_secret.as_ref().filter(|secret| !targets::is_blank(secret)),
    );
    if args.debug {
        problems.push("COMANDA_DEBUG is on: unset it, it tells callers about the server's insides".into());
    }
    if args.rate_limits == Switch::Off {
        problems.push("COMANDA_RATE_LIMITS is off: set it to `on`, passwords could be guessed without end".into());
    }
    problems
}

/// What development must not start with: its passwords are published, so only this machine may reach it.
fn development_refusals(args: &Args) -> Vec<String> {
    if args.allow_open_development {
        return Vec::new();
    }
    let listens = [("COMANDA_API_ADDR", args.api_addr), ("COMANDA_WS_ADDR", args.ws_addr)];
    let open = listens.into_iter().filter(|(_, address)| !address.ip().to_canonical().is_loopback());
    open.map(|(name, address)| {
        format!("{name} is {address}, which other machines may reach, and the demo's passwords are published: set it to 127.0.0.1:{port}, or COMANDA_ENV to `production`, or COMANDA_ALLOW_OPEN_DEVELOPMENT to `true` in a network of your own", port = address.port())
    })
    .collect()
}

fn complete_secrets(args: &Args) -> Result<Secrets, String> {
    let given = |secret: &Option<secrecy::SecretString>| secret.clone().filter(|secret| !targets::is_blank(secret));
    Secrets::complete(given(&args.jwt_secret), given(&args.table_token_secret), &args.data_dir).map_err(|error| {
        let directory = args.data_dir.display();
        format!("the secrets kept in COMANDA_DATA_DIR ({directory}) cannot be read or written: {error}; make the directory writable, or set JWT_SECRET and TABLE_TOKEN_SECRET")
    })
}

fn cookie(args: &Args, production: bool) -> Result<CookieSettings, String> {
    let secure = args.cookie_secure.unwrap_or(production);
    if args.cookie_same_site == SameSite::None && !secure {
        return Err("COOKIE_SAMESITE=none needs COOKIE_SECURE=true: browsers drop the cookie otherwise".into());
    }
    let domain = args.cookie_domain.clone().filter(|domain| !domain.trim().is_empty());
    Ok(CookieSettings { secure, same_site: args.cookie_same_site, domain })
}

/// Where diners open the diner app. Where nobody said it in production, nothing that needs it is served there: the
/// gateway, or an API whose QR codes nobody prints.
fn diner_url(written: &str, production: bool) -> Result<Url, String> {
    let url = web_address("COMANDA_DINER_URL", written, "https://menu.example.com")?;
    if production && written != args::DINER_URL && url.scheme() != "https" {
        return Err("COMANDA_DINER_URL is not https: its links are in the QR codes and carry the way to a table; set it to where diners open the diner app, such as https://menu.example.com".into());
    }
    Ok(url)
}

#[cfg(test)]
mod tests;
