//! A house moves from its file to PostgreSQL between two evenings.
//!
//! The invariants that may break here: I3 (clients read again), I7 (a key's first answer), I8 (the ledger's sums), I10
//! (what was acknowledged is there).

use crate::{
    doctor::{assert_whole, evening},
    scene::{list, order, product},
};
use harness::{App, Database, Mode, Process, Value, embedded_only, free_port, json};
use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::task::block_in_place;

/// A PostgreSQL database without a table.
async fn empty(app: &App) -> Database {
    Database::empty(Mode::Distributed, app.data_directory().to_owned()).await
}

fn moved(app: &App, to: &Database) -> (bool, String) {
    block_in_place(|| app.try_operate_with(&[("COMANDA_MOVE_TO", to.url().unwrap().as_str())], &["move"]))
}

/// A server over that database, and where it answers.
async fn start(app: &App, database: &Database) -> (Process, String) {
    let ports = [(); 2].map(|()| format!("127.0.0.1:{}", free_port()));
    let url = database.url().unwrap().to_string();
    let variables = [("DATABASE_URL", url.as_str()), ("COMANDA_API_ADDR", &ports[0]), ("COMANDA_WS_ADDR", &ports[1])];
    let (process, said) = app.start_another("moved", &variables).await;
    assert!(process.exited().is_none(), "{said}");
    (process, format!("http://{}", ports[0]))
}

/// The rows of that table.
async fn rows(database: &Database, table: &str) -> i64 {
    database.sql_i64(&format!("select count(*) from {table}")).await
}

embedded_only! {
    /// Everything is there, the same keys get the same answers, and the next ids follow the last.
    async fn a_house_goes_on_in_postgresql(app: App) {
        let played = evening(&app).await;
        let dish = product(&app, "Provoleta").await;
        let keyed = played.eating.clone().keyed("before the move");
        let first = keyed.post("/api/diner/rounds/submit", order(&[dish])).await.expect(200);
        // What points to rows that come later in the registry, and ids whose rows are gone.
        let admin = app.login("admin@demo.com", "admin123").await;
        admin.delete(&format!("/api/admin/products/{}", product(&app, "Limonada").await)).await.expect(204);
        let tables = ["round", "round_item", "payment", "allocation", "audit_log", "event", "deletion", "session_phone"];
        let mut before = Vec::new();
        for table in tables {
            before.push(app.sql_i64(&format!("select count(*) from {table}")).await);
        }
        assert!(before.iter().all(|rows| *rows > 0), "{before:?}");
        let linked = "select count(*) from session_phone where diner_id is not null";
        let linked_before = app.sql_i64(linked).await;
        let target = empty(&app).await;
        let (done, said) = moved(&app, &target);
        assert!(!done && said.contains("another Comanda serves"), "{said}");
        app.kill9_api();
        let (done, said) = moved(&app, &target);
        assert!(done && said.contains("round_item: ") && said.contains("sha256"), "{said}");
        for (table, before) in tables.iter().zip(&before) {
            assert_eq!(rows(&target, table).await, *before, "{table}");
        }
        assert_eq!(target.sql_i64(linked).await, linked_before);

        let (server, api) = start(&app, &target).await;
        let there = app.anonymous().at(&api);
        let phone = played.eating.at(&api);
        let again = phone.with_header("X-Idempotency-Key", "before the move");
        assert_eq!(again.post("/api/diner/rounds/submit", order(&[dish])).await.expect(200), first, "the key's first answer");
        let next: Value = phone.post("/api/diner/rounds/submit", order(&[dish, dish])).await.expect(200);
        assert!(next["round_id"].as_i64() > first["round_id"].as_i64(), "{next} after {first}");
        let waiter = there.post("/api/auth/login", json!({"email": "waiter@demo.com", "password": "waiter123"})).await;
        assert_eq!(waiter.status, 200, "{}", waiter.text());
        let rounds = phone.get(&format!("/api/diner/session/{}/rounds", played.eating.session_id)).await.expect(200);
        assert!(list(&rounds).iter().any(|round| round["id"] == first["round_id"]), "{rounds}");
        server.kill9();
        let url = target.url().unwrap().to_string();
        let (_, said) = block_in_place(|| app.try_operate_with(&[("DATABASE_URL", &url)], &["doctor", "--json", "--deep"]));
        let report = serde_json::Deserializer::from_str(&said).into_iter::<Value>().next().unwrap().unwrap();
        assert_eq!((&report["deep"]["complete"], &report["deep"]["findings"]), (&json!(true), &json!([])), "{report:#}");

        // A second time there is a house already; the file is as it was.
        let (done, said) = moved(&app, &target);
        assert!(!done && said.contains("overwrites nothing"), "{said}");
        app.restart_api().await;
        assert_whole(&app);
    }

    /// Killed at any moment, it leaves nothing or everything, and after nothing it can be run again.
    async fn a_killed_move_leaves_nothing(app: App) {
        evening(&app).await;
        app.kill9_api();
        let whole = [app.sql_i64("select count(*) from tenant").await, app.sql_i64("select count(*) from round_item").await];
        let target = empty(&app).await;
        for millis in [200, 500, 900, 1_500] {
            let mut child = spawned(&app, &target);
            tokio::time::sleep(Duration::from_millis(millis)).await;
            child.kill().unwrap();
            child.wait().unwrap();
            let found = found(&target).await;
            assert!(found == [0, 0] || found == whole, "{found:?} of {whole:?}");
            if found == whole {
                return;
            }
        }
        let (done, said) = moved(&app, &target);
        assert!(done, "{said}");
        assert_eq!(found(&target).await, whole);
    }
}

/// Starts `comanda move` to there.
fn spawned(app: &App, to: &Database) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_comanda"));
    command.arg("move").current_dir(app.data_directory()).env("COMANDA_DATA_DIR", app.data_directory());
    command.env("COMANDA_MOVE_TO", to.url().unwrap().as_str()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// The businesses and lines of rounds there, once nobody is connected any more: a killed process's transaction ends
/// with its connection.
async fn found(target: &Database) -> [i64; 2] {
    let others = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
    let deadline = Instant::now() + Duration::from_secs(60);
    while target.sql_i64(others).await > 0 {
        assert!(Instant::now() < deadline, "a connection stays");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let tables = "select count(*) from pg_tables where schemaname = 'public' and tablename in ('tenant', 'round_item')";
    if target.sql_i64(tables).await < 2 {
        return [0, 0];
    }
    [rows(target, "tenant").await, rows(target, "round_item").await]
}
