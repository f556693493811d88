//! The parts of a running process, put together once.

use auth::{Authenticator, TokenKeys};
use domain::{Clock, SystemClock};
use operations::payment::Providers;
use provider::Vault;
use runtime::{BreakerConfig, Bus, BusTarget, CircuitBreakers, DatabaseTarget, Jobs, RateLimits, Settings, Shutdown};
use secrecy::ExposeSecret;
use std::sync::Arc;
use store::{Database, Location};

use crate::{console::Failure, providers::ProviderArgs};

/// What a process is started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// To answer requests.
    Serve,
    /// To tell sockets what others did.
    Listen,
    /// To do what an operator asks for, and end.
    Operate,
}

/// What both halves need.
pub(crate) struct Process {
    pub(crate) settings: Settings,
    pub(crate) shutdown: Shutdown,
    pub(crate) bus: Bus,
    pub(crate) db: Database,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) providers: Providers,
    pub(crate) jobs: Jobs,
    pub(crate) limits: RateLimits,
}

impl Process {
    /// Connects to everything the settings name and `task` needs.
    pub(crate) async fn start(settings: Settings, task: Task, provider_args: &ProviderArgs) -> Result<Self, Failure> {
        let shutdown = Shutdown::new(settings.shutdown_grace);
        let bus = match (&settings.bus, task) {
            // Who does one thing and ends leaves its events to the log: gateways read it once a second.
            (BusTarget::InProcess, _) | (_, Task::Operate) => Bus::in_process(),
            (BusTarget::Redis(url), Task::Serve) => Bus::redis(url.expose_secret(), &shutdown).await?,
            (BusTarget::Redis(url), Task::Listen) => Bus::redis_to_listen(url.expose_secret(), &shutdown).await?,
        };
        let location = match &settings.database {
            DatabaseTarget::Sqlite(path) => {
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                Location::Sqlite(path.clone())
            }
            DatabaseTarget::Postgres(url) => Location::Postgres(url.expose_secret().to_owned()),
        };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let db = Database::connect(&location, settings.db_pool, clock.clone(), Arc::new(bus.clone())).await?;
        let keys = TokenKeys::new(settings.secrets.jwt.clone(), settings.secrets.table_token.clone());
        let authenticator = Arc::new(Authenticator::new(keys, Arc::new(db.clone()), clock.clone()));
        let providers = providers(&settings, provider_args, &shutdown, &clock)?;
        let (jobs, limits) = (Jobs::default(), RateLimits::new(settings.rate_limits));
        Ok(Self { settings, shutdown, bus, db, authenticator, providers, jobs, limits })
    }
}

/// The providers behind their breaker, with the key of the credentials.
fn providers(
    settings: &Settings,
    args: &ProviderArgs,
    shutdown: &Shutdown,
    clock: &Arc<dyn Clock>,
) -> Result<Providers, Failure> {
    let payment = settings.payment.clone();
    let breakers =
        CircuitBreakers::new(BreakerConfig { cooldown: payment.breaker_cooldown, ..BreakerConfig::default() });
    let vault = Vault::new(&payment.credentials_key);
    let diner_url = settings.diner_url.clone();
    let started = args.start(payment.timeout, clock)?;
    Ok(Providers::new(started, breakers, vault, payment, diner_url, shutdown.clone()))
}
