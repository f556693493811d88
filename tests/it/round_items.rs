//! Lines of a round that go: taken out before the kitchen knows of them, struck after.

use crate::scene::{Staff, assert_stands, confirm_first, events, item, order, send, step, void};
use harness::{both_modes, duel, json};
use std::collections::BTreeSet;

both_modes! {
    /// A line goes while the kitchen does not know of it; the last one takes the round along, and its number is not
    /// reused.
    async fn a_line_is_taken_out(app: App) {
        confirm_first(&app).await;
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let round = send(&phone, &[101, 102]).await;
        let other = send(&phone, &[103]).await;
        let (first, second) = (item(&app, round, 1).await, item(&app, round, 2).await);
        let path = |item: i64| format!("/api/waiter/rounds/{round}/items/{item}");
        staff.cook.delete(&path(first)).await.expect(403);
        staff.waiter.delete(&path(item(&app, other, 1).await)).await.expect(404);
        staff.waiter.delete(&path(999_999)).await.expect(404);
        let gone = staff.waiter.delete(&path(first)).await.expect(200);
        assert_eq!((&gone["success"], &gone["round_id"], &gone["item_id"]), (&json!(true), &json!(round), &json!(first)));
        assert_eq!((&gone["remaining_items"], &gone["round_deleted"]), (&json!(1), &json!(false)));
        assert!(gone["message"].is_string());
        staff.waiter.delete(&path(first)).await.expect(404);

        step(&staff.waiter, round, "CONFIRMED").await.expect(200);
        let keyed = staff.waiter.with_header("X-Idempotency-Key", "d-1");
        let last = keyed.delete(&path(second)).await;
        assert_eq!(last.expect(200)["round_deleted"], json!(true));
        // The round is gone; whoever asks again with the key is told what was said.
        assert_eq!(keyed.delete(&path(second)).await.bytes, last.bytes);
        staff.waiter.delete(&path(second)).await.expect(404);
        staff.waiter.get(&format!("/api/kitchen/rounds/{round}")).await.expect(404);
        assert_eq!(events(&app, "ROUND_ITEM_DELETED", round).await, 2);
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM audit_log WHERE action = 'DELETE' AND entity_type = 'round_item'").await, 2);
        assert_eq!(phone.post("/api/diner/rounds/submit", order(&[104])).await.expect(200)["round_number"], json!(3));

        staff.walk(other, &["CONFIRMED", "SUBMITTED"]).await;
        let kept = item(&app, other, 1).await;
        staff.waiter.delete(&format!("/api/waiter/rounds/{other}/items/{kept}")).await.expect(400);
    }

    /// A void is told, marked and final; the last one cancels the round and takes its tickets.
    async fn items_are_voided(app: App) {
        confirm_first(&app).await;
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let round = send(&phone, &[101, 102]).await;
        let (first, second) = (item(&app, round, 1).await, item(&app, round, 2).await);
        void(&staff.waiter, first).await.expect(400);
        staff.walk(round, &["CONFIRMED", "SUBMITTED"]).await;
        let path = format!("/api/waiter/rounds/items/{first}/void");
        for bad in [json!({}), json!({"reason": ""}), json!({"reason": "x".repeat(201)})] {
            staff.waiter.patch(&path, bad).await.expect(422);
        }
        let voided = void(&staff.cook, first).await.expect(200);
        assert_eq!((&voided["success"], &voided["item_id"], &voided["round_id"]), (&json!(true), &json!(first), &json!(round)));
        assert_eq!((&voided["is_voided"], &voided["void_reason"], &voided["round_canceled"]), (&json!(true), &json!("se cayó"), &json!(false)));
        void(&staff.waiter, first).await.expect(400);
        assert_stands(&app, round, "SUBMITTED").await;
        let seen = staff.waiter.get(&format!("/api/kitchen/rounds/{round}")).await.expect(200);
        assert_eq!((&seen["items"][0]["is_voided"], &seen["items"][0]["void_reason"], &seen["items"][1]["is_voided"]), (&json!(true), &json!("se cayó"), &json!(false)));

        staff.walk(round, &["IN_KITCHEN", "READY"]).await;
        assert_eq!(void(&staff.manager, second).await.expect(200)["round_canceled"], json!(true));
        assert_stands(&app, round, "CANCELED").await;
        void(&staff.manager, second).await.expect(400);
        assert_eq!((events(&app, "ROUND_ITEM_VOIDED", round).await, events(&app, "ROUND_CANCELED", round).await), (2, 1));
        let told = "SELECT COUNT(*) FROM event WHERE type = 'ROUND_ITEM_VOIDED' AND entity LIKE '%\"round_canceled\":true,\"round_status\":\"CANCELED\"%'";
        assert_eq!(app.sql_i64(told).await, 1);
        assert_eq!(app.sql_i64("SELECT COUNT(*) FROM audit_log WHERE action = 'VOID'").await, 2);

        let served = send(&phone, &[103]).await;
        staff.walk(served, &["CONFIRMED", "SUBMITTED", "IN_KITCHEN", "READY", "SERVED"]).await;
        void(&staff.manager, item(&app, served, 1).await).await.expect(400);
    }

    /// Served or struck, never both: what is on the table is paid.
    async fn voiding_races_serving(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        for run in 0..20 {
            let round = send(&phone, &[101 + run]).await;
            staff.walk(round, &["IN_KITCHEN", "READY"]).await;
            let only = item(&app, round, 1).await;
            let (one, other) = (staff.waiter.clone(), staff.manager.clone());
            let (serve, strike) = duel(async move { step(&one, round, "SERVED").await.status }, async move { void(&other, only).await.status }).await;
            assert_eq!(BTreeSet::from([serve, strike]), BTreeSet::from([200, 400]));
            assert_stands(&app, round, if serve == 200 { "SERVED" } else { "CANCELED" }).await;
            assert_eq!(events(&app, "ROUND_SERVED", round).await, i64::from(serve == 200));
            assert_eq!(events(&app, "ROUND_ITEM_VOIDED", round).await, i64::from(strike == 200));
        }
    }
}
