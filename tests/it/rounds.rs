//! Rounds, from the send button to the table: who may move them, in which order, and what two people do to them at
//! once.

use crate::look;
use crate::scene::{
    Staff, Stranger, assert_gap_free, assert_stands, confirm_first, events, item, number, order, product, send, step,
    strangers, tickets, void,
};
use harness::{Value, both_modes, duel, json, race};
use std::collections::BTreeSet;

const STEPS: [&str; 6] = ["CONFIRMED", "SUBMITTED", "IN_KITCHEN", "READY", "SERVED", "CANCELED"];

both_modes! {
    /// The life of a round where a waiter confirms first, each step heard once and stamped.
    async fn a_confirmed_round_lives(app: App) {
        confirm_first(&app).await;
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let sorrentinos = product(&app, "Sorrentinos de jamón y queso").await;
        let round = send(&phone, &[sorrentinos]).await;
        assert_stands(&app, round, "PENDING").await;

        let confirmed = step(&staff.waiter, round, "CONFIRMED").await.expect(200);
        assert_eq!((&confirmed["id"], &confirmed["status"], &confirmed["submitted_at"]), (&json!(round), &json!("CONFIRMED"), &json!(null)));
        assert_eq!((&confirmed["table_code"], &confirmed["table_id"]), (&json!("INT-01"), &json!(phone.table_id)));
        let line = &confirmed["items"][0];
        assert_eq!(line["id"], json!(item(&app, round, 1).await));
        assert_eq!((&line["product_id"], &line["qty"], &line["unit_price_cents"]), (&json!(sorrentinos), &json!(1), &json!(9500)));
        assert_eq!((&line["notes"], &line["is_voided"], &line["void_reason"]), (&json!(null), &json!(false), &json!(null)));
        assert_stands(&app, round, "CONFIRMED").await;
        let by = format!("SELECT COUNT(*) FROM round WHERE id = {round} AND confirmed_by_id = {} AND confirmed_at IS NOT NULL", staff.waiter.user_id);
        assert_eq!(app.sql_i64(&by).await, 1);

        for status in ["SUBMITTED", "IN_KITCHEN", "READY", "SERVED"] {
            let moved = step(staff.whose(status), round, status).await.expect(200);
            assert_eq!(moved["status"], json!(status));
            assert!(moved["submitted_at"].is_string(), "{moved}");
            assert_stands(&app, round, status).await;
        }
        for kind in ["ROUND_PENDING", "ROUND_CONFIRMED", "ROUND_SUBMITTED", "ROUND_IN_KITCHEN", "ROUND_READY", "ROUND_SERVED"] {
            assert_eq!(events(&app, kind, round).await, 1, "{kind}");
        }
        let placed = format!("SELECT COUNT(*) FROM event WHERE type LIKE 'ROUND_%' AND session_id = {} AND table_id = {} AND sector_id IS NOT NULL", phone.session_id, phone.table_id);
        assert_eq!(app.sql_i64(&placed).await, 6);
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM event WHERE type LIKE 'TICKET_%'").await, 0);
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM audit_log WHERE entity_type = 'round' AND action = 'UPDATE'").await, 5);
        let stamped = format!("SELECT COUNT(*) FROM round WHERE id = {round} AND submitted_at <= started_at AND started_at <= ready_at AND ready_at <= served_at");
        assert_eq!(app.sql_i64(&stamped).await, 1);
        assert_gap_free(&app).await;
    }

    /// Without confirmation a round is in the kitchen at once.
    async fn an_unconfirmed_round_lives(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let round = send(&phone, &[101]).await;
        assert_stands(&app, round, "SUBMITTED").await;
        staff.walk(round, &["IN_KITCHEN", "READY", "SERVED"]).await;
        assert_stands(&app, round, "SERVED").await;
        assert_eq!(events(&app, "ROUND_SUBMITTED", round).await, 1);
        assert_eq!(events(&app, "ROUND_PENDING", round).await, 0);
    }

    /// No skipping, no repeating, no way back: 400 with the state, and nothing written. A manager presses every button.
    async fn every_other_step_is_refused(app: App) {
        confirm_first(&app).await;
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let legal = |from: &str, to: &str| match from {
            "PENDING" => matches!(to, "CONFIRMED" | "CANCELED"),
            "CONFIRMED" => matches!(to, "SUBMITTED" | "CANCELED"),
            "SUBMITTED" => matches!(to, "IN_KITCHEN" | "CANCELED"),
            "IN_KITCHEN" => matches!(to, "READY" | "CANCELED"),
            "READY" => to == "SERVED",
            _ => false,
        };
        let path = ["PENDING", "CONFIRMED", "SUBMITTED", "IN_KITCHEN", "READY", "SERVED"];
        let round = send(&phone, &[101]).await;
        for (at, from) in path.iter().enumerate() {
            if at > 0 {
                step(&staff.manager, round, from).await.expect(200);
            }
            let before = app.sql_i64("SELECT COUNT(*) FROM event").await;
            for to in STEPS.iter().filter(|to| !legal(from, to)) {
                let refused = step(&staff.manager, round, to).await.expect(400);
                assert_eq!(refused["current_status"], json!(from), "{from} to {to}");
                assert!(refused["detail"].is_string());
            }
            assert_eq!(app.sql_i64("SELECT COUNT(*) FROM event").await, before);
            assert_stands(&app, round, from).await;
        }
        let canceled = send(&phone, &[102]).await;
        step(&staff.manager, canceled, "CANCELED").await.expect(200);
        for to in STEPS {
            step(&staff.manager, canceled, to).await.expect(400);
        }
        assert_stands(&app, canceled, "CANCELED").await;
    }

    /// The state is judged before the role; then WAITER confirms, submits, serves, KITCHEN starts and bumps.
    async fn each_role_has_its_steps(app: App) {
        confirm_first(&app).await;
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let round = send(&phone, &[101]).await;
        step(&staff.cook, round, "READY").await.expect(400);
        for (status, no) in [
            ("CONFIRMED", &staff.cook),
            ("SUBMITTED", &staff.cook),
            ("IN_KITCHEN", &staff.waiter),
            ("READY", &staff.waiter),
            ("SERVED", &staff.cook),
        ] {
            step(no, round, status).await.expect(403);
            if status != "SERVED" {
                for lowly in [&staff.waiter, &staff.cook] {
                    if status != "READY" || lowly.user_id == staff.waiter.user_id {
                        step(lowly, round, "CANCELED").await.expect(403);
                        let cancel = format!("/api/kitchen/rounds/{round}/cancel");
                        lowly.post(&cancel, json!({"reason": "no"})).await.expect(403);
                    }
                }
            }
            step(staff.whose(status), round, status).await.expect(200);
        }
        staff.waiter.post_empty(&format!("/api/kitchen/rounds/{round}/recall")).await.expect(403);
        app.anonymous().post(&format!("/api/kitchen/rounds/{round}/status"), json!({"status": "READY"})).await.expect(401);
        phone.post(&format!("/api/kitchen/rounds/{round}/status"), json!({"status": "READY"})).await.expect(401);
        for body in [json!({"status": "CANCELED"}), json!({"status": "PENDING"}), json!({"status": "DRAFT"}), json!({"status": "ready"}), json!({"status": null}), json!({}), json!([])] {
            staff.manager.post(&format!("/api/kitchen/rounds/{round}/status"), body).await.expect(422);
        }
        staff.manager.post("/api/kitchen/rounds/999999/status", json!({"status": "READY"})).await.expect(404);
        staff.manager.post("/api/kitchen/rounds/x/status", json!({"status": "READY"})).await.expect(422);
    }

    /// A manager cancels with a reason; the kitchen's tickets go, and a ready round cannot be canceled.
    async fn a_manager_cancels(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let round = send(&phone, &[101]).await;
        let cancel = format!("/api/kitchen/rounds/{round}/cancel");
        for bad in [json!({}), json!({"reason": " "}), json!({"reason": "x".repeat(201)})] {
            staff.manager.post(&cancel, bad).await.expect(422);
        }
        let canceled = staff.manager.post(&cancel, json!({"reason": "se fueron"})).await.expect(200);
        assert_eq!(canceled["status"], json!("CANCELED"));
        assert_stands(&app, round, "CANCELED").await;
        assert_eq!(events(&app, "ROUND_CANCELED", round).await, 1);
        staff.manager.post(&cancel, json!({"reason": "otra vez"})).await.expect(409);
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM audit_log WHERE action = 'CANCEL'").await, 1);
        assert_eq!(staff.cook.get("/api/kitchen/tickets").await.expect(200)["stations"], json!([]));

        let ready = send(&phone, &[102]).await;
        staff.walk(ready, &["IN_KITCHEN", "READY"]).await;
        let refused = staff.manager.post(&format!("/api/kitchen/rounds/{ready}/cancel"), json!({"reason": "no"})).await.expect(409);
        assert_eq!(refused["current_status"], json!("READY"));
    }

    /// Of two who confirm one wins; a bump and a cancellation exclude each other; the log tells what happened, no more.
    async fn two_press_at_once(app: App) {
        confirm_first(&app).await;
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        for run in 0..20 {
            let round = send(&phone, &[101 + run]).await;
            let (one, other) = (staff.waiter.clone(), staff.manager.clone());
            let (a, b) = duel(async move { step(&one, round, "CONFIRMED").await.status }, async move { step(&other, round, "CONFIRMED").await.status }).await;
            assert_eq!(BTreeSet::from([a, b]), BTreeSet::from([200, 400]));
            assert_eq!(events(&app, "ROUND_CONFIRMED", round).await, 1);

            staff.walk(round, &["SUBMITTED", "IN_KITCHEN"]).await;
            let (one, other) = (staff.cook.clone(), staff.manager.clone());
            let (bump, cancel) = duel(async move { step(&one, round, "READY").await.status }, async move { step(&other, round, "CANCELED").await.status }).await;
            assert_eq!(BTreeSet::from([bump, cancel]), BTreeSet::from([200, 400]));
            assert_stands(&app, round, if bump == 200 { "READY" } else { "CANCELED" }).await;
            assert_eq!((events(&app, "ROUND_READY", round).await, events(&app, "ROUND_CANCELED", round).await), (i64::from(bump == 200), i64::from(cancel == 200)));
        }
        assert_gap_free(&app).await;
    }

    /// A confirmation after the cancellation is refused; before it, it is undone by it. Never the other way round.
    async fn confirming_races_cancelling(app: App) {
        confirm_first(&app).await;
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        for run in 0..20 {
            let round = send(&phone, &[101 + run]).await;
            let (one, other) = (staff.waiter.clone(), staff.manager.clone());
            let (confirm, cancel) = duel(async move { step(&one, round, "CONFIRMED").await.status }, async move { step(&other, round, "CANCELED").await.status }).await;
            assert_eq!(cancel, 200);
            assert_stands(&app, round, "CANCELED").await;
            assert_eq!(events(&app, "ROUND_CONFIRMED", round).await, i64::from(confirm == 200), "answered {confirm}");
            let last = format!("SELECT COUNT(*) FROM event WHERE type = 'ROUND_CANCELED' AND entity LIKE '%\"round_id\":{round},%' AND seq = (SELECT MAX(seq) FROM event)");
            assert_eq!(app.sql_i64(&last).await, 1);
        }
    }

    /// Twenty phones send different orders at the same moment: numbers 1 to 20, nothing lost, no hole in the stream.
    async fn twenty_orders_at_once_are_twenty_rounds(app: App) {
        for (run, code) in look::TABLES.into_iter().enumerate() {
            let phone = app.scan(code).await;
            let sent = race(20, |index| {
                let phone = phone.clone();
                async move { phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 101, "qty": index + 1}]})).await.expect(200) }
            })
            .await;
            let numbers: BTreeSet<_> = sent.iter().map(|round| number(&round["round_number"])).collect();
            assert_eq!(numbers, (1..=20).collect(), "{code}");
            let so_far = 20 * (run as i64 + 1);
            assert_eq!(app.sql_i64("SELECT COUNT(*) FROM kitchen_ticket").await, so_far);
            assert_eq!(app.sql_i64("SELECT COUNT(*) FROM event WHERE type = 'ROUND_SUBMITTED'").await, so_far);
            assert_gap_free(&app).await;
        }
    }

    /// A phone that resends is heard once, with a key and without, and told the same each time.
    async fn fifty_times_the_same_order_is_one_round(app: App) {
        let mut sent = 0;
        for code in look::TABLES {
            for key in [Some("k-1"), None] {
                let phone = app.scan(code).await;
                let phone = key.map_or_else(|| (*phone).clone(), |key| phone.with_header("X-Idempotency-Key", key));
                let product = if key.is_some() { 103 } else { 104 };
                let replies = race(50, |_| {
                    let phone = phone.clone();
                    async move { phone.post("/api/diner/rounds/submit", order(&[product])).await }
                })
                .await;
                let mut answers: Vec<_> = replies.iter().map(|reply| reply.expect(200)).collect();
                // Under a key the first answer comes byte for byte; without one all others say that they repeat it.
                let first = if key.is_some() {
                    assert!(replies.iter().all(|reply| reply.bytes == replies[0].bytes));
                    answers.remove(0)
                } else {
                    let made = answers.iter().position(|answer| answer["repeated"] == Value::Null).expect("a first one");
                    let mut first = answers.remove(made);
                    first["repeated"] = json!(true);
                    first
                };
                assert!(answers.iter().all(|answer| *answer == first), "{answers:?}");
                sent += 1;
                assert_eq!(app.sql_i64("SELECT COUNT(*) FROM round").await, sent, "{code} {key:?}");
                assert_eq!(app.sql_i64("SELECT COUNT(*) FROM event WHERE type = 'ROUND_SUBMITTED'").await, sent);
            }
        }
        let phone = app.scan("INT-01").await.with_header("X-Idempotency-Key", "k-1");
        phone.post("/api/diner/rounds/submit", order(&[105])).await.expect(409);
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM round").await, sent);
    }

    /// A waiter's order is in the kitchen at once, leaves the diners' cart alone and is heard once.
    async fn a_waiter_takes_an_order(app: App) {
        confirm_first(&app).await;
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let bife = product(&app, "Bife de chorizo").await;
        app.sql_exec(&format!(
            "INSERT INTO cart_item (tenant_id, session_id, diner_id, product_id, quantity, created_at)
             SELECT tenant_id, {}, {}, {bife}, 2, '2026-01-01T00:00:00+00:00' FROM branch LIMIT 1", phone.session_id, phone.diner_id)).await;
        let path = format!("/api/waiter/sessions/{}/rounds", phone.session_id);
        let body = json!({"items": [{"product_id": bife, "qty": 2, "notes": "jugoso", "diner_index": 0}, {"product_id": 101, "qty": 1, "diner_index": 1}], "notes": "apuro"});
        let taken = staff.waiter.post(&path, body.clone()).await;
        let answer = taken.expect(200);
        let round = number(&answer["round_id"]);
        let total = 2 * 15_000 + app.sql_i64("SELECT price_cents FROM branch_product WHERE product_id = 101").await;
        assert_eq!(answer, json!({"session_id": phone.session_id, "round_id": round, "round_number": 1, "status": "SUBMITTED",
            "submitted_by": "WAITER", "submitted_by_waiter_id": staff.waiter.user_id, "items_count": 2, "total_cents": total}));
        assert_stands(&app, round, "SUBMITTED").await;
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM cart_item").await, 1);
        assert_eq!(events(&app, "ROUND_SUBMITTED", round).await, 1);
        assert_eq!(app.sql_i64(&format!("SELECT COUNT(*) FROM event WHERE type = 'ROUND_SUBMITTED' AND actor_id = {} AND actor_role = 'WAITER'", staff.waiter.user_id)).await, 1);
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM event WHERE type = 'CART_CLEARED'").await, 0);
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM audit_log WHERE action = 'CREATE' AND entity_type = 'round'").await, 1);

        assert_eq!(staff.waiter.post(&path, body.clone()).await.bytes, taken.bytes);
        // Another place at the table, another person: another order.
        let mut elsewhere = body.clone();
        elsewhere["items"][0]["diner_index"] = json!(2);
        assert_eq!(staff.waiter.post(&path, elsewhere).await.expect(200)["round_number"], json!(2));
        assert_eq!(staff.manager.post(&path, body.clone()).await.expect(200)["round_number"], json!(3));
        let keyed = staff.waiter.with_header("X-Idempotency-Key", "w-1");
        let replies = race(10, |_| { let (keyed, path, body) = (keyed.clone(), path.clone(), body.clone()); async move { keyed.post(&path, body).await } }).await;
        assert!(replies.iter().all(|reply| reply.status == 200 && reply.bytes == replies[0].bytes));
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM round").await, 4);
    }

    /// What a waiter cannot order, and where.
    async fn a_waiters_order_is_checked(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let path = format!("/api/waiter/sessions/{}/rounds", phone.session_id);
        staff.cook.post(&path, order(&[101])).await.expect(403);
        for bad in [json!({"items": []}), json!({"items": [{"product_id": 101, "qty": 0}]}), json!({"items": [{"product_id": 101, "qty": 100}]}),
            json!({"items": [{"product_id": 101, "qty": 1, "diner_index": -1}]}), json!({}), json!({"items": [{"product_id": 101, "qty": 1}], "notes": "x".repeat(501)})] {
            staff.waiter.post(&path, bad).await.expect(422);
        }
        staff.waiter.post(&path, order(&[99_999])).await.expect(400);
        app.sql_exec(&format!("UPDATE table_session SET status = 'PAYING' WHERE id = {}", phone.session_id)).await;
        staff.waiter.post(&path, order(&[101])).await.expect(404);
        staff.waiter.post("/api/waiter/sessions/999999/rounds", order(&[101])).await.expect(404);
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM round").await, 0);
    }

    /// The same command twice with one key is one change and one answer, also when the second comes while the first
    /// runs.
    async fn every_command_honours_its_key(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let round = send(&phone, &[101, 102]).await;
        let twice = async |who: &harness::Caller, method: &str, path: String, body: harness::Value| {
            let who = who.with_header("X-Idempotency-Key", &format!("{method} {path} {body}").replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
            let method = harness::reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
            let replies = race(4, |_| {
                let (who, path, method, body) = (who.clone(), path.clone(), method.clone(), body.to_string());
                async move { who.send(method, &path, "application/json", body).await }
            }).await;
            for reply in &replies {
                reply.expect(200);
                assert_eq!(reply.bytes, replies[0].bytes, "{path}");
            }
        };
        let status = format!("/api/kitchen/rounds/{round}/status");
        twice(&staff.cook, "POST", status.clone(), json!({"status": "IN_KITCHEN"})).await;
        twice(&staff.cook, "POST", format!("/api/kitchen/rounds/{round}/recall"), json!({})).await;
        twice(&staff.waiter, "PATCH", format!("/api/waiter/rounds/items/{}/void", item(&app, round, 1).await), json!({"reason": "x"})).await;
        let ticket = app.sql_i64(&format!("SELECT id FROM kitchen_ticket WHERE round_id = {round}")).await;
        twice(&staff.cook, "PATCH", format!("/api/kitchen/tickets/{ticket}/status"), json!({"status": "IN_PROGRESS"})).await;
        twice(&staff.manager, "POST", format!("/api/kitchen/rounds/{round}/cancel"), json!({"reason": "x"})).await;
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM audit_log WHERE action <> 'LOGIN'").await, 5);
        // The ticket is gone with its round; its own command still answers as it did, a new one does not find it.
        twice(&staff.cook, "PATCH", format!("/api/kitchen/tickets/{ticket}/status"), json!({"status": "IN_PROGRESS"})).await;
        staff.cook.patch(&format!("/api/kitchen/tickets/{ticket}/status"), json!({"status": "READY"})).await.expect(404);
        let reused = staff.cook.with_header("X-Idempotency-Key", "one");
        let other = send(&phone, &[103]).await;
        step_with(&reused, other, "IN_KITCHEN").await.expect(200);
        step_with(&reused, other, "READY").await.expect(409);
        assert_stands(&app, other, "IN_KITCHEN").await;
    }

    /// Another business does not exist, another branch is forbidden; nothing of either changes.
    async fn strangers_are_out_of_reach(app: App) {
        let staff = Staff::of(&app).await;
        let [foreign, north] = strangers(&app).await;
        for (Stranger { session, round, item, ticket, .. }, refusal) in [(foreign, 404), (north, 403)] {
            let who = &staff.manager;
            step(who, round, "IN_KITCHEN").await.expect(refusal);
            who.post(&format!("/api/kitchen/rounds/{round}/cancel"), json!({"reason": "x"})).await.expect(refusal);
            who.post_empty(&format!("/api/kitchen/rounds/{round}/recall")).await.expect(refusal);
            who.post_empty(&format!("/api/kitchen/rounds/{round}/tickets")).await.expect(refusal);
            who.get(&format!("/api/kitchen/rounds/{round}")).await.expect(refusal);
            who.get(&format!("/api/kitchen/tickets/{ticket}")).await.expect(refusal);
            who.patch(&format!("/api/kitchen/tickets/{ticket}/status"), json!({"status": "IN_PROGRESS"})).await.expect(refusal);
            who.delete(&format!("/api/waiter/rounds/{round}/items/{item}")).await.expect(refusal);
            void(who, item).await.expect(refusal);
            who.post(&format!("/api/waiter/sessions/{session}/rounds"), order(&[101])).await.expect(refusal);
            assert_stands(&app, round, "SUBMITTED").await;
            assert_eq!(tickets(&app, round).await, 1);
        }
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM event").await, 0);
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM round").await, 2);
    }
}

async fn step_with(who: &harness::Caller, round: i64, status: &str) -> harness::Reply {
    who.post(&format!("/api/kitchen/rounds/{round}/status"), json!({ "status": status })).await
}
