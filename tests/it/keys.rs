//! Idempotency keys under fire (I7): one key on several things at once, old keys, keys of refused requests.

use crate::{
    look::table,
    scene::{Staff, assert_gap_free},
};
use harness::{both_modes, json};

both_modes! {
    /// One key of one waiter on two tables at once: one of the two happens, the other is told 409; never a deadlock
    /// that shows, never both.
    async fn one_key_on_two_tables_does_one_thing(app: App) {
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        for turn in 0..8 {
            let (one, two) = (app.scan("INT-01").await, app.scan("INT-02").await);
            let waiter = waiter.with_header("X-Idempotency-Key", &format!("both-{turn}"));
            let order = |note: &str| json!({"items": [{"product_id": 111, "qty": 1, "notes": format!("{note} {turn}")}]});
            let paths = [one.session_id, two.session_id].map(|session| format!("/api/waiter/sessions/{session}/rounds"));
            let before = app.sql_i64("select count(*) from round").await;
            let (first, second) = tokio::join!(waiter.post(&paths[0], order("one")), waiter.post(&paths[1], order("two")));
            let mut statuses = [first.status, second.status];
            statuses.sort_unstable();
            assert_eq!((statuses[0] / 100, statuses[1]), (2, 409), "{} / {}", first.text(), second.text());
            assert_eq!(app.sql_i64("select count(*) from round").await, before + 1);
        }
        assert_gap_free(&app).await;
    }

    /// A move claims its key under the tables' locks and then wants the session; a round taken with the same key holds
    /// the session and wants the key. The database sees the deadlock and one of the two runs again; nobody sees a 5xx.
    async fn a_key_shared_with_a_move_breaks_nothing(app: App) {
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let mut tables = [table(&app, "INT-05").await, table(&app, "INT-01").await];
        let session = app.scan("INT-05").await.session_id;
        let mut moves = 0;
        for turn in 0..12 {
            let waiter = waiter.with_header("X-Idempotency-Key", &format!("move-{turn}"));
            let (to, take) = (
                format!("/api/waiter/tables/{}/move-to/{}", tables[0], tables[1]),
                format!("/api/waiter/sessions/{session}/rounds"),
            );
            let order = json!({"items": [{"product_id": 111, "qty": 1, "notes": format!("{turn}")}]});
            let (moved, taken) = tokio::join!(waiter.post(&to, json!({})), waiter.post(&take, order));
            let outcome = (moved.status, taken.status);
            assert!(matches!(outcome, (200, 409) | (409, 200 | 201)), "{} / {}", moved.text(), taken.text());
            if outcome.0 == 200 {
                tables.swap(0, 1);
                moves += 1;
            }
        }
        assert_eq!(app.sql_i64("select count(*) from round").await, 12 - moves);
        assert_gap_free(&app).await;
    }

    /// A refused request leaves its key free; a key's answer is the first one's, status and media type included; a key
    /// past its day is a new one, once.
    async fn a_key_remembers_what_happened_and_nothing_else(app: App) {
        let phone = app.scan("INT-01").await.with_header("X-Idempotency-Key", "k");
        let submit = "/api/diner/rounds/submit";
        phone.post(submit, json!({"items": [{"product_id": 9999, "qty": 1}]})).await.expect(400);
        assert_eq!(app.sql_i64("select count(*) from idempotency_key").await, 0);
        let order = json!({"items": [{"product_id": 111, "qty": 1}]});
        let first = phone.post(submit, order.clone()).await;
        let again = phone.post(submit, order.clone()).await;
        assert_eq!((first.status, &first.bytes), (200, &again.bytes));
        assert_eq!((again.status, again.header("content-type")), (200, first.header("content-type")));
        phone.post(submit, json!({"items": [{"product_id": 111, "qty": 2}]})).await.expect(409);
        // Rounds keep their keys for as long as there are rounds (a unique index), so a cart shows what a day does.
        let add = json!({"product_id": 101, "quantity": 1});
        let phone = phone.with_header("X-Idempotency-Key", "line");
        let first = phone.post("/api/diner/cart/add", add.clone()).await;
        first.expect(200);
        app.sql_exec("update idempotency_key set created_at = '2026-01-01 00:00:00+00:00'").await;
        let taken = harness::race(8, |_| {
            let (phone, add) = (phone.clone(), add.clone());
            async move { phone.post("/api/diner/cart/add", add).await }
        }).await;
        assert!(taken.iter().all(|reply| reply.status == 200 && reply.bytes == taken[0].bytes));
        assert_ne!(taken[0].bytes, first.bytes);
        assert_eq!(app.sql_i64("select sum(quantity) from cart_item").await, 2);

        let staff = Staff::of(&app).await;
        let keyed = staff.manager.with_header("Idempotency-Key", "c");
        let round = app.sql_i64("select max(id) from round").await;
        let cancel = format!("/api/kitchen/rounds/{round}/cancel");
        keyed.post(&cancel, json!({})).await;
        let first = keyed.post(&cancel, json!({"reason": "no"})).await;
        let again = keyed.post(&cancel, json!({"reason": "no"})).await;
        first.expect(200);
        assert_eq!((first.status, &first.bytes, first.header("content-type")), (again.status, &again.bytes, again.header("content-type")));
        assert_gap_free(&app).await;
    }

    /// A stranger with a table's token fills no disk with keys and their answers; what was answered is answered again,
    /// and nobody else is in the way.
    async fn a_table_has_an_end_of_keys(app: App) {
        let (phone, other) = (app.scan("INT-01").await, app.scan("INT-02").await);
        let staff = Staff::of(&app).await;
        let order = |note: usize| json!({"items": [{"product_id": 111, "qty": 1, "notes": format!("nota {note}")}]});
        let submit = "/api/diner/rounds/submit";
        let keyed = phone.with_header("X-Idempotency-Key", "first");
        let first = keyed.post(submit, order(0)).await;
        first.expect(200);
        app.sql_exec(
            "insert into idempotency_key (tenant_id, caller, key, fingerprint, status, response, created_at)
             with recursive n (i) as (select 1 union all select i + 1 from n where i < 4998)
             select k.tenant_id, k.caller, 'filler-' || n.i, 'x', 200, '{}', k.created_at from idempotency_key k, n where k.key = 'first'"
        )
        .await;
        phone.with_header("X-Idempotency-Key", "last").post(submit, order(1)).await.expect(200);
        for turn in 2..5 {
            let refused = phone.with_header("X-Idempotency-Key", &format!("more-{turn}")).post(submit, order(turn)).await;
            assert_eq!((refused.status, refused.header("retry-after")), (429, Some("3600")), "{}", refused.text());
        }
        assert_eq!(app.sql_i64("select count(*) from idempotency_key").await, 5_000);
        assert_eq!(app.sql_i64("select count(*) from round").await, 2, "what was refused did not happen");
        assert_eq!(keyed.post(submit, order(0)).await.bytes, first.bytes);
        keyed.post(submit, order(9)).await.expect(409);
        phone.post(submit, order(5)).await.expect(200);
        other.with_header("X-Idempotency-Key", "first").post(submit, order(6)).await.expect(200);
        let waiter = staff.waiter.with_header("X-Idempotency-Key", "mine");
        waiter.post(&format!("/api/waiter/sessions/{}/rounds", phone.session_id), order(7)).await.expect(200);
        // A day later they are forgotten, and the table may go on.
        app.sql_exec("delete from idempotency_key where key like 'filler-%'").await;
        phone.with_header("X-Idempotency-Key", "more-2").post(submit, order(2)).await.expect(200);
        assert_gap_free(&app).await;
    }
}
