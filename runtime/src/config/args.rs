//! Configuration as it is written: every flag, its environment variable and its documentation, in one struct.
//!
//! `comanda --help` prints this; there is no other list. Values are checked and typed by
//! [`Settings::resolve`](super::Settings::resolve), which sees all of them and so can name all that is wrong at once.

use super::payment::duration;
use clap::{ArgAction, builder::BoolishValueParser};
use secrecy::SecretString;
use std::{net::SocketAddr, path::PathBuf, time::Duration};

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

/// Configuration flags, shared by every subcommand; each can be an environment variable instead.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Configuration")]
pub struct Args {
    /// Where this runs; `production` refuses unsafe settings.
    #[arg(long = "env", env = "COMANDA_ENV", global = true, value_enum, default_value = "development")]
    pub environment: Environment,

    /// Address and port of the REST API.
    #[arg(long, env = "COMANDA_API_ADDR", global = true, default_value = "127.0.0.1:8000")]
    pub api_addr: SocketAddr,

    /// Address and port of the WebSocket gateway.
    #[arg(long, env = "COMANDA_WS_ADDR", global = true, default_value = "127.0.0.1:8001")]
    pub ws_addr: SocketAddr,

    /// Directory of the SQLite database and of the generated secrets.
    #[arg(long, env = "COMANDA_DATA_DIR", global = true, default_value = "./data")]
    pub data_dir: PathBuf,

