//! An 86 that ends by itself, and portions that are counted: the last one is sold once.

use crate::scene::{Staff, assert_gap_free, item, number, order, product, send, step, void};
use harness::{App, AppOptions, Reply, Value, both_modes, json, race};
use std::time::Duration;

fn path(product: i64) -> String {
    format!("/api/kitchen/products/{product}/availability")
}

/// `(available, remaining or -1)` as the row says.
async fn left(app: &App, product: i64) -> (bool, i64) {
    let row = async |what: &str| {
        app.sql_i64(&format!("select {what} from branch_product where product_id = {product}")).await
    };
    (row("case when is_available then 1 else 0 end").await == 1, row("coalesce(remaining, -1)").await)
}

async fn told(app: &App) -> i64 {
    app.sql_i64("select count(*) from event where type = 'PRODUCT_AVAILABILITY_CHANGED'").await
}

fn from_now(seconds: i64) -> Value {
    #[expect(clippy::disallowed_methods, reason = "the program under test goes by the machine's clock")]
    let at = chrono::Utc::now() + chrono::TimeDelta::seconds(seconds);
    json!(at.to_rfc3339())
}

async fn available(app: &App, name: &str) -> bool {
    app.menu().await.product(name)["is_available"] == true
}

async fn wait_until_told(app: &App, times: i64) {
    for _ in 0..100 {
        if told(app).await >= times {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nobody was told");
}

both_modes! {
    /// Two hundred orders from twenty tables for seven portions.
    async fn the_last_portion_is_sold_once(app: App) {
        let staff = Staff::of(&app).await;
        let id = product(&app, "Provoleta").await;
        let rows: Vec<String> = (0..20).map(|n| format!(
            "insert into dining_table (tenant_id, branch_id, code, capacity, status, is_active, created_at)
                 select tenant_id, id, 'R-{n:02}', 4, 'FREE', true, created_at from branch where slug = 'centro'")).collect();
        app.sql_exec(&rows.join(";")).await;
        let mut phones = Vec::new();
        for n in 0..20 {
            phones.push(app.scan(&format!("R-{n:02}")).await);
        }
        let said = staff.cook.patch(&path(id), json!({"is_available": true, "remaining": 7})).await.expect(200);
        assert_eq!((&said["remaining"], &said["is_available"]), (&json!(7), &json!(true)));
        let replies = race(200, |n| {
            let phone = phones[n % phones.len()].clone().keyed(&format!("racer-{n}"));
            async move { patient(|| phone.post("/api/diner/rounds/submit", order(&[id]))).await }
        })
        .await;
        let sold = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(sold, 7);
        for reply in replies.iter().filter(|reply| reply.status != 200) {
            assert_eq!((reply.status, &reply.json()["code"]), (400, &json!("product_unavailable")));
        }
        assert_eq!(app.sql_i64(&format!("select sum(qty) from round_item where product_id = {id}")).await, 7);
        assert_eq!(left(&app, id).await, (false, 0));
        assert_eq!(told(&app).await, 1);
        assert!(!available(&app, "Provoleta").await);
        assert_gap_free(&app).await;
    }

    /// Orders of several counted dishes in any order of lines: nobody waits in a circle, nobody sells what is not
    /// there.
    async fn orders_of_two_counted_dishes_do_not_lock_each_other_out(app: App) {
        let staff = Staff::of(&app).await;
        let (one, other) = (product(&app, "Provoleta").await, product(&app, "Limonada").await);
        for id in [one, other] {
            staff.cook.patch(&path(id), json!({"is_available": true, "remaining": 10})).await.expect(200);
        }
        let mut phones = Vec::new();
        for code in ["INT-01", "INT-02", "TER-01", "TER-02"] {
            phones.push(app.scan(code).await);
        }
        let replies = race(40, |n| {
            let phone = phones[n % phones.len()].clone().keyed(&format!("racer-{n}"));
            let both = if n % 2 == 0 { [one, other] } else { [other, one] };
            async move { patient(|| phone.post("/api/diner/rounds/submit", order(&both))).await.status }
        })
        .await;
        assert_eq!(replies.iter().filter(|status| **status == 200).count(), 10);
        assert_eq!((left(&app, one).await, left(&app, other).await), ((false, 0), (false, 0)));
        assert_eq!(told(&app).await, 2);
    }

    async fn a_count_goes_down_and_what_nobody_began_goes_back(app: App) {
        let staff = Staff::of(&app).await;
        let id = product(&app, "Provoleta").await;
        staff.cook.patch(&path(id), json!({"is_available": true, "remaining": 3})).await.expect(200);
        assert_eq!(told(&app).await, 0, "a count is nobody's business but the kitchen's");
        let phone = app.scan("INT-01").await;
        let screen = phone.socket(&app).await;
        let many = |qty: i64| json!({"items": [{"product_id": id, "qty": qty}, {"product_id": id, "qty": 1, "notes": "sin orégano"}]});
        let refused = phone.post("/api/diner/rounds/submit", many(3)).await.expect(400);
        assert_eq!((&refused["code"], &refused["detail"]), (&json!("not_enough_left"), &json!("Only 3 of Provoleta left")));
        assert_eq!(phone.post("/api/diner/cart/add", json!({"product_id": id, "quantity": 4})).await.expect(400)["code"], "not_enough_left");
        let round = number(&phone.post("/api/diner/rounds/submit", many(2)).await.expect(200)["round_id"]);
        assert_eq!(left(&app, id).await, (false, 0));
        assert_eq!(screen.wait_for("PRODUCT_AVAILABILITY_CHANGED").await["entity"], json!({"product_id": id, "is_available": false}));

        // Two portions are struck before anybody began: they can be sold again, and the house hears of it.
        void(&staff.waiter, item(&app, round, 1).await).await.expect(200);
        assert_eq!((left(&app, id).await, told(&app).await), ((true, 2), 2));
        assert!(available(&app, "Provoleta").await);
        // What the kitchen has begun is gone, whatever becomes of it.
        step(&staff.cook, round, "IN_KITCHEN").await.expect(200);
        void(&staff.waiter, item(&app, round, 2).await).await.expect(200);
        assert_eq!(left(&app, id).await, (true, 2));
        // A round that is canceled, by either button, gives all of it back.
        let round = send(&phone, &[id]).await;
        assert_eq!(left(&app, id).await, (true, 1));
        staff.manager.post(&format!("/api/kitchen/rounds/{round}/cancel"), json!({"reason": "se fueron"})).await.expect(200);
        assert_eq!(left(&app, id).await, (true, 2));
        let round = send(&phone, &[id, 101]).await;
        step(&staff.manager, round, "CANCELED").await.expect(200);
        assert_eq!(left(&app, id).await, (true, 2));
        // A waiter's order takes like a diner's.
        let taken = json!({"items": [{"product_id": id, "qty": 2}]});
        staff.waiter.post(&format!("/api/waiter/sessions/{}/rounds", phone.session_id), taken).await;
        assert_eq!((left(&app, id).await, told(&app).await), ((false, 0), 3));
        // "It is back" ends a count that has run out.
        staff.cook.patch(&path(id), json!({"is_available": true})).await.expect(200);
        assert_eq!(left(&app, id).await, (true, -1));
    }

    async fn a_line_taken_out_before_the_kitchen_knows_goes_back(app: App) {
        crate::scene::confirm_first(&app).await;
        let staff = Staff::of(&app).await;
        let id = product(&app, "Provoleta").await;
        staff.cook.patch(&path(id), json!({"is_available": true, "remaining": 1})).await.expect(200);
        let round = send(&app.scan("INT-01").await, &[id]).await;
        assert_eq!(left(&app, id).await, (false, 0));
        let line = item(&app, round, 1).await;
        staff.waiter.delete(&format!("/api/waiter/rounds/{round}/items/{line}")).await.expect(200);
        assert_eq!((left(&app, id).await, told(&app).await), ((true, 1), 2));
    }

    /// The clock brings it back, for menus and orders at once; that the house hears of it takes a second or two.
    async fn an_86_ends_by_itself(app: App = AppOptions::default().api_processes(2)) {
        let staff = Staff::of(&app).await;
        let id = product(&app, "Provoleta").await;
        let phone = app.scan("INT-01").await;
        let said = staff.cook.patch(&path(id), json!({"is_available": false, "until": from_now(3)})).await.expect(200);
        assert!(said["until"].is_string());
        let shown = app.menu().await.product("Provoleta").clone();
        assert_eq!((&shown["is_available"], &shown["available_from"]), (&json!(false), &said["until"]));
        phone.post("/api/diner/rounds/submit", order(&[id])).await.expect(400);
        wait_until_told(&app, 2).await;
        assert!(available(&app, "Provoleta").await);
        assert_eq!(left(&app, id).await, (true, -1));
        phone.post("/api/diner/rounds/submit", order(&[id])).await.expect(200);
        assert_eq!(told(&app).await, 2, "two processes tell it once");

        // Correct without anybody having written it down: the end is long past, and the row still says otherwise.
        app.sql_exec(&format!(
            "update branch_product set is_available = false, remaining = 0, restricted_until = '2026-01-01 00:00:00+00:00' where product_id = {id};
             update branch set menu_version = menu_version + 1")).await;
        assert!(available(&app, "Provoleta").await);
        phone.post("/api/diner/cart/add", json!({"product_id": id})).await.expect(200);
    }

    async fn what_contradicts_itself_is_refused(app: App) {
        let staff = Staff::of(&app).await;
        let id = product(&app, "Provoleta").await;
        for (wrong, field) in [
            (json!({"is_available": true, "remaining": 0}), "remaining"),
            (json!({"is_available": true, "remaining": -1}), "remaining"),
            (json!({"is_available": true, "remaining": 10_000}), "remaining"),
            (json!({"is_available": true, "remaining": "many"}), "remaining"),
            (json!({"is_available": true, "until": from_now(60)}), "until"),
            (json!({"is_available": false, "until": from_now(-60)}), "until"),
            (json!({"is_available": false, "until": from_now(400 * 86_400)}), "until"),
            (json!({"is_available": false, "until": "tomorrow"}), "until"),
            (json!({"remaining": 5}), "is_available"),
        ] {
            let refused = staff.cook.patch(&path(id), wrong.clone()).await.expect(422);
            assert!(refused["detail"].as_str().unwrap().contains(field), "{wrong}: {refused}");
        }
        assert_eq!((left(&app, id).await, told(&app).await), ((true, -1), 0));
        let both = json!({"is_available": true, "remaining": 5, "until": from_now(3600)});
        let said = staff.cook.patch(&path(id), both).await.expect(200);
        assert!(said["until"].is_string() && said["remaining"] == 5);
        let plain = staff.cook.patch(&path(id), json!({"is_available": true, "remaining": null})).await.expect(200);
        assert_eq!(plain.as_object().unwrap().len(), 3, "{plain}");
    }
}

/// Comes again as long as the house is too busy.
async fn patient<Asked: Future<Output = Reply>>(ask: impl Fn() -> Asked) -> Reply {
    loop {
        let reply = ask().await;
        if reply.status != 503 {
            return reply;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
