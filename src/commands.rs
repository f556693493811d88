//! What each subcommand does.

use crate::{
    Command, banner, businesses, configuration,
    console::{Failure, print},
    demo_pictures, jobs, keeping, logins, operator,
    process::{Process, Task},
    providers::{ProviderArgs, adopt_accounts},
    sandbox::Sandbox,
    serving, setup_code,
};
use api::{AppState, Parts, SetupDoor};
use operations::demo;
use pictures::Pictures;
use runtime::{
    Args, ConfigError, Connections, Environment, Settings,
    config::{DEFAULT_LOG, SocketLimits},
    log,
    serve::listen,
    telemetry,
};
use std::net::SocketAddr;
use telemetry::MetricsHandle;
use tokio::net::TcpListener;
use ws_gateway::GatewayParts;

/// Runs the command until it is done or told to stop.
pub(crate) async fn run(command: Command, args: Args, providers: ProviderArgs) -> Result<(), Failure> {
    match command {
        Command::Openapi => return print(&api::document().to_pretty_json()?),
        Command::Asyncapi => return print(&format!("{:#}", ws_gateway::document())),
        Command::Configuration => return print(configuration::page().trim_end()),
        _ => {}
    }
    let facts = providers.facts(args.environment == Environment::Production);
    let mut settings = Settings::resolve(args, facts)?;
    settings.sandbox &= cfg!(feature = "sandbox");
    let serves = matches!(command, Command::Serve | Command::Api | Command::WsGateway);
    // A command's output is its answer: what it does on the way is said only when it goes wrong.
    let filter = if serves || settings.log != DEFAULT_LOG { &*settings.log } else { "warn" };
    telemetry::init_tracing(filter, settings.log_format)?;
    match command {
        // Answers that do not fit are told before anything is made or changed.
        Command::Init(init) | Command::Tenant { what: businesses::Tenant::Add(init) } => {
            let prepared = init.prepare()?;
            prepared.run(&Process::start(settings, Task::Operate, &providers).await?).await
        }
        Command::Backup(asked) => keeping::backup(settings, asked, &providers).await,
        Command::Restore(asked) => keeping::restore(settings, asked).await,
        Command::Move(asked) => keeping::carry_over(settings, asked).await,
        Command::Serve => serve(settings, providers).await,
        Command::Api => api(settings, &providers).await,
        Command::WsGateway => gateway(settings, &providers).await,
        other => operate(other, &Process::start(settings, Task::Operate, &providers).await?).await,
    }
}

async fn operate(command: Command, process: &Process) -> Result<(), Failure> {
    match command {
        Command::Migrate(what) => what.run(process).await,
        Command::Seed => operator::seed(process).await,
        Command::NewEpoch => {
            let streams = process.db.begin_epoch().await?;
            print(&format!("{streams} streams began a new epoch; clients will read again."))
        }
        Command::SweepPayments => operator::sweep_payments(process).await,
        Command::DeadLetters { what } => operator::dead_letters(process, what.unwrap_or_default()).await,
        Command::Tenant { what } => businesses::tenant(process, what).await,
        Command::Branch { what } => businesses::branch(process, what).await,
        Command::User { what } => logins::user(process, what).await,
        Command::Audit { what } => operator::audit(process, what).await,
        Command::Reconcile { day } => operator::reconcile(process, day).await,
        // Begun before; the doctor before there are settings.
        Command::Init(_)
        | Command::Doctor(_)
        | Command::Backup(_)
        | Command::Restore(_)
        | Command::Move(_)
        | Command::Serve
        | Command::Api
        | Command::WsGateway
        | Command::Openapi
        | Command::Asyncapi
        | Command::Configuration => Ok(()),
    }
}

async fn serve(settings: Settings, mut providers: ProviderArgs) -> Result<(), Failure> {
    let (metrics, connections) = watched(&settings)?;
    // It stands until the end of the process.
    let _sandbox = if settings.sandbox { Some(Sandbox::start_for(&mut providers).await?) } else { None };
    let process = Process::start(settings, Task::Serve, &providers).await?;
    process.db.migrate().await?;
    if process.settings.is_production() {
        refuse_published_logins(&process).await?;
    } else {
        let pictures = demo_pictures::paint(&process.db, &Pictures::new(&process.settings.pictures)?).await?;
        demo::seed(&process.db, &pictures).await?;
    }
    // To the end of the process. What is wrong with the house is told before.
    let _held = serving::hold(&process.settings)?;
    adopt_accounts(&process, &providers).await?;
    let (api, gateway) = (open(process.settings.api_addr)?, open(process.settings.ws_addr)?);
    let shows_demo = !process.settings.is_production() && demo::is_laid(&process.db).await?;
    let mut said = banner::text(&process.settings, shows_demo, api.local_addr()?, gateway.local_addr()?);
    let door = setup_code::door(&process, api.local_addr()?).await?;
    let door = door.map(|(door, text)| {
        said.push_str(&text);
        door
    });
    log::announce(said);
    telemetry::keep_metrics(&metrics, &process.shutdown);
    run_api(&process, api, (metrics.clone(), connections.clone()), door)?;
    run_gateway(&process, gateway, metrics, connections);
    until_stopped(process).await
}

