//! Configuration as it is written: every flag, its environment variable and its documentation, in one struct.
//!
//! `comanda --help` prints this, and `comanda configuration` makes docs/configuration.md of it ([`reference`]) and of
//! what each payment provider reads; there is no other list. The unit is the name of the value, and the last paragraph
//! says which process makes use of the setting. Values are checked and typed by
//! [`Settings::resolve`](super::Settings::resolve), which sees all of them and so can name all that is wrong at once.
//!
//! [`reference`]: super::reference

use super::payment::duration;
use clap::{ArgAction, builder::BoolishValueParser};
use secrecy::SecretString;
use std::{net::SocketAddr, path::PathBuf, time::Duration};

// The sections of the page and of `--help`.
const RUNS: &str = "Where it runs";
const STORES: &str = "Database and event bus";
const CLIENTS: &str = "Clients and sign-in";
const LIMITS: &str = "Limits";
const LOGS: &str = "Logs";
const PICTURES: &str = "Pictures";
const PAYMENTS: &str = "Payments";

/// The log lines of a server when nothing else is said.
pub const DEFAULT_LOG: &str = "info,sea_orm_migration=warn,sqlx=warn";

/// Where the diner app is on a developer's machine.
pub(super) const DINER_URL: &str = "http://localhost:5176";

/// Between the entries of a list.
const COMMA: char = ',';

/// Where this process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Environment {
    /// A developer's or an evaluator's machine: everything has a default.
    Development,
    /// Real guests: nothing unsafe starts.
    Production,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// A switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Switch {
    /// In force.
    On,
    /// Not in force.
    Off,
}

/// The `SameSite` attribute of the refresh cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum SameSite {
    /// Sent on navigation from other sites.
    Lax,
    /// Never sent from other sites.
    Strict,
    /// Always sent; needs a secure cookie. For clients on another site than the API.
    None,
}

