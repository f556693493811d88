//! A diner calls; exactly one waiter comes.

use crate::look;
use harness::{both_modes, duel, json, race};

both_modes! {
    /// The call's whole life, with the ids and the place that screens and bells go by.
    async fn a_call_is_heard_taken_and_done(app: App) {
        let phone = app.scan("INT-02").await;
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let made = phone.post_empty("/api/diner/service-call").await.expect(200);
        let id = made["id"].as_i64().unwrap();
        assert_eq!((&made["type"], &made["status"]), (&json!("WAITER_CALL"), &json!("OPEN")));
        assert_eq!((&made["table_code"], &made["table_id"], &made["session_id"]), (&json!("INT-02"), &json!(phone.table_id), &json!(phone.session_id)));
        assert!(made["acked_at"].is_null() && made["acked_by_user_id"].is_null());

        // The same kind again is a reminder, another kind is another call.
        assert_eq!(phone.post("/api/diner/service-call", json!({"type": "WAITER_CALL"})).await.expect(200), made);
        let help = phone.post("/api/diner/service-call", json!({"type": "PAYMENT_HELP"})).await.expect(200);
        assert_ne!(help["id"], made["id"]);
        let here = format!("entity like '%\"call_id\":{id},%' and table_id = {} and session_id = {} and sector_id is not null", phone.table_id, phone.session_id);
        assert_eq!(look::events(&app, "SERVICE_CALL_CREATED", &here).await, 2);

        let taken = waiter.post_empty(&format!("/api/waiter/service-calls/{id}/acknowledge")).await.expect(200);
        assert_eq!((&taken["status"], &taken["acked_by_user_id"]), (&json!("ACKED"), &json!(waiter.user_id)));
        assert!(taken["acked_at"].is_string());
        let listed = waiter.get("/api/waiter/service-calls").await.expect(200);
        assert_eq!(listed, json!([taken, help]));
        // A taken call does not stand in the way of a new one.
        let next = phone.post_empty("/api/diner/service-call").await.expect(200);
        assert_ne!(next["id"], made["id"]);

        let done = waiter.post_empty(&format!("/api/waiter/service-calls/{id}/resolve")).await.expect(200);
        assert_eq!((&done["status"], &done["acked_at"]), (&json!("CLOSED"), &taken["acked_at"]));
        waiter.post_empty(&format!("/api/waiter/service-calls/{id}/resolve")).await.expect(400);
        waiter.post_empty(&format!("/api/waiter/service-calls/{id}/acknowledge")).await.expect(400);
        for kind in ["SERVICE_CALL_ACKED", "SERVICE_CALL_CLOSED"] {
            let by = format!("{here} and actor_role = 'WAITER' and actor_id = {}", waiter.user_id);
            assert_eq!(look::events(&app, kind, &by).await, 1, "{kind}");
        }
        assert_eq!(look::audited(&app, "service_call", id).await, 2);
    }

    /// What must be refused.
    async fn calls_are_refused_where_they_must_be(app: App) {
        let phone = app.scan("INT-03").await;
        let there = look::elsewhere(&app).await;
        let (waiter, admin) = (app.login("waiter@demo.com", "waiter123").await, app.login("admin@demo.com", "admin123").await);
        phone.post("/api/diner/service-call", json!({"type": "BILL"})).await.expect(422);
        app.anonymous().post_empty("/api/diner/service-call").await.expect(401);
        for verb in ["acknowledge", "resolve"] {
            waiter.post_empty(&format!("/api/waiter/service-calls/{}/{verb}", there.call)).await.expect(404);
            admin.post_empty(&format!("/api/waiter/service-calls/{}/{verb}", there.foreign_call)).await.expect(404);
            admin.post_empty(&format!("/api/waiter/service-calls/777777/{verb}")).await.expect(404);
            app.login("kitchen@demo.com", "kitchen123").await.post_empty(&format!("/api/waiter/service-calls/1/{verb}")).await.expect(403);
        }
        assert_eq!(app.sql_i64("select count(*) from service_call where status <> 'OPEN'").await, 0);
        waiter.post_empty(&format!("/api/waiter/tables/{}/close", phone.table_id)).await.expect(200);
        phone.post_empty("/api/diner/service-call").await.expect(400);
        admin.post_empty(&format!("/api/waiter/service-calls/{}/acknowledge", there.call)).await.expect(200);
    }

    /// A repeated key answers byte for byte and does nothing; with another request it is refused.
    async fn a_repeated_key_does_nothing_twice(app: App) {
        let phone = app.scan("INT-04").await;
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let keyed = phone.with_header("X-Idempotency-Key", "call-1");
        let first = keyed.post("/api/diner/service-call", json!({"type": "OTHER"})).await;
        let id = first.expect(200)["id"].as_i64().unwrap();
        assert_eq!(keyed.post("/api/diner/service-call", json!({"type": "OTHER"})).await.bytes, first.bytes);
        keyed.post("/api/diner/service-call", json!({"type": "PAYMENT_HELP"})).await.expect(409);
        assert_eq!(look::events(&app, "SERVICE_CALL_CREATED", "true").await, 1);

        let keyed = waiter.with_header("Idempotency-Key", "ack-1");
        let path = format!("/api/waiter/service-calls/{id}/acknowledge");
        let (one, other) = duel(
            { let (keyed, path) = (keyed.clone(), path.clone()); async move { keyed.post_empty(&path).await } },
            { let (keyed, path) = (keyed.clone(), path.clone()); async move { keyed.post_empty(&path).await } },
        ).await;
        one.expect(200);
        assert_eq!((one.status, &one.bytes), (other.status, &other.bytes));
        assert_eq!(look::events(&app, "SERVICE_CALL_ACKED", "true").await, 1);
        assert_eq!(look::audited(&app, "service_call", id).await, 1);
    }

    /// Ten thumbs on one button.
    async fn a_table_that_calls_at_once_makes_one_call(app: App) {
        let phone = app.scan("INT-05").await;
        let answers = race(10, |_| {
            let phone = phone.clone();
            async move { phone.post_empty("/api/diner/service-call").await.expect(200)["id"].clone() }
        }).await;
        assert!(answers.iter().all(|id| *id == answers[0]), "{answers:?}");
        assert_eq!(app.sql_i64("select count(*) from service_call").await, 1);
    }

    /// Two waiters run to one table: one has it, the other is told.
    async fn exactly_one_waiter_takes_a_call(app: App = harness::AppOptions::default().api_processes(2)) {
        let phone = app.scan("INT-01").await;
        let waiters = [app.login("waiter@demo.com", "waiter123").await, app.login("ana@demo.com", "ana123").await];
        for run in 0..25 {
            let id = phone.post_empty("/api/diner/service-call").await.expect(200)["id"].as_i64().unwrap();
            let path = format!("/api/waiter/service-calls/{id}/acknowledge");
            let mut statuses = race(2, |index| {
                let (waiter, path) = (waiters[index].clone(), path.clone());
                async move { waiter.post_empty(&path).await.status }
            }).await;
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 400], "run {run}");
            let event = format!("entity like '%\"call_id\":{id},%'");
            assert_eq!(look::events(&app, "SERVICE_CALL_ACKED", &event).await, 1, "run {run}");
        }
    }

    /// One waiter takes the call while another ends it: whatever the order, it ends once and is never taken afterwards.
    async fn taking_races_ending(app: App) {
        let phone = app.scan("INT-01").await;
        let (one, other) = (app.login("waiter@demo.com", "waiter123").await, app.login("ana@demo.com", "ana123").await);
        for run in 0..20 {
            let id = phone.post_empty("/api/diner/service-call").await.expect(200)["id"].as_i64().unwrap();
            let (one, other) = (one.clone(), other.clone());
            let (taken, ended) = duel(
                async move { one.post_empty(&format!("/api/waiter/service-calls/{id}/acknowledge")).await.status },
                async move { other.post_empty(&format!("/api/waiter/service-calls/{id}/resolve")).await.status },
            ).await;
            assert_eq!(ended, 200, "run {run}");
            assert!(matches!(taken, 200 | 400), "run {run}: {taken}");
            let event = format!("entity like '%\"call_id\":{id},%'");
            assert_eq!(look::events(&app, "SERVICE_CALL_ACKED", &event).await, i64::from(taken == 200), "run {run}");
            let closed = format!("select count(*) from service_call where id = {id} and status = 'CLOSED' and (acked_at is not null) = {}", taken == 200);
            assert_eq!(app.sql_i64(&closed).await, 1, "run {run}");
            let last = format!("select count(*) from event where type = 'SERVICE_CALL_CLOSED' and {event} and seq = (select max(seq) from event where {event})");
            assert_eq!(app.sql_i64(&last).await, 1, "run {run}");
        }
    }
}
