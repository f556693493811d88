//! Money near its bounds: what can be counted is exact, and what cannot is refused by name.

use crate::scene::{self, number, product};
use harness::{both_modes, json};

const HIGHEST: i64 = 1_000_000_000;
const HIGHEST_SUM: i64 = 10_000_000_000_000;

both_modes! {
    /// A price may be a thousand million of what can be paid, and not one more, through every door.
    async fn the_highest_price_is_one_of_the_currency(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        let (lemonade, branch) = (product(&app, "Limonada").await, admin.branch_ids[0]);
        let path = format!("/api/admin/products/{lemonade}");
        let priced = |cents: i64| json!({"branch_prices": [{"branch_id": branch, "price_cents": cents}]});
        admin.patch(&path, priced(HIGHEST)).await.expect(200);
        let refused = admin.patch(&path, priced(HIGHEST + 1)).await.expect(422);
        assert_eq!(refused["detail"], "branch_prices: must be at most 1000000000 hundredths of ARS");
        admin.patch(&path, priced(100 * HIGHEST + 1)).await.expect(422);
        let promotion = |cents: i64| json!({"name": format!("P{cents}"), "price_cents": cents, "start_date": "2026-01-01",
            "end_date": "2026-12-31", "branch_ids": [branch]});
        admin.post("/api/admin/promotions", promotion(HIGHEST)).await.expect(201);
        admin.post("/api/admin/promotions", promotion(HIGHEST + 1)).await.expect(422);
        app.sql_exec(&format!("update branch set currency = 'CLP' where id = {branch}")).await;
        admin.patch(&path, priced(100 * HIGHEST)).await.expect(200);
        assert_eq!(app.menu().await.price_cents("Limonada"), 100 * HIGHEST);
    }

    /// A bill grows to its bound and not beyond; every figure of it is exact to the cent.
    async fn a_bill_ends_at_the_highest_sum(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        let (lemonade, branch) = (product(&app, "Limonada").await, admin.branch_ids[0]);
        let priced = json!({"branch_prices": [{"branch_id": branch, "price_cents": HIGHEST}]});
        admin.patch(&format!("/api/admin/products/{lemonade}"), priced).await.expect(200);
        let phone = app.scan("INT-01").await;
        let order = |lines: usize, qty: i64, note: &str| {
            let line = json!({"product_id": lemonade, "qty": qty, "notes": note});
            json!({"items": vec![line; lines]})
        };
        let submit = "/api/diner/rounds/submit";
        let refused = phone.post(submit, order(102, 99, "too much at once")).await.expect(400);
        assert_eq!(refused["code"], "amount_out_of_range");
        phone.post(submit, order(101, 99, "nearly")).await.expect(200);
        let refused = phone.post(submit, order(2, 1, "one more")).await.expect(400);
        assert_eq!(refused["code"], "amount_out_of_range");
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let path = format!("/api/waiter/sessions/{}/rounds", phone.session_id);
        waiter.post(&path, order(2, 1, "one more")).await.expect(400);
        phone.post(submit, order(1, 1, "the last")).await.expect(200);
        assert_eq!(app.sql_i64("select count(*) from round").await, 2);

        let check = phone.post("/api/billing/check/request", json!({})).await.expect(200);
        assert_eq!(check["total_cents"], json!(HIGHEST_SUM));
        let quote = format!("/api/waiter/checks/{}/quote", check["check_id"]);
        let tip = |cents: i64| json!({"plan": {"method": "equal", "ways": 3}, "tips": [{"tip": {"amount_cents": cents}}]});
        for beyond in [HIGHEST_SUM + 1, i64::MAX] {
            waiter.post(&quote, tip(beyond)).await.expect(422);
        }
        let shared = waiter.post(&quote, tip(HIGHEST_SUM)).await.expect(200);
        let pay: Vec<i64> = scene::list(&shared["shares"]).iter().map(|share| number(&share["pay_cents"])).collect();
        assert_eq!(pay.iter().sum::<i64>(), HIGHEST_SUM + 3 * HIGHEST_SUM);
        let taken = json!({"check_id": check["check_id"], "amount_cents": HIGHEST_SUM, "manual_method": "CARD_PHYSICAL"});
        waiter.post("/api/waiter/payments/manual", taken).await.expect(200);
        let paid = app.sql_i64("select paid_cents from guest_check").await;
        assert_eq!((paid, number(&check["total_cents"])), (HIGHEST_SUM, HIGHEST_SUM));
    }
}