/// Configuration flags, shared by every subcommand; each can be an environment variable instead. Their order is the
/// page's.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Where this runs: on a developer's or an evaluator's machine, or for real guests.
    ///
    /// Production refuses unsafe settings; development listens on this machine alone.
    ///
    /// Read by every process.
    #[arg(
        long = "env", env = "COMANDA_ENV", global = true, help_heading = RUNS, value_enum, default_value = "development"
    )]
    pub environment: Environment,

    /// Where the REST API listens.
    ///
    /// Development listens on loopback addresses only, unless COMANDA_ALLOW_OPEN_DEVELOPMENT is on.
    ///
    /// Read by the API.
    #[arg(
        long, env = "COMANDA_API_ADDR", global = true, help_heading = RUNS, value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8000"
    )]
    pub api_addr: SocketAddr,

    /// Where the WebSocket gateway listens.
    ///
    /// Development listens on loopback addresses only, as for the API.
    ///
    /// Read by the gateway.
    #[arg(
        long, env = "COMANDA_WS_ADDR", global = true, help_heading = RUNS, value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8001"
    )]
    pub ws_addr: SocketAddr,

    /// Lets development listen on addresses that other machines reach.
    ///
    /// The demo's passwords are in the README, and whoever reaches the ports can use them. For a network of your own,
    /// to try the applications on phones.
    ///
    /// Read by every process.
    #[arg(
        long, env = "COMANDA_ALLOW_OPEN_DEVELOPMENT", global = true, help_heading = RUNS, value_name = "TRUE_OR_FALSE",
        action = ArgAction::Set, value_parser = BoolishValueParser::new(), num_args = 0..=1, require_equals = true,
        default_value = "false", default_missing_value = "true"
    )]
    pub allow_open_development: bool,

    /// Where the SQLite database, the generated secrets and the uploaded pictures are kept.
    ///
    /// Read by every process.
    #[arg(
        long, env = "COMANDA_DATA_DIR", global = true, help_heading = RUNS, value_name = "DIRECTORY",
        default_value = "./data"
    )]
    pub data_dir: PathBuf,

    /// How long a stop waits for requests and sockets to end, from 0 to 600.
    ///
    /// Read by the API and the gateway.
    #[arg(
        long, env = "COMANDA_SHUTDOWN_SECONDS", global = true, help_heading = RUNS, value_name = "SECONDS",
        default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=600)
    )]
    pub shutdown_seconds: u64,

    /// Addresses or networks of reverse proxies, such as 10.0.0.5 or 172.18.0.0/16, separated by commas.
    ///
    /// Their `X-Forwarded-For` is believed, and their connections are not limited as one client's. Default: none.
    ///
    /// Read by the API and the gateway.
    #[arg(
        long, env = "COMANDA_TRUSTED_PROXIES", global = true, help_heading = RUNS, value_name = "ADDRESSES",
        value_delimiter = COMMA
    )]
    pub trusted_proxies: Vec<String>,

    /// Every peer is such a proxy.
    ///
    /// Only where nobody else reaches the ports: otherwise anyone can pretend to be any address. Not together with
    /// COMANDA_TRUSTED_PROXIES.
    ///
    /// Read by the API and the gateway.
    #[arg(
        long, env = "COMANDA_TRUST_PROXY", global = true, help_heading = RUNS, value_name = "TRUE_OR_FALSE",
        action = ArgAction::Set, value_parser = BoolishValueParser::new(), num_args = 0..=1, require_equals = true,
        default_value = "false", default_missing_value = "true"
    )]
    pub trust_proxy: bool,

    /// `postgres://user:password@host/name`, or `sqlite://path`. Default: `comanda.db` in the data directory.
    ///
    /// `comanda api` and `comanda ws-gateway` as processes of their own need PostgreSQL.
    ///
    /// Read by every process.
    #[arg(long, env = "DATABASE_URL", global = true, help_heading = STORES, value_name = "URL", hide_env_values = true)]
    pub database_url: Option<SecretString>,

    /// Most database connections held at once, from 1 to 1000.
    ///
    /// Read by every process.
    #[arg(
        long, env = "COMANDA_DB_POOL", global = true, help_heading = STORES, value_name = "CONNECTIONS",
        default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=1_000)
    )]
    pub db_pool: u32,

    /// `redis://`, `rediss://` or `redis-cluster://`, the event bus between processes. Default: a bus inside the one
    /// process.
    ///
    /// `comanda api` and `comanda ws-gateway` as processes of their own need one.
    ///
    /// Read by every process.
    #[arg(long, env = "REDIS_URL", global = true, help_heading = STORES, value_name = "URL", hide_env_values = true)]
    pub redis_url: Option<SecretString>,

    /// How far the event log reaches back for clients that catch up, from 1 to 365.
    ///
    /// Read by the API.
    #[arg(
        long, env = "COMANDA_EVENT_RETENTION_DAYS", global = true, help_heading = STORES, value_name = "DAYS",
        default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=365)
    )]
    pub event_retention_days: u32,

    /// Origins of the client applications, separated by commas. Default: localhost on the applications' ports;
    /// production has to be told.
    ///
    /// A wildcard is for development; in production each must be https.
    ///
    /// Read by the API and the gateway.
    #[arg(
        long, env = "ALLOWED_ORIGINS", global = true, help_heading = CLIENTS, value_name = "ORIGINS",
        value_delimiter = COMMA
    )]
    pub allowed_origins: Vec<String>,

    /// Signs the tokens of staff; at least 32 characters in production. Default: generated and kept in the data
    /// directory; production has to be told.
    ///
    /// Read by the API and the gateway.
    #[arg(
        long, env = "JWT_SECRET", global = true, help_heading = CLIENTS, value_name = "SECRET", hide_env_values = true
    )]
    pub jwt_secret: Option<SecretString>,

    /// Signs the tokens of tables; at least 32 characters in production, and not JWT_SECRET. Default: generated and
    /// kept in the data directory; production has to be told.
    ///
    /// Read by the API and the gateway.
    #[arg(
        long, env = "TABLE_TOKEN_SECRET", global = true, help_heading = CLIENTS, value_name = "SECRET",
        hide_env_values = true
    )]
    pub table_token_secret: Option<SecretString>,

    /// Whether the refresh cookie is sent over HTTPS only. Default: true in production, else false.
    ///
    /// Read by the API.
    #[arg(
        long, env = "COOKIE_SECURE", global = true, help_heading = CLIENTS, value_name = "TRUE_OR_FALSE",
        action = ArgAction::Set, value_parser = BoolishValueParser::new(), num_args = 0..=1, require_equals = true,
        default_missing_value = "true"
    )]
    pub cookie_secure: Option<bool>,

    /// The `SameSite` attribute of the refresh cookie; `none` needs COOKIE_SECURE.
    ///
    /// Read by the API.
    #[arg(
        long = "cookie-samesite", env = "COOKIE_SAMESITE", global = true, help_heading = CLIENTS, value_enum,
        ignore_case = true, default_value = "lax"
    )]
    pub cookie_same_site: SameSite,

    /// The `Domain` attribute of the refresh cookie. Default: none, which means the API's host only.
    ///
    /// Read by the API.
    #[arg(long, env = "COOKIE_DOMAIN", global = true, help_heading = CLIENTS, value_name = "DOMAIN")]
    pub cookie_domain: Option<String>,

    /// Where diners open the diner app: the base of the links in the QR codes, and where a payer's browser returns. The
    /// API has a page of its own for the return; without a diner app, name the API here. Where it is set, it must be
    /// https in production.
    ///
    /// Read by the API.
    #[arg(
        long, env = "COMANDA_DINER_URL", global = true, help_heading = CLIENTS, value_name = "URL",
        default_value = DINER_URL
    )]
    pub diner_url: String,

    /// Whether `/docs`, `/openapi.json` and the gateway's `/asyncapi.json` answer. Default: off in production, else on.
    ///
    /// Read by the API and the gateway.
    #[arg(long, env = "COMANDA_DOCS", global = true, help_heading = CLIENTS, value_enum)]
    pub docs: Option<Switch>,

    /// Whether rate limits are in force; `off` is for tests and benchmarks, and refused in production.
    ///
    /// Read by the API and the gateway.
    #[arg(long, env = "COMANDA_RATE_LIMITS", global = true, help_heading = LIMITS, value_enum, default_value = "on")]
    pub rate_limits: Switch,

    /// Most connections open at once in this process, over all ports, 16 or more. Default: what the limit of open files
    /// has room for, and at most COMANDA_WS_MAX_SOCKETS and 12,288 more.
    ///
    /// The last tenth is for addresses that used a staff token in the last day.
    ///
    /// Read by the API and the gateway.
    #[arg(
        long, env = "COMANDA_CONNECTIONS", global = true, help_heading = LIMITS, value_name = "CONNECTIONS",
        value_parser = clap::value_parser!(u32).range(16..)
    )]
    pub connections: Option<u32>,

    /// Most connections of one client address (of one /64 for IPv6), and at most half of all; proxies are not limited
    /// so.
    ///
    /// Read by the API and the gateway.
    #[arg(
        long, env = "COMANDA_CONNECTIONS_PER_ADDRESS", global = true, help_heading = LIMITS, value_name = "CONNECTIONS",
        default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub connections_per_address: u32,

    /// Most sockets open at once in this process; at most three quarters of its connections.
    ///
    /// The API reckons with it too where COMANDA_CONNECTIONS is not set.
    ///
    /// Read by the API and the gateway.
    #[arg(
        long, env = "COMANDA_WS_MAX_SOCKETS", global = true, help_heading = LIMITS, value_name = "SOCKETS",
        default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub ws_max_sockets: u32,

    /// Most sockets of one table session: every phone of a large party, some of them twice.
    ///
    /// Read by the gateway.
    #[arg(
        long, env = "COMANDA_WS_MAX_PER_TABLE", global = true, help_heading = LIMITS, value_name = "SOCKETS",
        default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub ws_max_per_table: u32,

    /// Most sockets of one member of staff: several devices, several tabs.
    ///
    /// Read by the gateway.
    #[arg(
        long, env = "COMANDA_WS_MAX_PER_USER", global = true, help_heading = LIMITS, value_name = "SOCKETS",
        default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub ws_max_per_user: u32,

    /// Which log lines to write, as a tracing filter such as `info,operations=debug`.
    ///
    /// A command that does one thing and ends, such as `comanda migrate`, writes only warnings and errors unless this
    /// is set.
    ///
    /// Read by every process.
    #[arg(
        long, env = "COMANDA_LOG", global = true, help_heading = LOGS, value_name = "FILTER",
        default_value = DEFAULT_LOG
    )]
    pub log: String,

    /// How log lines look. Default: json in production, else text.
    ///
    /// Read by every process.
    #[arg(long, env = "COMANDA_LOG_FORMAT", global = true, help_heading = LOGS, value_enum)]
    pub log_format: Option<LogFormat>,

    /// Whether `/metrics`, and `/ws/metrics` of the gateway, answer. Default: off in production, else on.
    ///
    /// They say how busy the house is: switch them on where only your own collector reaches them.
    ///
    /// Read by the API and the gateway.
    #[arg(long, env = "COMANDA_METRICS", global = true, help_heading = LOGS, value_enum)]
    pub metrics: Option<Switch>,

    /// Refused in production, where answers must not say more about failures. Changes nothing elsewhere today.
    ///
    /// Read by every process.
    #[arg(
        long, env = "COMANDA_DEBUG", global = true, help_heading = LOGS, value_name = "TRUE_OR_FALSE",
        action = ArgAction::Set, value_parser = BoolishValueParser::new(), num_args = 0..=1, require_equals = true,
        default_value = "false", default_missing_value = "true"
    )]
    pub debug: bool,

    /// Where uploaded pictures are kept; every API process must see the same directory. Default: `images` in the data
    /// directory.
    ///
    /// Read by the API.
    #[arg(long, env = "COMANDA_IMAGE_DIR", global = true, help_heading = PICTURES, value_name = "DIRECTORY")]
    pub image_dir: Option<PathBuf>,

    /// Bucket of an S3-compatible storage that keeps uploaded pictures instead of a directory. Default: none.
    ///
    /// Read by the API.
    #[arg(long, env = "COMANDA_S3_BUCKET", global = true, help_heading = PICTURES, value_name = "NAME")]
    pub s3_bucket: Option<String>,

    /// Address of that storage, such as `https://minio.example.com`. Default: AWS in the region.
    ///
    /// Read by the API.
    #[arg(long, env = "COMANDA_S3_ENDPOINT", global = true, help_heading = PICTURES, value_name = "URL")]
    pub s3_endpoint: Option<String>,

    /// Region that requests to the storage are signed for.
    ///
    /// Read by the API.
    #[arg(
        long, env = "COMANDA_S3_REGION", global = true, help_heading = PICTURES, value_name = "NAME",
        default_value = "us-east-1"
    )]
    pub s3_region: String,

    /// Key that may read and write the bucket; needed with one. Default: none.
    ///
    /// Read by the API.
    #[arg(long, env = "COMANDA_S3_ACCESS_KEY", global = true, help_heading = PICTURES, value_name = "KEY")]
    pub s3_access_key: Option<String>,

    /// The secret half of that key; needed with a bucket. Default: none.
    ///
    /// Read by the API.
    #[arg(
        long, env = "COMANDA_S3_SECRET_KEY", global = true, help_heading = PICTURES, value_name = "SECRET",
        hide_env_values = true
    )]
    pub s3_secret_key: Option<SecretString>,

    /// Where the payment provider and browsers reach the API. Default: http:// and the API's address.
    ///
    /// Must be https in production, where it is set or a provider's account is configured.
    ///
    /// Read by the API, `sweep-payments` and `reconcile`.
    #[arg(long, env = "COMANDA_PUBLIC_URL", global = true, help_heading = PAYMENTS, value_name = "URL")]
    pub public_url: Option<String>,

    /// Seals the providers' credentials in the database; at least 32 characters, the same for every process. Default:
    /// generated and kept in the data directory; production on PostgreSQL has to be told.
    ///
    /// Without it every account must be connected anew: keep a copy apart from the database's backups.
    ///
    /// Read by the API, `sweep-payments` and `reconcile`.
    #[arg(
        long, env = "COMANDA_CREDENTIALS_KEY", global = true, help_heading = PAYMENTS, value_name = "SECRET",
        hide_env_values = true
    )]
    pub credentials_key: Option<SecretString>,

    /// First pause before a failed payment job is tried again; it doubles.
    ///
    /// Read by the API, `sweep-payments` and `reconcile`.
    #[arg(
        long, env = "COMANDA_PAYMENT_RETRY_BASE", global = true, help_heading = PAYMENTS, value_name = "DURATION",
        default_value = "10s", value_parser = duration
    )]
    pub payment_retry_base: Duration,

    /// How often lost notifications are looked for.
    ///
    /// Read by the API.
    #[arg(
        long, env = "COMANDA_PAYMENT_SWEEP_EVERY", global = true, help_heading = PAYMENTS, value_name = "DURATION",
        default_value = "60s", value_parser = duration
    )]
    pub payment_sweep_every: Duration,

    /// How long a worker owns a payment job; not shorter than COMANDA_PAYMENT_TIMEOUT.
    ///
    /// Read by the API, `sweep-payments` and `reconcile`.
    #[arg(
        long, env = "COMANDA_PAYMENT_LEASE", global = true, help_heading = PAYMENTS, value_name = "DURATION",
        default_value = "30s", value_parser = duration
    )]
    pub payment_lease: Duration,

    /// How long one call to the payment provider may take; from 50ms to 20s.
    ///
    /// Read by the API, `sweep-payments` and `reconcile`.
    #[arg(
        long, env = "COMANDA_PAYMENT_TIMEOUT", global = true, help_heading = PAYMENTS, value_name = "DURATION",
        default_value = "8s", value_parser = duration
    )]
    pub payment_timeout: Duration,

    /// How long calls to a payment provider that keeps failing are refused before one is tried.
    ///
    /// Read by the API, `sweep-payments` and `reconcile`.
    #[arg(
        long, env = "COMANDA_BREAKER_COOLDOWN", global = true, help_heading = PAYMENTS, value_name = "DURATION",
        default_value = "30s", value_parser = duration
    )]
    pub breaker_cooldown: Duration,
}
