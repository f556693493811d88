//! What a Saturday night does: Redis dies, processes are killed, screens come back and must know what they missed.

use crate::scene::assert_gap_free;
use harness::{App, AppOptions, DinerPhone, Mode, Socket, Value, both_modes, distributed_only, json};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

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
    /// Correctness does not rest on Redis (design.md §3).
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

    /// Nothing needs Redis to start, either: API and gateway come up without it and every event arrives by the log.
    async fn a_redis_that_never_was_costs_a_moment_and_no_event(app: App = AppOptions::default().env("REDIS_URL", "redis://127.0.0.1:1")) {
        let phone = app.scan("INT-01").await;
        let (kitchen, diner) = (kitchen_screen(&app).await, phone.socket(&app).await);
        let mut sent = Vec::new();
        for number in 0..3 {
            sent.push(send(&phone, &format!("{number}")).await);
            for screen in [&kitchen, &diner] {
                screen.wait_until_within(|events| rounds(events) == sent, Duration::from_secs(2)).await;
            }
        }
        assert!(app.anonymous().get("/api/health/detailed").await.expect(200)["status"] == "degraded");
    }

    /// Redis comes and goes while the house is busy: each event once, in order, on every screen.
    async fn a_flapping_redis_repeats_nothing_and_loses_nothing(app: App) {
        let phone = app.scan("INT-01").await;
        let (kitchen, diner) = (kitchen_screen(&app).await, phone.socket(&app).await);
        let mut sent = Vec::new();
        for turn in 0..4 {
            for number in 0..4 {
                sent.push(send(&phone, &format!("{turn} {number}")).await);
                match number {
                    1 => app.stop_redis(),
                    2 => app.start_redis(),
                    _ => tokio::time::sleep(Duration::from_millis(150)).await,
                }
            }
        }
        for screen in [&kitchen, &diner] {
            screen.wait_until_within(|events| rounds(events).len() >= sent.len(), Duration::from_secs(3)).await;
            let events = screen.quiet(Duration::from_secs(2)).await;
            assert_eq!(rounds(&events), sent, "each once, in order");
        }
    }

    /// PostgreSQL drops every connection, as a restart does: who is at work runs again, only a COMMIT in doubt is left
    /// to the client and its key; and no event is lost or doubled.
    async fn a_database_that_drops_every_connection_is_nobodys_failure(app: App) {
        let phone = app.scan("INT-01").await;
        let kitchen = kitchen_screen(&app).await;
        let mut sent = vec![send(&phone, "before").await];
        for turn in 0..5 {
            let drop_all = "select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid()";
            let keyed = phone.with_header("X-Idempotency-Key", &format!("while-{turn}"));
            let order = json!({"items": [{"product_id": 111, "qty": 1, "notes": format!("while {turn}")}]});
            let (_, mut reply) = tokio::join!(app.sql_exec(drop_all), keyed.post("/api/diner/rounds/submit", order.clone()));
            if reply.status == 503 {
                assert!(reply.header("retry-after").is_some());
                reply = keyed.post("/api/diner/rounds/submit", order).await;
            }
            sent.push(reply.expect(200)["round_id"].as_i64().unwrap());
            sent.push(send(&phone, &format!("after {turn}")).await);
        }
        kitchen.wait_until(|events| rounds(events).len() >= sent.len()).await;
        assert_eq!(rounds(&kitchen.quiet(Duration::from_millis(500)).await), sent, "each once, in order");
        assert_gap_free(&app).await;
    }

    /// SIGTERM with a request in flight: it is finished and answered, its events go out, the process ends by itself.
    async fn a_stop_lets_the_last_round_through(app: App) {
        let phone = app.scan("INT-01").await;
        let kitchen = kitchen_screen(&app).await;
        let lock = format!("begin; select id from table_session where id = {} for update; select pg_sleep(1.5); commit", phone.session_id);
        let stop = async {
            tokio::time::sleep(Duration::from_millis(600)).await;
            tokio::task::block_in_place(|| app.stop_api());
        };
        let last = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            send(&phone, "the last").await
        };
        let ((), last, ()) = tokio::join!(app.sql_exec(&lock), last, stop);
        kitchen.wait_until_within(|events| rounds(events) == [last], Duration::from_secs(3)).await;
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

    /// Phones that hang up in the middle of a request, hundreds of them: each round is there with all that belongs to
    /// it or not at all, no lock stays behind, and the screens hear exactly what the log holds.
    async fn requests_cut_off_in_the_middle_leave_all_or_nothing(app: App) {
        let phone = app.scan("INT-01").await;
        let (kitchen, diner) = (kitchen_screen(&app).await, phone.socket(&app).await);
        let address = app.api_url().trim_start_matches("http://").to_owned();
        harness::race(200, |number| {
            let (address, token) = (address.clone(), phone.token.clone());
            async move {
                let body = json!({"items": [{"product_id": 111, "qty": 1, "notes": format!("cut {number}")}]}).to_string();
                let request = format!(
                    "POST /api/diner/rounds/submit HTTP/1.1\r\nhost: x\r\nx-table-token: {token}\r\nx-idempotency-key: cut-{number}\r\n\
                     content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                let mut connection = tokio::net::TcpStream::connect(&address).await.unwrap();
                connection.write_all(request.as_bytes()).await.unwrap();
                // From before the first statement to after the answer.
                tokio::time::sleep(Duration::from_micros(700 * number as u64)).await;
            }
        })
        .await;
        let mut last = Vec::new();
        for _ in 0..3 {
            last.push(send(&phone, &format!("whole {}", last.len())).await);
        }
        let rounds_there = app.sql_i64("select count(*) from round").await;
        assert!(rounds_there >= 3);
        for (what, count) in [
            ("tickets", "select count(distinct round_id) from kitchen_ticket"),
            ("events", "select count(*) from event where type = 'ROUND_SUBMITTED'"),
            ("answers", "select 3 + count(*) from idempotency_key where status = 200"),
            ("claims", "select 3 + count(*) from idempotency_key"),
        ] {
            assert_eq!(app.sql_i64(count).await, rounds_there, "{what}");
        }
        assert_gap_free(&app).await;
        for screen in [&kitchen, &diner] {
            screen.wait_until(|events| rounds(events).contains(&last[2])).await;
            let heard = rounds(&screen.quiet(Duration::from_millis(500)).await);
            assert_eq!(i64::try_from(heard.len()).unwrap(), rounds_there);
            assert!(heard.windows(2).all(|pair| pair[0] < pair[1]), "{heard:?}");
        }
        // A key whose effect is there gives its answer; one whose effect is not does its work now: 200 rounds in the
        // end.
        for number in 0..200 {
            let order = json!({"items": [{"product_id": 111, "qty": 1, "notes": format!("cut {number}")}]});
            phone.with_header("X-Idempotency-Key", &format!("cut-{number}")).post("/api/diner/rounds/submit", order).await.expect(200);
        }
        assert_eq!(app.sql_i64("select count(*) from round").await, 203);
    }

    /// Somebody else writes for a moment: whoever comes meanwhile waits, and is not refused.
    async fn a_database_that_is_busy_is_waited_for(app: App) {
        let phone = app.scan("INT-01").await;
        let hold = match app.mode() {
            Mode::Embedded => "begin immediate; with recursive n (i) as (select 1 union all select i + 1 from n where i < 1500000) select count(*) from n; commit",
            Mode::Distributed => "begin; lock table branch_stream in exclusive mode; select pg_sleep(1.5); commit",
        };
        let sends = harness::race(20, |number| {
            let phone = phone.clone();
            async move { send(&phone, &format!("{number}")).await }
        });
        let (_, sent) = tokio::join!(app.sql_exec(hold), sends);
        assert_eq!(sent.len(), 20);
        assert_gap_free(&app).await;
    }

    /// SIGTERM: requests are finished, sockets are told to come back (1012), the process ends by itself.
    async fn an_orderly_stop_tells_the_sockets(app: App) {
        let screen = kitchen_screen(&app).await;
        app.stop_gateway();
        assert_eq!(screen.wait_closed(Duration::from_secs(10)).await, 1012);
    }
}
