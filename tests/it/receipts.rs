//! The customer's receipt: everything is on it, nothing that people typed runs.

use crate::scene::{Staff, item, strangers, void};
use crate::till::{Party, discount, order, refund};
use harness::{both_modes, json};

both_modes! {
    /// Items, discount, payments, tip, change and what remains; by the custom of the currency.
    async fn a_receipt_shows_the_bill(app: App) {
        let staff = Staff::of(&app).await;
        app.sql_exec("update product set name = '<script>alert(1)</script>' where id = 118").await;
        app.sql_exec("update branch_product set price_cents = 123450 where product_id = 118; update branch_product set price_cents = 100 where product_id = 111").await;
        let phone = app.scan("INT-01").await;
        let round = order(&phone, &[(118, 2), (111, 1), (112, 1)]).await;
        let party = Party::of(phone).await;
        void(&staff.waiter, item(&app, round, 3).await).await.expect(200);
        discount(&staff, party.phone.session_id, "AMOUNT", 7000).await.expect(200);
        let path = format!("/api/admin/receipts/customer-receipt/{}", party.check);
        let before = staff.cook.get(&path).await;
        assert_eq!((before.status, before.header("content-type")), (200, Some("text/html; charset=utf-8")));
        let page = before.text();
        for words in ["Mesa INT-01", "2 × &lt;script&gt;alert(1)&lt;/script&gt;", "$ 2.469,00", "$ 1.234,50 c/u", "Subtotal", "$ 2.470,00",
            "− $ 70,00", "la espera", "TOTAL", "$ 2.400,00", "RESTA PAGAR", "no válido como factura"] {
            assert!(page.contains(words), "{words} in {page}");
        }
        assert!(!page.contains("<script") && !page.contains("http"), "{page}");
        let pay = json!({"check_id": party.check, "amount_cents": 240_000, "tip_cents": 24_000, "received_cents": 300_000});
        let payment = staff.waiter.post("/api/billing/cash/pay", pay).await.expect(200)["payment_id"].as_i64().unwrap();
        let page = staff.waiter.get(&path).await.text();
        for words in ["Efectivo", "$ 2.640,00", "Recibido $ 3.000,00", "Vuelto $ 360,00", "Propinas", "$ 240,00", "PAGADO"] {
            assert!(page.contains(words), "{words} in {page}");
        }
        assert!(!page.contains("RESTA PAGAR"));
        refund(&staff, payment, Some(1000)).await.expect(200);
        let page = staff.waiter.get(&path).await.text();
        assert!(page.contains("Devolución") && page.contains("− $ 10,00") && page.contains("RESTA PAGAR"), "{page}");
    }

    /// What costs nothing was served all the same; what was struck was not.
    async fn a_free_dish_is_on_the_receipt(app: App) {
        let staff = Staff::of(&app).await;
        app.sql_exec("update product set name = 'Pan de la casa' where id = 118; update product set name = 'Agua tirada' where id = 111").await;
        app.sql_exec("update branch_product set price_cents = 0 where product_id in (111, 118)").await;
        let phone = app.scan("INT-01").await;
        let round = order(&phone, &[(118, 2), (111, 1)]).await;
        void(&staff.waiter, item(&app, round, 2).await).await.expect(200);
        let asked = staff.waiter.post_empty(&format!("/api/waiter/sessions/{}/check", phone.session_id)).await.expect(200);
        assert_eq!((&asked["items_count"], &asked["total_cents"]), (&json!(2), &json!(0)));
        let page = staff.cook.get(&format!("/api/admin/receipts/customer-receipt/{}", asked["check_id"])).await.text();
        assert!(page.contains("2 × Pan de la casa") && page.contains("$ 0,00"), "{page}");
        assert!(!page.contains("Agua tirada"), "{page}");
    }

    /// Opened as a page, each printed page has its looks: the policy lets its style through, and no other one.
    async fn a_page_brings_the_policy_of_its_style(app: App) {
        let staff = Staff::of(&app).await;
        let phone = app.scan("INT-01").await;
        let round = order(&phone, &[(118, 1)]).await;
        let party = Party::of(phone).await;
        for path in [
            format!("/api/admin/receipts/customer-receipt/{}", party.check),
            format!("/api/admin/receipts/kitchen-ticket/{round}"),
            "/api/admin/receipts/daily-report/1".to_owned(),
            "/payment/success".to_owned(),
        ] {
            let reply = staff.manager.get(&path).await;
            let page = reply.text();
            let policy = reply.header("content-security-policy").unwrap_or_default();
            assert!(policy.starts_with("default-src 'self'; style-src 'sha256-"), "{path}: {policy}");
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(page.matches("<style").count(), 1, "{path}: {page}");
            assert!(!page.contains(" style=") && !page.contains("<link"), "{path}: {page}");
        }
    }

    async fn a_receipt_is_for_the_branchs_staff(app: App) {
        let staff = Staff::of(&app).await;
        let [foreign, north] = strangers(&app).await;
        let path = |check: i64| format!("/api/admin/receipts/customer-receipt/{check}");
        assert!(staff.waiter.get(&path(foreign.check)).await.expect(404)["detail"].is_string());
        staff.waiter.get(&path(north.check)).await.expect(403);
        staff.waiter.get(&path(999_999)).await.expect(404);
        app.anonymous().get(&path(1)).await.expect(401);
    }
}
