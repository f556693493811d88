//! What a Saturday night does: Redis dies, processes are killed, screens come back and must know what they missed.

use harness::{App, AppOptions, DinerPhone, Socket, Value, both_modes, distributed_only, json};
use std::time::Duration;

async fn send(phone: &DinerPhone, note: &str) -> i64 {
    let order = json!({"items": [{"product_id": 111, "qty": 1, "notes": note}]});
    let round = phone.post("/api/diner/rounds/submit", order).await.expect(200);
    round["round_id"].as_i64().expect("a round id")
}

fn rounds(events: &[Value]) -> Vec<i64> {
    let submitted = events.iter().filter(|event| event["type"] == "ROUND_SUBMITTED");
    submitted.filter_map(|event| event["entity"]["round_id"].as_i64()).collect()
}

fn last_seq(events: &[Value]) -> i64 {
    events.iter().filter_map(|event| event["seq"].as_i64()).max().unwrap_or(0)
}

async fn kitchen_screen(app: &App) -> Socket {
    app.login("kitchen@demo.com", "kitchen123").await.socket(app, "/ws/kitchen").await
}

distributed_only! {
    /// Correctness does not rest on Redis (DESIGN §3).
    async fn a_dead_redis_costs_a_moment_and_no_event(app: App) {
        let phone = app.scan("INT-01").await;
        let (kitchen, diner) = (kitchen_screen(&app).await, phone.socket(&app).await);
        let mut sent = vec![send(&phone, "before").await];
        kitchen.wait_until(|events| rounds(events) == sent).await;

        app.stop_redis();
        for number in 0..5 {
            sent.push(send(&phone, &format!("without {number}")).await);
        }
        for screen in [&kitchen, &diner] {
            screen.wait_until_within(|events| rounds(events) == sent, Duration::from_secs(2)).await;
        }

        app.start_redis();
        for number in 0..5 {
            sent.push(send(&phone, &format!("after {number}")).await);
        }
        for screen in [&kitchen, &diner] {
            screen.wait_until(|events| rounds(events).len() >= sent.len()).await;
            let events = screen.quiet(Duration::from_secs(3)).await;
            assert_eq!(rounds(&events), sent, "each once, in order");
        }
    }

    /// Two API processes commit to one branch at once and publish out of order; screens at two gateways see one order.
    async fn two_of_everything_is_one_stream(app: App = AppOptions::default().api_processes(2).gateway_processes(2)) {
        let phone = app.scan("INT-01").await;
        let token = app.login("admin@demo.com", "admin123").await.access_token;
        let mut screens = Vec::new();
        for gateway in 0..2 {
            screens.push(Socket::connect(&app.ws_url_at(gateway), &format!("/ws/admin?token={token}")).await);
        }
        let sent = harness::race(20, |number| {
            let phone = phone.at(&app.api_url_at(number % 2));
            async move {
                let order = json!({"items": [{"product_id": 111, "qty": 1, "notes": format!("{number}")}]});
                phone.post("/api/diner/rounds/submit", order).await.expect(200)["round_number"].as_i64()
            }
        })
        .await;
        let mut numbers: Vec<_> = sent.into_iter().flatten().collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
        let mut seen = Vec::new();
        for screen in &screens {
            screen.wait_until(|events| rounds(events).len() >= 20).await;
            let events = screen.quiet(Duration::from_millis(500)).await;
            let seqs: Vec<_> = events.iter().filter_map(|event| event["seq"].as_i64()).collect();
            assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]), "{seqs:?}");
            seen.push(rounds(&events));
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0].len(), 20);
    }
}

both_modes! {
    /// kill -9 of API and gateway in the middle: whoever comes back with `after` ends like one that never left.
    async fn a_killed_server_is_nobodys_gap(app: App) {
        let phone = app.scan("INT-01").await;
        let token = app.login("kitchen@demo.com", "kitchen123").await.access_token;
        let screen = kitchen_screen(&app).await;
        let mut sent = vec![send(&phone, "one").await, send(&phone, "two").await];
        let mut seen = screen.wait_until(|events| rounds(events).len() >= 2).await;

        app.kill9_gateway();
        app.kill9_api();
        app.restart_api().await;
        sent.push(send(&phone, "nobody is listening").await);
        app.restart_gateway().await;
        sent.push(send(&phone, "nobody is back yet").await);

        let after = last_seq(&seen);
        let path = format!("/ws/kitchen?token={token}&after={after}");
        let again = Socket::connect(&app.ws_url(), &path).await;
        sent.push(send(&phone, "live again").await);
        again.wait_until(|events| rounds(events).len() >= 3).await;
        seen.extend(again.quiet(Duration::from_millis(500)).await);
        assert_eq!(rounds(&seen), sent, "no gap, no double");

        let fresh = Socket::connect(&app.ws_url(), &format!("/ws/kitchen?token={token}&after=0")).await;
        fresh.wait_until(|events| rounds(events).len() >= sent.len()).await;
        assert_eq!(rounds(&fresh.quiet(Duration::from_millis(300)).await), sent, "a screen that reads everything");
    }

    /// An answer that was lost in the crash is fetched with the key: one round, the same bytes.
    async fn a_retry_across_a_crash_is_the_same_round(app: App) {
        let phone = app.scan("INT-03").await.with_header("X-Idempotency-Key", "crash-1");
        let order = json!({"items": [{"product_id": 111, "qty": 2}]});
        let first = phone.post("/api/diner/rounds/submit", order.clone()).await;
        first.expect(200);
        app.kill9_api();
        app.restart_api().await;
        let again = phone.post("/api/diner/rounds/submit", order).await;
        again.expect(200);
        assert_eq!(first.bytes, again.bytes);
        assert_eq!(app.sql_i64("select count(*) from round").await, 1);
        assert_eq!(app.sql_i64("select count(*) from kitchen_ticket").await, 1);
    }

    /// SIGTERM: requests are finished, sockets are told to come back (1012), the process ends by itself.
    async fn an_orderly_stop_tells_the_sockets(app: App) {
        let screen = kitchen_screen(&app).await;
        app.stop_gateway();
        assert_eq!(screen.wait_closed(Duration::from_secs(10)).await, 1012);
    }
}
