//! Kills in the middle of service: what was acknowledged is there once, what was not is there once after its
//! retry.

use crate::{doctor::assert_whole, scene::assert_gap_free};
use harness::{App, AppOptions, DinerPhone, Mode, amount, both_modes, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Kills in one run, unless `COMANDA_KILLS` says otherwise, as `scripts/soak crashes` does.
const KILLS: u64 = 20;

/// A number generator that needs nothing but its seed, so that a run can be played again.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        // Numerical Recipes' constants; the high bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Orders one portion after the other, each under a key of its own and again and again until it is answered, until told
/// to stop. The rounds it was told of, in order.
async fn guest(phone: DinerPhone, name: usize, stop: Arc<AtomicBool>) -> Vec<i64> {
    let mut rounds = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let keyed = phone.with_header("X-Idempotency-Key", &format!("guest-{name}-{}", rounds.len()));
        let order = json!({"items": [{"product_id": 111, "qty": 1, "notes": format!("{name}-{}", rounds.len())}]});
        loop {
            let body = order.to_string();
            let path = "/api/diner/rounds/submit";
            match keyed.try_send(harness::reqwest::Method::POST, path, "application/json", body).await {
                Ok(reply) if reply.status == 200 => {
                    rounds.push(reply.json()["round_id"].as_i64().unwrap());
                    break;
                }
                Ok(reply) => assert_eq!(reply.status, 503, "{}", reply.text()),
                Err(_) => {}
            }
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }
    rounds
}

async fn kill_again_and_again(app: &App, stop: &AtomicBool) {
    let seed = amount("COMANDA_SEED", std::process::id().into());
    eprintln!("COMANDA_SEED={seed}");
    let mut chance = Chance(seed);
    for kill in 0..amount("COMANDA_KILLS", KILLS) {
        tokio::time::sleep(Duration::from_millis(30 + chance.below(400))).await;
        let full = app.mode() == Mode::Embedded && kill % 4 == 1;
        if full {
            app.disk().fill(&app.pids().0);
            tokio::time::sleep(Duration::from_millis(chance.below(600))).await;
            // Half of the time there is room again before the kill, so that it meets a program that has recovered.
            if kill % 8 == 1 {
                app.disk().free(&app.pids().0);
                tokio::time::sleep(Duration::from_millis(chance.below(400))).await;
            }
        }
        app.kill9_api();
        if full && kill % 8 != 1 {
            app.disk().free(&[]);
        }
        app.restart_api().await;
    }
    stop.store(true, Ordering::Relaxed);
}

both_modes! {
    /// Kill -9 again and again, full disks among them in embedded mode, four guests ordering all the while.
    async fn kills_lose_and_double_nothing(app: App = AppOptions::default().small_disk(64)) {
        let stop = Arc::new(AtomicBool::new(false));
        let mut phones = Vec::new();
        for table in ["INT-01", "INT-02", "INT-03", "INT-04"] {
            phones.push(app.scan(table).await);
        }
        let guests = harness::race(phones.len(), |name| guest(phones[name].clone(), name, stop.clone()));
        let (told, ()) = tokio::join!(guests, kill_again_and_again(&app, &stop));
        for (name, rounds) in told.iter().enumerate() {
            assert!(!rounds.is_empty(), "guest {name} ate");
            let notes = format!("select cast(round_id as text) from round_item where notes like '{name}-%'");
            let mut there: Vec<i64> = app.sql_texts(&notes).await.iter().map(|id| id.parse().unwrap()).collect();
            there.sort_unstable();
            assert_eq!(&there, rounds, "guest {name}: each portion once, in order");
        }
        let total: usize = told.iter().map(Vec::len).sum();
        let total = i64::try_from(total).unwrap();
        assert_eq!(app.sql_i64("select count(distinct round_id) from kitchen_ticket").await, total);
        assert_eq!(app.sql_i64("select count(*) from event where type = 'ROUND_SUBMITTED'").await, total);
        assert_gap_free(&app).await;
        assert_whole(&app);
    }
}