async fn api(mut settings: Settings, providers: &ProviderArgs) -> Result<(), Failure> {
    settings.require_distributed()?;
    settings.sandbox = false;
    let (metrics, connections) = watched(&settings)?;
    let process = Process::start(settings, Task::Serve, providers).await?;
    process.db.migrate().await?;
    if process.settings.is_production() {
        refuse_published_logins(&process).await?;
    }
    adopt_accounts(&process, providers).await?;
    let listener = open(process.settings.api_addr)?;
    tracing::info!(address = %listener.local_addr()?, "API is up");
    telemetry::keep_metrics(&metrics, &process.shutdown);
    run_api(&process, listener, (metrics, connections), None)?;
    until_stopped(process).await
}

async fn gateway(settings: Settings, providers: &ProviderArgs) -> Result<(), Failure> {
    settings.require_distributed()?;
    let (metrics, connections) = watched(&settings)?;
    let process = Process::start(settings, Task::Listen, providers).await?;
    let listener = open(process.settings.ws_addr)?;
    tracing::info!(address = %listener.local_addr()?, "gateway is up");
    telemetry::keep_metrics(&metrics, &process.shutdown);
    jobs::forget_idle_limits(&process);
    run_gateway(&process, listener, metrics, connections);
    until_stopped(process).await
}

/// Production lets nobody in with a password that the README publishes (design.md §7).
async fn refuse_published_logins(process: &Process) -> Result<(), Failure> {
    let open = demo::published_logins(&process.db).await?.join(" ");
    if open.is_empty() {
        return Ok(());
    }
    let problem = format!(
        "the demo's published passwords let anybody in as {open}: lock them with `comanda user lock {open}`, give each \
         a password of its own with `comanda user reset-password LOGIN`, or open a restaurant of your own in another \
         database with `comanda init`"
    );
    Err(ConfigError { problems: vec![problem] }.into())
}

/// Starts recording, and makes room for connections before anything else opens files.
fn watched(settings: &Settings) -> Result<(MetricsHandle, Connections), Failure> {
    let metrics = telemetry::install_metrics()?;
    let connections = Connections::of_process(&settings.connections, settings.db_pool as usize, settings.sockets.total);
    Ok((metrics, connections))
}

fn run_api(
    process: &Process,
    listener: TcpListener,
    (metrics, connections): (MetricsHandle, Connections),
    setup: Option<SetupDoor>,
) -> Result<(), Failure> {
    let state = AppState::new(Parts {
        db: process.db.clone(),
        authenticator: process.authenticator.clone(),
        bus: process.bus.clone(),
        limits: process.limits.clone(),
        providers: process.providers.clone(),
        pictures: Pictures::new(&process.settings.pictures)?,
        settings: process.settings.clone(),
        metrics,
        jobs: process.jobs.clone(),
        setup,
    });
    jobs::start(process);
    let shutdown = process.shutdown.clone();
    process.shutdown.spawn(api::serve(listener, state, connections, shutdown));
    Ok(())
}

fn run_gateway(process: &Process, listener: TcpListener, metrics: MetricsHandle, connections: Connections) {
    let sockets = process.settings.sockets;
    let parts = GatewayParts {
        database: process.db.clone(),
        authenticator: process.authenticator.clone(),
        bus: process.bus.clone(),
        origins: process.settings.origins.clone(),
        limits: SocketLimits { total: connections.sockets(sockets.total), ..sockets },
        rates: process.limits.clone(),
        environment: process.settings.environment,
        metrics: process.settings.metrics.then_some(metrics),
        docs: process.settings.docs,
        connections,
        shutdown: process.shutdown.clone(),
    };
    process.shutdown.spawn(ws_gateway::serve(listener, parts));
}

async fn until_stopped(process: Process) -> Result<(), Failure> {
    let shutdown = &process.shutdown;
    tokio::select! {
        signal = shutdown.on_signal() => signal?,
        () = shutdown.cancelled() => {}
    }
    if !shutdown.drain().await {
        tracing::warn!("something was still running when the grace period ended");
    }
    Ok(())
}

fn open(address: SocketAddr) -> Result<TcpListener, Failure> {
    listen(address).map_err(|error| format!("cannot listen on {address}: {error}").into())
}
