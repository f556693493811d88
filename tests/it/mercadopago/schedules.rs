//! Random schedules: a check a seed, and everything that can happen to it in any order, while notices are lost,
//! doubled, overtaken or forged, the provider stumbles or crashes, and our process is killed. When all is quiet, one
//! sweep makes the ledger equal to the provider's truth to the cent, and a second one changes nothing.
//!
//! `COMANDA_SEEDS` says how many seeds each test plays, `COMANDA_SEED` the first one: with `COMANDA_SEEDS=1` one is
//! replayed.

use std::sync::Arc;
use std::time::Duration;

use harness::{App, amount, both_modes};
use tokio::sync::Mutex;

use super::house::{Till, fingerprint, provided};
use super::storyline::Story;
use crate::look::TABLES;
use crate::seed::Seed;

/// Seeds of one test, unless the environment says otherwise.
const SEEDS: u64 = 20;

both_modes! {
    async fn first(app: App = provided()) { play(app, 1000).await; }
    async fn second(app: App = provided()) { play(app, 2000).await; }
    async fn third(app: App = provided()) { play(app, 3000).await; }
    async fn fourth(app: App = provided()) { play(app, 4000).await; }
    async fn fifth(app: App = provided()) { play(app, 5000).await; }
}

async fn play(app: App, first: u64) {
    let other_mode = if app.mode() == harness::Mode::Embedded { 500 } else { 0 };
    let first = amount("COMANDA_SEED", first + other_mode);
    let seeds: Vec<u64> = (first..first + amount("COMANDA_SEEDS", SEEDS)).collect();
    let till = Arc::new(Till::open(app).await);
    for batch in seeds.chunks(TABLES.len()) {
        eprintln!("seeds {batch:?}: replay one with COMANDA_SEED=<seed> COMANDA_SEEDS=1");
        play_batch(&till, batch).await;
    }
}

async fn play_batch(till: &Arc<Till>, seeds: &[u64]) {
    // Whoever kills or crashes something holds it, so that two do not do it at once.
    let chaos = Arc::new(Mutex::new(()));
    let mut parties = Vec::new();
    for (seed, table) in seeds.iter().zip(TABLES) {
        parties.push((*seed, till.party(table).await));
    }
    let tables: Vec<i64> = parties.iter().map(|(_, party)| party.phone.table_id).collect();
    let tasks: Vec<_> = parties
        .into_iter()
        .map(|(seed, party)| {
            let (till, chaos) = (till.clone(), chaos.clone());
            tokio::spawn(async move { Story::new(till, chaos, party, Seed::new(seed)).play().await })
        })
        .collect();
    for task in tasks {
        task.await.expect("a story panicked");
    }
    till.fake.faults().clear();
    till.fake.release_held();
    till.quiet().await;
    till.sweep().await;
    till.assert_balanced().await;
    let before = fingerprint(&till.app).await;
    till.sweep().await;
    assert_eq!(fingerprint(&till.app).await, before, "a second sweep changed something: seeds {seeds:?}");
    for table in tables {
        till.force_close(table).await;
    }
    tokio::time::sleep(Duration::from_millis(10)).await;
}
