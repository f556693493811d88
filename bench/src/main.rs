//! How fast a round is taken, and how soon it is seen: `scripts/bench` runs this on a PostgreSQL and Redis of its own.
//!
//! The machines it runs on are shared and noisy, so no figure means much alone. What counts are the ratios: rounds per
//! second over HTTP against `pgbench` doing the same work on the same schema, in the same minute.

mod beside;
mod cpu;
mod floor;
mod latency;
mod load;
mod pgbench;

use cpu::Meter;
use floor::Floor;
use harness::{App, AppOptions, Flood, Manner, Mode};
use std::{env, net::Ipv4Addr, path::PathBuf, time::Duration};

/// How long each measurement runs.
const SECONDS: u64 = 8;
/// Diners sending at once.
const CLIENTS: [usize; 3] = [1, 8, 32];
/// Connections of somebody who means to hold all there are.
const FLOOD: [(Manner, usize); 3] = [(Manner::Silent, 1_900), (Manner::SlowHead, 150), (Manner::SlowBody, 150)];
/// Where they come from; the diners come from another address.
const FLOODER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);
/// Sockets listening.
const SOCKETS: [usize; 2] = [100, 1_000];

fn main() {
    // Two workers: the load comes from the same two cores as the load's target.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime starts").block_on(run());
}

async fn run() {
    let binary = PathBuf::from(env::var("COMANDA_BINARY").expect("run scripts/bench"));
    let postmaster: u32 =
        env::var("COMANDA_BENCH_POSTMASTER").ok().and_then(|pid| pid.parse().ok()).expect("run scripts/bench");
    if let Some(other) = env::var_os("COMANDA_BENCH_BESIDE") {
        return beside::run(&binary, &PathBuf::from(other), &CLIENTS, &SOCKETS, postmaster).await;
    }
    let app = App::start_with(&binary, Mode::Distributed, options()).await;
    let floor = Floor::lay(&app).await;
    let (api, gateway) = app.pids();

    let seconds = Duration::from_secs(SECONDS);
    load::rounds(&floor, 8, Duration::from_secs(3)).await;
    floor.analyze(&app).await;

    println!(
        "Rounds of three items per second, {SECONDS} s each, on {} sessions in {} branches",
        floor.sessions(),
        floor.branches()
    );
    println!(
        "{:>8} {:>10} {:>8} {:>8}  {:>12} {:>7}   CPU per round in µs: API, PostgreSQL, load",
        "clients", "comanda", "p50 ms", "p99 ms", "pgbench", "ratio"
    );
    for clients in CLIENTS {
        let before = pgbench::run(&app, &floor, clients, SECONDS / 2).await;
        let meter = Meter::start(&api, postmaster);
        let outcome = load::rounds(&floor, clients, seconds).await;
        let spent = meter.stop();
        let after = pgbench::run(&app, &floor, clients, SECONDS / 2).await;
        let pgbench = f64::midpoint(before, after);
        println!(
            "{clients:>8} {:>10.0} {:>8.2} {:>8.2}  {pgbench:>12.0} {:>7.2}   {:.0}, {:.0}, {:.0}",
            outcome.per_second(),
            outcome.percentile(50),
            outcome.percentile(99),
            outcome.per_second() / pgbench,
            spent.api_micros / outcome.count(),
            spent.postgres_micros / outcome.count(),
            spent.own_micros / outcome.count(),
        );
    }

    beside_a_flood(&app, &floor).await;

    println!("\nFrom the transaction's instant to the socket, 20 events a second");
    println!(
        "{:>8} {:>10} {:>8} {:>8} {:>8}   gateway CPU per delivery in µs, memory per socket in KiB",
        "sockets", "deliveries", "p50 ms", "p99 ms", "missing"
    );
    for sockets in SOCKETS {
        let seen = latency::measure(&app, &floor, sockets, &gateway).await;
        println!(
            "{sockets:>8} {:>10} {:>8.2} {:>8.2} {:>8}   {:.1}, {:.1}",
            seen.delays.len(),
            seen.percentile(50),
            seen.percentile(99),
            seen.missing,
            seen.gateway_micros,
            seen.kib_per_socket,
        );
    }
}

/// Diners and screens come as through a proxy: a thousand sockets are more than one address may have.
fn options() -> AppOptions {
    AppOptions::default()
        .env("COMANDA_LOG", "warn")
        .env("COMANDA_WS_MAX_PER_USER", "5000")
        .env("COMANDA_TRUSTED_PROXIES", "127.0.0.1")
}

/// What a round takes while somebody holds 2,200 connections, and in the same minute without.
async fn beside_a_flood(app: &App, floor: &Floor) {
    println!("\nRounds of 8 diners beside 1,900 silent and 300 slow connections of another address, {SECONDS} s each");
    println!("{:>8} {:>10} {:>8} {:>8}", "flood", "comanda", "p50 ms", "p99 ms");
    for flooded in [false, true, false, true] {
        let flood = if flooded { Some(Flood::start(&app.api_url(), FLOODER.into(), &FLOOD).await) } else { None };
        let outcome = load::rounds(floor, 8, Duration::from_secs(SECONDS)).await;
        println!(
            "{:>8} {:>10.0} {:>8.2} {:>8.2}",
            if flood.is_some() { "with" } else { "without" },
            outcome.per_second(),
            outcome.percentile(50),
            outcome.percentile(99),
        );
    }
}
