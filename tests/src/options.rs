//! What a test may ask of the program before it starts.

/// Signs the staff tokens of distributed apps; tests forge with it.
pub const JWT_SECRET: &str = "harness-staff-secret-0123456789abcdef0123456789abcdef";
/// Signs the table tokens of distributed apps; tests forge with it.
pub const TABLE_TOKEN_SECRET: &str = "harness-table-secret-0123456789abcdef0123456789abcdef";

/// Seals the provider credentials of distributed apps.
pub const CREDENTIALS_KEY: &str = "harness-credentials-key-0123456789abcdef0123456789abcdef";

use crate::conditions::{Conditions, Output};

/// How an [`App`](crate::App) is started. The default is one process of each kind, without rate limits.
#[derive(Debug, Clone)]
pub struct AppOptions {
    pub(crate) api_processes: usize,
    pub(crate) gateway_processes: usize,
    pub(crate) rate_limits: bool,
    pub(crate) count_round_trips: bool,
    pub(crate) small_disk: Option<usize>,
    pub(crate) provider: Option<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) public_url: bool,
    pub(crate) conditions: Conditions,
}

impl Default for AppOptions {
    fn default() -> Self {
        Self {
            api_processes: 1,
            gateway_processes: 1,
            rate_limits: false,
            count_round_trips: false,
            small_disk: None,
            provider: None,
            env: Vec::new(),
            public_url: false,
            conditions: Conditions::default(),
        }
    }
}

impl AppOptions {
    /// How many `comanda api` share the database. Embedded mode always has the one process.
    #[must_use]
    pub fn api_processes(mut self, count: usize) -> Self {
        self.api_processes = count;
        self
    }

    /// How many `comanda ws-gateway` share the bus. Embedded mode always has the one process.
    #[must_use]
    pub fn gateway_processes(mut self, count: usize) -> Self {
        self.gateway_processes = count;
        self
    }

    /// Leaves the rate limits on, as in production.
    #[must_use]
    pub fn rate_limits(mut self) -> Self {
        self.rate_limits = true;
        self
    }

    /// Puts a [`CountingProxy`](crate::CountingProxy) between the API processes and PostgreSQL, see
    /// [`App::wire`](crate::App::wire).
    #[must_use]
    pub fn count_round_trips(mut self) -> Self {
        self.count_round_trips = true;
        self
    }

    /// Puts the data directory on a disk of so many MiB that can be filled, see [`App::disk`](crate::App::disk).
    /// Embedded mode only.
    #[must_use]
    pub fn small_disk(mut self, mebibytes: usize) -> Self {
        self.small_disk = Some(mebibytes);
        self
    }

    /// The soft and the hard limit of open files of every process.
    #[must_use]
    pub fn file_limit(mut self, soft: u64, hard: u64) -> Self {
        self.conditions.file_limit = Some((soft, hard));
        self
    }

    /// Where the output of every process goes.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.conditions.output = output;
        self
    }

    /// One more environment variable for every process; wins over what the harness sets.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Takes payments through a fake provider, at a tempo that tests can wait for; the program tells it where it
    /// answers.
    #[must_use]
    pub fn provider(self, base_url: &str, access_token: &str, webhook_secret: &str) -> Self {
        let tempo = [
            ("COMANDA_PAYMENT_RETRY_BASE", "50ms"),
            ("COMANDA_PAYMENT_TIMEOUT", "1s"),
            ("COMANDA_PAYMENT_LEASE", "2s"),
            ("COMANDA_PAYMENT_SWEEP_EVERY", "500ms"),
        ];
        let account = [("MERCADOPAGO_ACCESS_TOKEN", access_token), ("MERCADOPAGO_WEBHOOK_SECRET", webhook_secret)];
        let options = self.provider_at(base_url);
        account.into_iter().chain(tempo).fold(options, |options, (name, value)| options.env(name, value))
    }

    /// The same, with no account but those that the database has.
    #[must_use]
    pub fn provider_at(mut self, base_url: &str) -> Self {
        self.public_url = true;
        self.provider = Some(base_url.to_owned());
        self.env("MERCADOPAGO_BASE_URL", base_url)
    }
}
