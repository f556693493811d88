//! What bad input gets: a clear error of the right status, nothing changed, nothing leaked, no 5xx
//! (diner-waiter.md §1.7, §6.3).

use harness::{Data, DinerPhone, Frame, Message, OpCode, Socket, both_modes, json, reqwest::Method};
use std::time::Duration;

async fn submit(phone: &DinerPhone, body: &str) -> harness::Reply {
    phone.send(Method::POST, "/api/diner/rounds/submit", "application/json", body.to_owned()).await
}

both_modes! {
    async fn a_bad_round_changes_nothing(app: App) {
        let phone = app.scan("INT-01").await;
        let long = format!(r#"{{"items":[{{"product_id":111,"qty":1,"notes":"{}"}}]}}"#, "x".repeat(601));
        let many = format!(r#"{{"items":[{}]}}"#, vec![r#"{"product_id":111,"qty":1}"#; 201].join(","));
        let refused = [
            (r#"{"items":["#, 422),
            ("not json", 422),
            (r#"{"items":"all"}"#, 422),
            (r#"{"items":[]}"#, 422),
            ("{}", 422),
            ("", 422),
            (r#"{"items":[{"product_id":111,"qty":0}]}"#, 422),
            (r#"{"items":[{"product_id":111,"qty":100}]}"#, 422),
            (r#"{"items":[{"product_id":111,"qty":-1}]}"#, 422),
            (r#"{"items":[{"product_id":111,"qty":1.5}]}"#, 422),
            (r#"{"items":[{"product_id":111,"qty":"2"}]}"#, 422),
            (r#"{"items":[{"product_id":"111","qty":2}]}"#, 422),
            (r#"{"items":[{"product_id":99999999999999999999,"qty":2}]}"#, 422),
            (r#"{"items":[{"product_id":111,"qty":1,"notes":"a\u0000b"}]}"#, 422),
            (r#"{"items":[{"product_id":1,"qty":1}]}"#, 400),
            (r#"{"items":[{"product_id":-7,"qty":1}]}"#, 400),
            (&long, 422),
            (&many, 422),
        ];
        for (body, status) in refused {
            let error = submit(&phone, body).await.expect(status);
            assert!(error["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{error}");
            assert!(error["code"].is_string(), "{error}");
        }
        assert_eq!(app.sql_i64("select count(*) from round").await, 0);
        assert_eq!(app.sql_i64("select count(*) from event where type like 'ROUND%'").await, 0);
    }

    async fn a_dish_that_is_off_or_has_no_price_is_named(app: App) {
        let phone = app.scan("INT-01").await;
        app.sql_exec("update branch_product set is_available = false where product_id = 111; delete from branch_product where product_id = 112").await;
        let error = submit(&phone, r#"{"items":[{"product_id":101,"qty":1},{"product_id":111,"qty":1}]}"#).await.expect(400);
        assert!(error["detail"].as_str().is_some_and(|detail| detail.contains("Empanada de carne")), "{error}");
        submit(&phone, r#"{"items":[{"product_id":112,"qty":1}]}"#).await.expect(400);
        assert_eq!(app.sql_i64("select count(*) from round").await, 0);
    }

    async fn a_closed_session_takes_nothing_and_logs_nobody_out(app: App) {
        let phone = app.scan("INT-01").await;
        app.sql_exec("update table_session set status = 'CLOSED'").await;
        let error = submit(&phone, r#"{"items":[{"product_id":111,"qty":1}]}"#).await.expect(400);
        assert_eq!(error["current_status"], json!("CLOSED"));
        phone.post("/api/diner/register", json!({"name": "Ana", "color": "#112233"})).await.expect(400);
    }

    async fn tokens_open_only_their_own_doors(app: App) {
        let phone = app.scan("INT-01").await;
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let anonymous = app.anonymous();
        let order = json!({"items": [{"product_id": 111, "qty": 1}]});
        let mut forged = phone.token.clone();
        forged.replace_range(forged.len() - 6.., "AAAAAA");
        for token in ["", "x", "a.b.c", forged.as_str(), waiter.access_token.as_str()] {
            anonymous.with_header("X-Table-Token", token).post("/api/diner/rounds/submit", order.clone()).await.expect(401);
        }
        anonymous.post("/api/diner/rounds/submit", order.clone()).await.expect(401);
        for token in ["", "x", phone.token.as_str(), waiter.refresh_token.as_str()] {
            anonymous.with_header("Authorization", &format!("Bearer {token}")).get("/api/waiter/tables?branch_id=1").await.expect(401);
        }
        let kitchen = app.login("kitchen@demo.com", "kitchen123").await;
        kitchen.get("/api/waiter/tables?branch_id=1").await.expect(403);
    }

    async fn odd_requests_get_plain_answers(app: App) {
        let phone = app.scan("INT-01").await;
        let anonymous = app.anonymous();
        anonymous.get("/api/nowhere").await.expect(404);
        anonymous.get("/api/diner/rounds/submit").await.expect(405);
        let detail = anonymous.post_empty("/api/tables/abc/session").await.expect(422)["detail"].clone();
        assert!(detail.as_str().unwrap().starts_with("table_id: "), "{detail}");
        anonymous.post_empty("/api/tables/999999/session").await.expect(404);
        anonymous.post_empty("/api/tables/code/NOPE/session?branch_slug=centro").await.expect(404);
        anonymous.post_empty("/api/tables/code/INT-01/session?branch_slug=nowhere").await.expect(404);
        phone.send(Method::POST, "/api/diner/rounds/submit", "text/plain", "hello").await.expect(415);
        submit(&phone, &format!(r#"{{"items":[],"x":"{}"}}"#, "x".repeat(300_000))).await.expect(413);
        let keyed = phone.with_header("X-Idempotency-Key", &"k".repeat(256));
        keyed.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 111, "qty": 1}]})).await.expect(400);
    }

    async fn a_browser_may_read_errors_too(app: App) {
        let page = app.anonymous().with_header("Origin", "http://localhost:5176");
        let refused = page.post("/api/diner/rounds/submit", json!({})).await;
        refused.expect(401);
        assert_eq!(refused.header("access-control-allow-origin"), Some("http://localhost:5176"));
        assert_eq!(refused.header("access-control-allow-credentials"), Some("true"));
        assert!(refused.header("x-request-id").is_some());
        assert_eq!(refused.header("x-content-type-options"), Some("nosniff"));
        let stranger = app.anonymous().with_header("Origin", "http://evil.example").get("/api/health").await;
        assert_eq!(stranger.header("access-control-allow-origin"), None);
    }

    async fn a_refused_socket_is_told_why(app: App) {
        let close = async |path: &str| Socket::connect(&app.ws_url(), path).await.wait_closed(Duration::from_secs(5)).await;
        let phone = app.scan("INT-01").await;
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        assert_eq!(close("/ws/waiter").await, 4001);
        assert_eq!(close("/ws/waiter?token=nonsense").await, 4001);
        assert_eq!(close(&format!("/ws/waiter?token={}", waiter.refresh_token)).await, 4001);
        assert_eq!(close(&format!("/ws/waiter?token={}", phone.token)).await, 4001);
        assert_eq!(close(&format!("/ws/diner?table_token={}", waiter.access_token)).await, 4001);
    }

    /// Nobody hears of a message that never ends, so its parts are counted: a peer may not send them for ever.
    async fn a_message_without_an_end_is_cut(app: App) {
        let part = |first: bool, last: bool, text: &'static str| {
            let kind = if first { Data::Text } else { Data::Continue };
            Message::Frame(Frame::message(text, OpCode::Data(kind), last))
        };
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let phone = app.scan("INT-01").await;
        for path in [format!("/ws/waiter?token={}", waiter.access_token), format!("/ws/diner?table_token={}", phone.token)] {
            let endless = Socket::connect(&app.ws_url(), &path).await;
            endless.send_raw(part(true, false, "x")).await;
            // Slowly enough for any rate.
            for _ in 0..40 {
                endless.send_raw(part(false, false, "")).await;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert_eq!(endless.wait_closed(Duration::from_secs(5)).await, 4029, "{path}");
            let fast = Socket::connect(&app.ws_url(), &path).await;
            for _ in 0..10 {
                fast.send_raw(Message::Pong(Vec::new().into())).await;
                fast.send_raw(part(true, false, "a")).await;
                fast.send_raw(part(false, true, "b")).await;
                fast.send_raw(Message::Pong(Vec::new().into())).await;
            }
            assert_eq!(fast.wait_closed(Duration::from_secs(5)).await, 4029, "{path}");
            // A message in parts is a message.
            let honest = Socket::connect(&app.ws_url(), &path).await;
            for text in ["{\"type\"", ":", "", "\"ping"] {
                honest.send_raw(part(text.starts_with('{'), false, text)).await;
            }
            honest.send_raw(part(false, true, "\"}")).await;
            honest.wait_until(|_| honest.pongs() == 1).await;
        }
    }

    async fn a_flooding_socket_is_cut(app: App) {
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let flood = waiter.socket(&app, "/ws/waiter").await;
        for _ in 0..31 {
            flood.send_raw(Message::text(r#"{"type":"ping"}"#)).await;
        }
        assert_eq!(flood.wait_closed(Duration::from_secs(5)).await, 4029);
        let large = waiter.socket(&app, "/ws/waiter").await;
        large.send_raw(Message::text("x".repeat(65 * 1024 + 1))).await;
        assert_eq!(large.wait_closed(Duration::from_secs(5)).await, 1009);
        let binary = waiter.socket(&app, "/ws/waiter").await;
        binary.send_raw(Message::binary(vec![1, 2, 3])).await;
        assert_eq!(binary.wait_closed(Duration::from_secs(5)).await, 1003);
        let spaced = waiter.socket(&app, "/ws/waiter").await;
        spaced.send_raw(Message::text(r#"{ "type" : "ping" }"#)).await;
        spaced.ping().await;
        spaced.wait_until(|_| spaced.pongs() == 2).await;
    }
}
