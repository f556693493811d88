//! What the alerts rest on: without it nobody would be told that phones send everything twice, or that screens show an
//! old state.

use crate::scene::{Staff, number, order, step};
use harness::{App, both_modes};
use std::{collections::BTreeMap, fs, path::Path};

/// The rows of docs/metrics.md: names with their types.
fn documented() -> BTreeMap<String, String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    let text = fs::read_to_string(&page).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    rows.map(|(name, rest)| (name.to_owned(), rest.split(' ').next().unwrap_or_default().to_owned())).collect()
}

/// What a process exports: names with their types.
fn exported(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    lines.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect()
}

/// The figure of a series; 0 where it has not begun.
fn figure(text: &str, series: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.map_or(0, |figure| figure.parse().unwrap())
}

async fn of_api(app: &App) -> String {
    app.anonymous().get("/metrics").await.text()
}

both_modes! {
    /// Each repeat and each refusal counts once, and what was done once counts once.
    async fn repeats_and_refusals_are_counted(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let submit = "/api/diner/rounds/submit";
        let keyed = phone.with_header("X-Idempotency-Key", "once");
        let mut round = 0;
        for _ in 0..3 {
            round = number(&keyed.post(submit, order(&[103])).await.expect(200)["round_id"]);
        }
        keyed.post(submit, order(&[104])).await.expect(409);
        for _ in 0..2 {
            phone.post(submit, order(&[105])).await.expect(200);
        }
        // Nobody has begun it.
        step(&staff.cook, round, "READY").await.expect(400);

        let text = of_api(&app).await;
        let expected = [
            (r#"commands_total{command="round.submit",answer="new"}"#, 3),
            (r#"commands_total{command="round.submit",answer="again"}"#, 2),
            ("rounds_repeated_total", 1),
            (r#"http_problems_total{code="idempotency_key_reused"}"#, 1),
            (r#"http_problems_total{code="illegal_transition"}"#, 1),
        ];
        for (series, times) in expected {
            assert_eq!(figure(&text, series), times, "{series}\n{text}");
        }
    }

    /// What the two processes export after a little service is on the page, with its type; scripts/check-alerts
    /// compares the page with the source.
    async fn what_is_exported_is_on_the_page(app: App) {
        let (phone, page) = (app.scan("INT-01").await, documented());
        let socket = phone.socket(&app).await;
        phone.post("/api/diner/rounds/submit", order(&[103])).await.expect(200);
        socket.wait_for("ROUND_SUBMITTED").await;
        let gateway = app.anonymous().at(&app.gateway_url()).get("/ws/metrics").await.text();
        for (process, text) in [("API", of_api(&app).await), ("gateway", gateway)] {
            let exported = exported(&text);
            assert!(exported.len() > 10, "{process}: {text}");
            for (name, kind) in exported {
                assert_eq!(page.get(&name), Some(&kind), "{process}: docs/metrics.md and {name}");
            }
        }
    }
}
