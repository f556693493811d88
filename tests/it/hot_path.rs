//! Submitting a round is at most seven round trips to PostgreSQL, BEGIN and COMMIT included, whatever the number of
//! items (decisions/022); counted on the wire.

use harness::{App, AppOptions, DinerPhone, Value, distributed_only, json};

fn order(lines: usize, note: &str) -> Value {
    let items: Vec<_> = (0..lines)
        .map(|line| json!({"product_id": 101 + line % 30, "qty": 1, "notes": format!("{note} {line}")}))
        .collect();
    json!({"items": items})
}

/// The round trips of one submission once statements are prepared. The pool's ping when a connection comes back is
/// not the round's: it happens after the answer.
async fn round_trips(app: &App, phone: &DinerPhone, lines: usize, key: Option<&str>) -> Vec<String> {
    let phone = key.map_or_else(|| (**phone).clone(), |key| phone.with_header("X-Idempotency-Key", key));
    let note = key.unwrap_or("none");
    app.wire().reset();
    phone.post("/api/diner/rounds/submit", order(lines, note)).await.expect(200);
    app.wire().round_trips().into_iter().filter(|trip| trip != "ping").collect()
}

distributed_only! {
    async fn a_round_takes_at_most_seven_round_trips(app: App = AppOptions::default().count_round_trips().env("COMANDA_DB_POOL", "1")) {
        let phone = app.scan("INT-01").await;
        for lines in [1, 2] {
            round_trips(&app, &phone, lines, None).await;
            round_trips(&app, &phone, lines, Some(&format!("warm-{lines}"))).await;
        }
        let few = round_trips(&app, &phone, 3, None).await;
        let many = round_trips(&app, &phone, 60, None).await;
        assert_eq!(few.len(), many.len(), "the number of items must not count: {many:#?}");
        assert!(many.len() <= 7, "{} round trips without a key: {many:#?}", many.len());
        let keyed = round_trips(&app, &phone, 60, Some("measured")).await;
        assert!(keyed.len() <= 6, "{} round trips with a key: {keyed:#?}", keyed.len());
    }
}
