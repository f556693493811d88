//! The orders page: what is under way, without what was struck.

use crate::look::centro;
use crate::scene::{Staff, item, list, number, product, strangers, void};
use crate::till::order;
use harness::{Value, both_modes, json};

fn ids(orders: &Value) -> Vec<i64> {
    list(orders).iter().map(|order| number(&order["id"])).collect()
}

both_modes! {
    async fn orders_are_those_under_way(app: App) {
        let staff = Staff::of(&app).await;
        let none = staff.waiter.get("/api/admin/orders/stats").await.expect(200);
        assert_eq!(none, json!({"total_active": 0, "pending": 0, "in_kitchen": 0, "ready": 0}));
        assert_eq!(staff.waiter.get("/api/admin/orders").await.expect(200), json!([]));
        let phone = app.scan("INT-01").await;
        let dish = product(&app, "Bife de chorizo").await;
        let body = json!({"items": [{"product_id": dish, "qty": 2, "notes": "jugoso", "diner_id": phone.diner_id}, {"product_id": 101, "qty": 1}]});
        let first = number(&phone.post("/api/diner/rounds/submit", body).await.expect(200)["round_id"]);
        let mut rounds = vec![first];
        for products in [[(111, 1)], [(112, 1)], [(113, 1)], [(114, 1)]] {
            rounds.push(order(&phone, &products).await);
        }
        let [_, cooking, ready, served, canceled] = rounds[..] else { panic!("five rounds") };
        staff.walk(cooking, &["IN_KITCHEN"]).await;
        staff.walk(ready, &["IN_KITCHEN", "READY"]).await;
        staff.walk(served, &["IN_KITCHEN", "READY", "SERVED"]).await;
        staff.walk(canceled, &["CANCELED"]).await;
        void(&staff.waiter, item(&app, first, 2).await).await.expect(200);

        let listed = staff.cook.get("/api/admin/orders").await.expect(200);
        assert_eq!(ids(&listed), [first, cooking, ready]);
        let part = staff.cook.get("/api/admin/orders?limit=1&offset=1").await;
        assert_eq!(ids(&part.expect(200)), [cooking]);
        let links = ["next\", </api/admin/orders?limit=1&offset=0>; rel=\"prev", "</api/admin/orders?limit=1&offset=2>; rel=\"next\""];
        assert!(links.iter().all(|link| part.header("link").is_some_and(|told| told.contains(link))), "{:?}", part.header("link"));
        assert_eq!(ids(&staff.cook.get("/api/admin/orders?limit=5&status_filter=READY").await.expect(200)), [ready]);
        staff.cook.get("/api/admin/orders?limit=0").await.expect(422);
        let price = app.sql_i64(&format!("select price_cents from branch_product where product_id = {dish}")).await;
        let submitted_at = listed[0]["submitted_at"].clone();
        assert!(submitted_at.is_string());
        assert_eq!(listed[0], json!({"id": first, "round_number": 1, "status": "SUBMITTED", "table_id": phone.table_id, "table_code": "INT-01",
            "branch_id": centro(&app).await, "branch_name": "Sucursal Centro", "session_id": phone.session_id, "submitted_at": submitted_at,
            "total_cents": 2 * price, "items": [{"id": item(&app, first, 1).await, "product_id": dish, "product_name": "Bife de chorizo",
                "qty": 2, "unit_price_cents": price, "customizations": [], "notes": "jugoso", "diner_name": "Diner 1"}]}));
        let stats = staff.manager.get("/api/admin/orders/stats").await.expect(200);
        assert_eq!(stats, json!({"total_active": 3, "pending": 1, "in_kitchen": 1, "ready": 1}));
        for (filter, expected) in [("SUBMITTED", vec![first]), ("IN_KITCHEN", vec![cooking]), ("READY", vec![ready]),
            ("SERVED", vec![first, cooking, ready]), ("nonsense", vec![first, cooking, ready]), ("", vec![first, cooking, ready])] {
            let listed = staff.manager.get(&format!("/api/admin/orders?status_filter={filter}")).await.expect(200);
            assert_eq!(ids(&listed), expected, "{filter}");
        }
    }

    async fn orders_are_the_callers_branches(app: App) {
        let staff = Staff::of(&app).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        let [foreign, north] = strangers(&app).await;
        let own = order(&app.scan("INT-01").await, &[(111, 1)]).await;
        assert_eq!(ids(&staff.manager.get("/api/admin/orders").await.expect(200)), [own]);
        assert_eq!(ids(&admin.get("/api/admin/orders").await.expect(200)), [north.round, own]);
        assert_eq!(ids(&admin.get(&format!("/api/admin/orders?branch_id={}", north.branch)).await.expect(200)), [north.round]);
        assert_eq!(number(&admin.get("/api/admin/orders/stats").await.expect(200)["total_active"]), 2);
        assert_eq!(number(&staff.waiter.get("/api/admin/orders/stats").await.expect(200)["total_active"]), 1);
        for path in ["/api/admin/orders", "/api/admin/orders/stats"] {
            staff.manager.get(&format!("{path}?branch_id={}", north.branch)).await.expect(403);
            admin.get(&format!("{path}?branch_id={}", foreign.branch)).await.expect(404);
            admin.get(&format!("{path}?branch_id=x")).await.expect(422);
        }
    }
}
