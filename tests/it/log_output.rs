//! Nobody reads the log, its disk is full or its reader sleeps: whoever orders notices nothing, and every loop goes on.

use crate::{
    jobs::job,
    scene::{Staff, order, product},
};
use harness::{App, AppOptions, Output, both_modes, embedded_only, json};
use std::time::{Duration, Instant};

/// Every request says something.
fn talkative(output: Output) -> AppOptions {
    AppOptions::default().output(output).env("COMANDA_LOG", "debug")
}

/// Waits until `query` answers `wanted`.
async fn becomes(app: &App, query: &str, wanted: i64) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while app.sql_i64(query).await != wanted {
        assert!(Instant::now() < deadline, "{query} is not {wanted}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn dropped_lines(app: &App) -> f64 {
    let text = app.anonymous().get("/metrics").await.text();
    let line = text.lines().find(|line| line.starts_with("log_lines_dropped_total"));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0.0)
}

/// Waits until a job has failed twice since now.
async fn failed_again(app: &App, name: &str) {
    let failures = async || job(app, name).await["failures"].as_i64().unwrap();
    let enough = failures().await + 2;
    for _ in 0..600 {
        if failures().await >= enough {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{name} does not fail: {}", job(app, name).await);
}

/// Orders, failures that are logged, and the loops behind, all beside a log that cannot be written.
async fn the_house_works(app: &App) {
    let staff = Staff::of(app).await;
    let dish = product(app, "Provoleta").await;
    for table in ["INT-01", "INT-02", "INT-03"] {
        let phone = app.scan(table).await;
        phone.post("/api/diner/rounds/submit", order(&[dish])).await.expect(200);
    }
    // Each of these writes an error: on one connection, answered each time.
    app.sql_exec("alter table service_call rename to lost").await;
    for _ in 0..20 {
        staff.waiter.get("/api/waiter/service-calls").await.expect(500);
    }
    app.sql_exec("alter table lost rename to service_call").await;
    staff.waiter.get("/api/waiter/service-calls").await.expect(200);
    // A loop that fails each second, and says so, goes on when it can.
    app.sql_exec("alter table cart_item rename to lost").await;
    failed_again(app, "cart.settle").await;
    app.sql_exec("alter table lost rename to cart_item").await;
    let path = format!("/api/kitchen/products/{dish}/availability");
    staff.cook.patch(&path, json!({"is_available": false})).await.expect(200);
    app.sql_exec(&format!(
        "update branch_product set restricted_until = '2026-01-01 00:00:00+00:00' where product_id = {dish}"
    ))
    .await;
    let on = format!("select count(*) from branch_product where product_id = {dish} and not is_available");
    becomes(app, &on, 0).await;
    // The gateway tells it: its loops live as well.
    let phone = app.scan("INT-04").await;
    let kitchen = staff.cook.socket(app, "/ws/kitchen").await;
    phone.post("/api/diner/rounds/submit", order(&[dish])).await.expect(200);
    kitchen.wait_for("ROUND_SUBMITTED").await;
}

both_modes! {
    async fn a_closed_pipe_costs_no_answer(app: App = talkative(Output::ClosedPipe)) {
        the_house_works(&app).await;
        assert!(dropped_lines(&app).await > 0.0);
        app.stop_api();
    }

    async fn a_full_disk_costs_no_answer(app: App = talkative(Output::FullDisk)) {
        the_house_works(&app).await;
        assert!(dropped_lines(&app).await > 0.0);
        app.stop_api();
    }

    /// The pipe is full before the first line: the start, the work and the stop wait for nobody.
    async fn a_reader_that_sleeps_costs_no_answer(app: App = talkative(Output::FullPipe)) {
        the_house_works(&app).await;
        app.stop_api();
    }
}

embedded_only! {
    /// It wakes up: what was kept comes, and one line says how much did not.
    async fn a_reader_that_wakes_up_hears_what_it_missed(app: App = talkative(Output::FullPipe).env("COMANDA_LOG", "trace")) {
        // Every line names the path, so that few requests fill the queue.
        let anonymous = app.anonymous();
        let long = format!("/api/{}", "x/".repeat(4_000));
        let deadline = Instant::now() + Duration::from_secs(240);
        while dropped_lines(&app).await == 0.0 {
            anonymous.get(&long).await.expect(404);
            assert!(Instant::now() < deadline, "the queue never fills");
        }
        let heard = app.read_pipe();
        let said = || heard.lock().unwrap().windows(20).filter(|part| *part == b"these lines are lost").count();
        while said() == 0 {
            anonymous.get("/api/health").await.expect(200);
            assert!(Instant::now() < deadline, "nobody says that lines were lost");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        the_house_works(&app).await;
    }
}
