//! What each subcommand does.

use crate::{
    Command, banner, housekeeping, operator, payments,
    process::Process,
    sandbox::{self, Sandbox},
    watch,
};
use api::{AppState, Parts};
use pictures::Pictures;
use runtime::{Args, RateLimits, Settings, telemetry};
use tokio::net::TcpListener;
use ws_gateway::GatewayParts;

/// Anything that ends the program.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the command until it is done or told to stop.
pub(crate) async fn run(command: Command, args: Args) -> Result<(), Failure> {
    match command {
        Command::Openapi => return print(&api::document().to_pretty_json()?),
        Command::Asyncapi => return print(&format!("{:#}", ws_gateway::document())),
        _ => {}
    }
    let settings = Settings::resolve(args)?;
    telemetry::init_tracing(&settings.log, settings.log_format)?;
    match command {
        Command::Serve => serve(settings).await,
        Command::Api => api(settings).await,
        Command::WsGateway => gateway(settings).await,
        Command::Migrate => Ok(Process::start(settings).await?.db.migrate().await?),
        Command::Seed => Ok(operations::demo::seed(&Process::start(settings).await?.db).await?),
        Command::NewEpoch => {
            let streams = Process::start(settings).await?.db.begin_epoch().await?;
            print(&format!("{streams} streams began a new epoch; clients will read again."))
        }
        Command::SweepPayments => operator::sweep_payments(&Process::start(settings).await?).await,
        Command::DeadLetters { what } => {
            operator::dead_letters(&Process::start(settings).await?, what.unwrap_or_default()).await
        }
        Command::Audit { what } => operator::audit(&Process::start(settings).await?, what).await,
        Command::Reconcile { day } => operator::reconcile(&Process::start(settings).await?, day).await,
        Command::Openapi | Command::Asyncapi => Ok(()),
    }
}

async fn serve(mut settings: Settings) -> Result<(), Failure> {
    let sandbox = Sandbox::start_for(&mut settings).await?;
    let process = Process::start(settings).await?;
    process.db.migrate().await?;
    if !process.settings.is_production() {
        operations::demo::seed(&process.db).await?;
    }
    sandbox::adopt_account(&process, sandbox.as_ref()).await?;
    let (api, gateway) = (listen(process.settings.api_addr).await?, listen(process.settings.ws_addr).await?);
    print(&banner::text(&process.settings, api.local_addr()?, gateway.local_addr()?))?;
    let metrics = telemetry::install_metrics()?;
    run_api(&process, api, metrics.clone())?;
    run_gateway(&process, gateway, metrics);
    until_stopped(process).await
}

async fn api(mut settings: Settings) -> Result<(), Failure> {
    settings.require_distributed()?;
    settings.sandbox = false;
    let process = Process::start(settings).await?;
    process.db.migrate().await?;
    sandbox::adopt_account(&process, None).await?;
    let listener = listen(process.settings.api_addr).await?;
    tracing::info!(address = %listener.local_addr()?, "API is up");
    run_api(&process, listener, telemetry::install_metrics()?)?;
    until_stopped(process).await
}

async fn gateway(settings: Settings) -> Result<(), Failure> {
    settings.require_distributed()?;
    let process = Process::start(settings).await?;
    let listener = listen(process.settings.ws_addr).await?;
    tracing::info!(address = %listener.local_addr()?, "gateway is up");
    run_gateway(&process, listener, telemetry::install_metrics()?);
    until_stopped(process).await
}

fn run_api(process: &Process, listener: TcpListener, metrics: telemetry::MetricsHandle) -> Result<(), Failure> {
    let state = AppState::new(Parts {
        db: process.db.clone(),
        authenticator: process.authenticator.clone(),
        bus: process.bus.clone(),
        limits: RateLimits::new(process.settings.rate_limits),
        providers: process.providers.clone(),
        pictures: Pictures::new(&process.settings.pictures)?,
        settings: process.settings.clone(),
        metrics,
    });
    housekeeping::start(process, state.clone());
    payments::start(process);
    watch::start(process);
    let shutdown = process.shutdown.clone();
    process.shutdown.spawn(async move {
        if let Err(error) = api::serve(listener, state, shutdown.clone()).await {
            tracing::error!(%error, "the API stopped");
            shutdown.cancel();
        }
    });
    Ok(())
}

fn run_gateway(process: &Process, listener: TcpListener, metrics: telemetry::MetricsHandle) {
    let parts = GatewayParts {
        database: process.db.clone(),
        authenticator: process.authenticator.clone(),
        bus: process.bus.clone(),
        origins: process.settings.origins.clone(),
        limits: process.settings.sockets,
        environment: process.settings.environment,
        metrics: Some(metrics),
        shutdown: process.shutdown.clone(),
    };
    let shutdown = process.shutdown.clone();
    process.shutdown.spawn(async move {
        if let Err(error) = ws_gateway::serve(listener, parts).await {
            tracing::error!(%error, "the gateway stopped");
            shutdown.cancel();
        }
    });
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

async fn listen(address: std::net::SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}").into())
}

/// Prints to standard output; a closed pipe (`comanda openapi | head`) is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    use std::io::{ErrorKind, Write};
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
