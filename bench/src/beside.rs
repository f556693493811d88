//! Two builds in one run, turn by turn: what a change costs or saves, whatever the machine does meanwhile.

use crate::{cpu::Meter, floor::Floor, latency, load, options};
use harness::{App, Mode};
use std::{path::Path, time::Duration};

/// Who has each turn: either build comes first as often as the other.
const TURNS: [usize; 6] = [0, 1, 1, 0, 0, 1];
/// What the two builds are called in the table.
const NAMES: [&str; 2] = ["this", "other"];

/// One build with a house of its own on the common PostgreSQL and Redis.
struct Build {
    app: App,
    floor: Floor,
}

impl Build {
    async fn start(binary: &Path) -> Self {
        let app = App::start_with(binary, Mode::Distributed, options()).await;
        let floor = Floor::lay(&app).await;
        Self { app, floor }
    }
}

/// Prints each figure of both builds, the medians of their turns, and the ratio of `this` to `other`.
pub(crate) async fn run(this: &Path, other: &Path, clients: &[usize], sockets: &[usize], postmaster: u32) {
    let builds = [Build::start(this).await, Build::start(other).await];
    let seconds = Duration::from_secs(crate::SECONDS);
    for build in &builds {
        load::rounds(&build.floor, 8, Duration::from_secs(3)).await;
        build.floor.analyze(&build.app).await;
    }
    let turns = TURNS.len();
    println!("This build beside another: medians of {} turns of {} s each, and their ratio", turns / 2, crate::SECONDS);
    for &clients in clients {
        let mut seen = [Vec::new(), Vec::new()];
        for turn in TURNS {
            let Build { app, floor } = &builds[turn];
            let meter = Meter::start(&app.pids().0, postmaster);
            let outcome = load::rounds(floor, clients, seconds).await;
            let spent = meter.stop();
            seen[turn].push([
                outcome.per_second(),
                outcome.percentile(50),
                outcome.percentile(99),
                spent.api_micros / outcome.count(),
                spent.postgres_micros / outcome.count(),
            ]);
        }
        print(
            &format!("{clients} diners"),
            ["rounds/s", "p50 ms", "p99 ms", "API µs a round", "PostgreSQL µs a round"],
            seen,
        );
    }
    for &sockets in sockets {
        let mut seen = [Vec::new(), Vec::new()];
        for turn in TURNS {
            let Build { app, floor } = &builds[turn];
            let heard = latency::measure(app, floor, sockets, &app.pids().1).await;
            seen[turn].push([
                heard.missing as f64,
                heard.percentile(50),
                heard.percentile(99),
                heard.gateway_micros,
                heard.kib_per_socket,
            ]);
        }
        print(
            &format!("{sockets} sockets"),
            ["missing", "p50 ms", "p99 ms", "gateway µs a delivery", "KiB a socket"],
            seen,
        );
    }
}

fn print(what: &str, names: [&str; 5], [this, other]: [Vec<[f64; 5]>; 2]) {
    println!("\n{what:<24} {:>10} {:>10} {:>8}", NAMES[0], NAMES[1], "ratio");
    for (column, name) in names.into_iter().enumerate() {
        let (this, other) = (median(&this, column), median(&other, column));
        // Nothing missing on either side has no ratio.
        let ratio = if other == 0.0 { "-".to_owned() } else { format!("{:.2}", this / other) };
        println!("{name:<24} {this:>10.2} {other:>10.2} {ratio:>8}");
    }
}

fn median(turns: &[[f64; 5]], column: usize) -> f64 {
    let mut values: Vec<_> = turns.iter().map(|turn| turn[column]).collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