    /// `postgres://user:password@host/name`, or `sqlite://path`. Default: `comanda.db` in the data directory.
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true)]
    pub database_url: Option<SecretString>,

    /// `redis://`, `rediss://` or `redis-cluster://` URL of the event bus. Default: in-process, for one process.
    #[arg(long, env = "REDIS_URL", global = true, hide_env_values = true)]
    pub redis_url: Option<SecretString>,

    /// Origins of the client applications, separated by commas. Development: localhost on the usual ports.
    #[arg(long, env = "ALLOWED_ORIGINS", global = true, value_delimiter = ',')]
    pub allowed_origins: Vec<String>,

    /// Rate limits; `off` is for tests and benchmarks.
    #[arg(long, env = "COMANDA_RATE_LIMITS", global = true, value_enum, default_value = "on")]
    pub rate_limits: Switch,

    /// Signs the tokens of staff; at least 32 characters. Development: generated and kept in the data directory.
    #[arg(long, env = "JWT_SECRET", global = true, hide_env_values = true)]
    pub jwt_secret: Option<SecretString>,

    /// Signs the tokens of tables; at least 32 characters, other than JWT_SECRET. Development: as above.
    #[arg(long, env = "TABLE_TOKEN_SECRET", global = true, hide_env_values = true)]
    pub table_token_secret: Option<SecretString>,

    /// Answers say more about failures. Refused in production.
    #[arg(long, env = "COMANDA_DEBUG", global = true, action = ArgAction::Set, value_parser = BoolishValueParser::new(),
        num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true")]
    pub debug: bool,

    /// Which log lines to write, as a tracing filter such as `info,operations=debug`.
    #[arg(long, env = "COMANDA_LOG", global = true, default_value = "info,sea_orm_migration=warn,sqlx=warn")]
    pub log: String,

    /// How log lines look. Default: json in production, else text.
    #[arg(long, env = "COMANDA_LOG_FORMAT", global = true, value_enum)]
    pub log_format: Option<LogFormat>,

    /// Most database connections held at once.
    #[arg(long, env = "COMANDA_DB_POOL", global = true, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub db_pool: u32,

    /// Days the event log reaches back for clients that catch up.
    #[arg(long, env = "COMANDA_EVENT_RETENTION_DAYS", global = true, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=365))]
    pub event_retention_days: u32,

    /// Whether the refresh cookie is sent over HTTPS only. Default: true in production, else false.
    #[arg(long, env = "COOKIE_SECURE", global = true, action = ArgAction::Set, value_parser = BoolishValueParser::new(),
        num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub cookie_secure: Option<bool>,

    /// The `SameSite` attribute of the refresh cookie.
    #[arg(
        long = "cookie-samesite",
        env = "COOKIE_SAMESITE",
        global = true,
        value_enum,
        ignore_case = true,
        default_value = "lax"
    )]
    pub cookie_same_site: SameSite,

    /// The `Domain` attribute of the refresh cookie. Default: none, the API's host only.
    #[arg(long, env = "COOKIE_DOMAIN", global = true)]
    pub cookie_domain: Option<String>,

    /// Where diners open the diner app: the base of the links in the QR codes.
    #[arg(long, env = "COMANDA_DINER_URL", global = true, default_value = "http://localhost:5176")]
    pub diner_url: String,

    /// Addresses of reverse proxies, such as 10.0.0.5 or 172.18.0.0/16, separated by commas: their `X-Forwarded-For` is
    /// believed, and their connections are not limited as one client's.
    #[arg(long, env = "COMANDA_TRUSTED_PROXIES", global = true, value_delimiter = ',')]
    pub trusted_proxies: Vec<String>,

    /// Every peer is such a proxy. Only where nobody else reaches the ports: otherwise anyone can pretend to be any
    /// address.
    #[arg(long, env = "COMANDA_TRUST_PROXY", global = true, action = ArgAction::Set, value_parser = BoolishValueParser::new(),
        num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true")]
    pub trust_proxy: bool,

    /// Directory of uploaded pictures; every API process must see the same. Default: `images` in the data directory.
    #[arg(long, env = "COMANDA_IMAGE_DIR", global = true)]
    pub image_dir: Option<PathBuf>,

    /// Bucket of an S3-compatible storage that keeps uploaded pictures instead of a directory.
    #[arg(long, env = "COMANDA_S3_BUCKET", global = true)]
    pub s3_bucket: Option<String>,

    /// Address of that storage, such as https://minio.example.com. Default: AWS in the region.
    #[arg(long, env = "COMANDA_S3_ENDPOINT", global = true)]
    pub s3_endpoint: Option<String>,

    /// Region that requests to the storage are signed for.
    #[arg(long, env = "COMANDA_S3_REGION", global = true, default_value = "us-east-1")]
    pub s3_region: String,

    /// Key that may read and write the bucket.
    #[arg(long, env = "COMANDA_S3_ACCESS_KEY", global = true)]
    pub s3_access_key: Option<String>,

    /// The secret half of that key.
    #[arg(long, env = "COMANDA_S3_SECRET_KEY", global = true, hide_env_values = true)]
    pub s3_secret_key: Option<SecretString>,

    /// Most sockets open at once in this process; at most three quarters of its connections.
    #[arg(long, env = "COMANDA_WS_MAX_SOCKETS", global = true, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub ws_max_sockets: u32,

    /// Most sockets of one table session: every phone of a large party, some of them twice.
    #[arg(long, env = "COMANDA_WS_MAX_PER_TABLE", global = true, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    pub ws_max_per_table: u32,

    /// Most sockets of one member of staff: several devices, several tabs.
    #[arg(long, env = "COMANDA_WS_MAX_PER_USER", global = true, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub ws_max_per_user: u32,

    /// Most connections open at once in this process, over all ports. Default: what the limit of open files has room for,
    /// at most COMANDA_WS_MAX_SOCKETS and 12,288 more. The last tenth is for addresses that used a staff token in the
    /// last day.
    #[arg(long, env = "COMANDA_CONNECTIONS", global = true, value_parser = clap::value_parser!(u32).range(16..))]
    pub connections: Option<u32>,

    /// Most connections of one client address (of one /64 for IPv6); proxies are not limited so. At most half
    /// of all connections.
    #[arg(long, env = "COMANDA_CONNECTIONS_PER_ADDRESS", global = true, default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..))]
    pub connections_per_address: u32,

    /// Seconds a stop waits for requests and sockets to end.
    #[arg(long, env = "COMANDA_SHUTDOWN_SECONDS", global = true, default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=600))]
    pub shutdown_seconds: u64,

    /// Seals provider credentials in the database; at least 32 characters. Default: generated and kept in the data
    /// directory; production on PostgreSQL must set it.
    #[arg(long, env = "COMANDA_CREDENTIALS_KEY", global = true, hide_env_values = true)]
    pub credentials_key: Option<SecretString>,

    /// Where the payment provider and browsers reach the API; https in production. Default: http:// and the API's
    /// address.
    #[arg(long, env = "COMANDA_PUBLIC_URL", global = true)]
    pub public_url: Option<String>,

    /// First pause before a failed payment job is tried again; it doubles. Such as 250ms, 10s, 5m, 2h.
    #[arg(long, env = "COMANDA_PAYMENT_RETRY_BASE", global = true, default_value = "10s", value_parser = duration)]
    pub payment_retry_base: Duration,

    /// How often lost notifications are looked for.
    #[arg(long, env = "COMANDA_PAYMENT_SWEEP_EVERY", global = true, default_value = "60s", value_parser = duration)]
    pub payment_sweep_every: Duration,

    /// How long a worker owns a payment job; not shorter than COMANDA_PAYMENT_TIMEOUT.
    #[arg(long, env = "COMANDA_PAYMENT_LEASE", global = true, default_value = "30s", value_parser = duration)]
    pub payment_lease: Duration,

    /// How long one call to the payment provider may take; at most 20s.
    #[arg(long, env = "COMANDA_PAYMENT_TIMEOUT", global = true, default_value = "8s", value_parser = duration)]
    pub payment_timeout: Duration,

    /// How long calls to a payment provider that keeps failing are refused before one is tried.
    #[arg(long, env = "COMANDA_BREAKER_COOLDOWN", global = true, default_value = "30s", value_parser = duration)]
    pub breaker_cooldown: Duration,
}
