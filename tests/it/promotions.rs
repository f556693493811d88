//! Promotions change what a menu, a cart and a round cost while they hold, and not a minute longer.

use crate::scene::{list, number, product, text};
use harness::{App, DinerPhone, StaffClient, Value, both_modes, json};

const BASE: &str = "/api/admin/promotions";

async fn admin(app: &App) -> StaffClient {
    app.login("admin@demo.com", "admin123").await
}

#[expect(clippy::disallowed_methods, reason = "the program under test goes by the machine's clock")]
fn day(ahead: i64) -> String {
    (chrono::Utc::now() + chrono::TimeDelta::days(ahead)).date_naive().to_string()
}

/// Holds from yesterday to tomorrow, whatever the branch's zone.
fn promotion(admin: &StaffClient, name: &str, price: i64, items: Value) -> Value {
    json!({"name": name, "price_cents": price, "start_date": day(-1), "end_date": day(1), "promotion_type_id": "promo-type-3",
        "branch_ids": admin.branch_ids, "items": items})
}

async fn lines(phone: &DinerPhone, items: Value) -> Vec<(i64, i64)> {
    let sent = phone.post("/api/diner/rounds/submit", json!({"items": items})).await.expect(200);
    let rounds = phone.get(&format!("/api/diner/session/{}/rounds", phone.session_id)).await.expect(200);
    let round = list(&rounds).iter().find(|round| round["id"] == sent["round_id"]).unwrap().clone();
    list(&round["items"]).iter().map(|item| (number(&item["qty"]), number(&item["unit_price_cents"]))).collect()
}

both_modes! {
    async fn a_lower_price_is_the_same_on_menu_cart_round_and_bill(app: App) {
        let admin = admin(&app).await;
        let lemonade = product(&app, "Limonada").await;
        let phone = app.scan("INT-01").await;
        assert_eq!(app.menu().await.product("Limonada")["original_price_cents"], Value::Null);
        let new = promotion(&admin, "Happy hour", 1_000, json!([{"product_id": lemonade}]));
        let id = number(&admin.post(BASE, new).await.expect(201)["id"]);
        let menu = app.menu().await;
        assert_eq!(menu.price_cents("Limonada"), 1_000);
        assert_eq!(menu.product("Limonada")["original_price_cents"], 1_800);
        assert_eq!(menu.0["promotions"], json!([]), "it is no bundle");
        let waiters = admin.get(&format!("/api/waiter/branches/{}/menu", admin.branch_ids[0])).await.expect(200);
        let waiters = list(&waiters["categories"]).iter().flat_map(|category| list(&category["products"]));
        let prices: Vec<_> = waiters.filter(|shown| shown["id"] == lemonade).map(|shown| &shown["price_cents"]).collect();
        assert_eq!(prices, [&json!(1_000)]);
        assert_eq!(phone.post("/api/diner/cart/add", json!({"product_id": lemonade})).await.expect(200)["price_cents"], 1_000);
        assert_eq!(lines(&phone, json!([{"product_id": lemonade, "qty": 3}])).await, [(3, 1_000)]);
        // What was ordered keeps its price; what is ordered afterwards has the other.
        admin.patch(&format!("{BASE}/{id}"), json!({"is_active": false})).await.expect(200);
        assert_eq!(app.menu().await.price_cents("Limonada"), 1_800);
        phone.post("/api/diner/cart/add", json!({"product_id": lemonade})).await.expect(200);
        assert_eq!(lines(&phone, json!([{"product_id": lemonade, "qty": 1}])).await, [(1, 1_800)]);
        phone.post("/api/billing/check/request", json!({})).await.expect(200);
        assert_eq!(app.sql_i64("select total_cents from guest_check").await, 4_800);
        assert_eq!(app.sql_texts("select description from charge order by id").await, ["Limonada · Happy hour", "Limonada"]);
    }

    async fn combos_and_two_for_one_are_given_as_often_as_they_fit(app: App) {
        let admin = admin(&app).await;
        let (cola, steak) = (product(&app, "Coca-Cola 500ml").await, product(&app, "Bife de chorizo").await);
        let two = promotion(&admin, "2x1", 1_501, json!([{"product_id": cola, "quantity": 2}]));
        admin.post(BASE, two).await.expect(201);
        let phone = app.scan("INT-01").await;
        let menu = app.menu().await;
        assert_eq!(menu.price_cents("Coca-Cola 500ml"), 1_500);
        let shown = &menu.0["promotions"][0];
        assert_eq!((text(&shown["name"]), &shown["price_cents"], &shown["original_price_cents"]), ("2x1", &json!(1_501), &json!(3_000)));
        assert_eq!(shown["items"], json!([{"product_id": cola, "quantity": 2}]));
        // To the cent: 751 + 750, twice, and one at its price.
        assert_eq!(lines(&phone, json!([{"product_id": cola, "qty": 5}])).await, [(1, 1_500), (2, 751), (2, 750)]);
        let combo = promotion(&admin, "Combo", 15_000, json!([{"product_id": cola, "quantity": 1}, {"product_id": steak, "quantity": 1}]));
        let combo = number(&admin.post(BASE, combo).await.expect(201)["id"]);
        let sent = lines(&phone, json!([{"product_id": steak, "qty": 1, "notes": "jugoso"}, {"product_id": cola, "qty": 1}])).await;
        assert_eq!(sent.iter().map(|(qty, price)| qty * price).sum::<i64>(), 15_000);
        // The combo saves 1,500 and 2x1 saves 1,499: the better one first, and the rest by what is left.
        let sent = lines(&phone, json!([{"product_id": steak, "qty": 1}, {"product_id": cola, "qty": 3}])).await;
        assert_eq!(sent.iter().map(|(qty, price)| qty * price).sum::<i64>(), 16_501);
        assert_eq!(sent.iter().map(|(qty, _)| qty).sum::<i64>(), 4);
        assert_eq!(app.sql_i64(&format!("select count(*) from round_item where promotion_id = {combo}")).await, 4);
        // A waiter's order is priced alike.
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let order = json!({"items": [{"product_id": cola, "qty": 2}]});
        let taken = waiter.post(&format!("/api/waiter/sessions/{}/rounds", phone.session_id), order).await.expect(200);
        assert_eq!(taken["total_cents"], 1_501);
    }

    async fn it_holds_on_its_days_in_its_branches_only(app: App) {
        let admin = admin(&app).await;
        let lemonade = product(&app, "Limonada").await;
        let items = json!([{"product_id": lemonade}]);
        let mut elsewhere = promotion(&admin, "Otra", 900, items.clone());
        app.sql_exec(
            "insert into branch (tenant_id, name, slug, timezone, round_confirmation, is_active, created_at)
                select tenant_id, 'Sur', 'sur', 'UTC', 'none', true, created_at from branch where slug = 'centro';
             insert into branch_stream (branch_id, tenant_id, epoch) select id, tenant_id, 'e' from branch where slug = 'sur'").await;
        let south = app.sql_i64("select id from branch where slug = 'sur'").await;
        elsewhere["branch_ids"] = json!([south]);
        admin.post(BASE, elsewhere).await.expect(201);
        for (from, to) in [(-9, -3), (3, 9)] {
            let mut past = promotion(&admin, "Pasada", 900, items.clone());
            (past["start_date"], past["end_date"]) = (json!(day(from)), json!(day(to)));
            admin.post(BASE, past).await.expect(201);
        }
        assert_eq!(app.menu().await.price_cents("Limonada"), 1_800);
        // Deleting a product drops what is left empty, suspends the rest, and a restore brings both back.
        let cola = product(&app, "Coca-Cola 500ml").await;
        let only = number(&admin.post(BASE, promotion(&admin, "Solo", 1_000, items)).await.expect(201)["id"]);
        let both = json!([{"product_id": lemonade}, {"product_id": cola}]);
        let both = number(&admin.post(BASE, promotion(&admin, "Ambas", 2_000, both)).await.expect(201)["id"]);
        assert_eq!(list(&app.menu().await.0["promotions"]).len(), 1);
        let path = format!("/api/admin/products/{lemonade}");
        let preview = admin.get(&format!("{path}/cascade-preview")).await.expect(200);
        assert!(text(&json!(preview.to_string())).contains("Solo"), "{preview}");
        admin.delete(&path).await.expect(204);
        admin.get(&format!("{BASE}/{only}")).await.expect(404);
        assert_eq!(admin.get(&format!("{BASE}/{both}")).await.expect(200)["items"], json!([{"product_id": cola, "quantity": 1}]));
        // A form that sends back what it read forgets nothing of what is deleted.
        let seen = json!({"description": "x", "items": [{"product_id": cola, "quantity": 1}], "branch_ids": admin.branch_ids});
        admin.patch(&format!("{BASE}/{both}"), seen).await.expect(200);
        assert_eq!(app.menu().await.0["promotions"], json!([]));
        let phone = app.scan("INT-01").await;
        assert_eq!(lines(&phone, json!([{"product_id": cola, "qty": 2}])).await, [(2, 1_500)]);
        assert_eq!(admin.post_empty(&format!("{BASE}/{only}/restore")).await.expect(409)["code"], "went_with_another");
        admin.post_empty(&format!("{path}/restore")).await.expect(200);
        assert_eq!(app.menu().await.price_cents("Limonada"), 1_000);
        assert_eq!(list(&app.menu().await.0["promotions"]).len(), 1);
        // Deleted by itself it cannot come back while its only product is gone.
        admin.delete(&format!("{BASE}/{only}")).await.expect(204);
        admin.delete(&path).await.expect(204);
        assert_eq!(admin.post_empty(&format!("{BASE}/{only}/restore")).await.expect(409)["code"], "parent_deleted");
    }

    async fn the_office_manages_them(app: App) {
        let admin = admin(&app).await;
        let manager = app.login("manager@demo.com", "manager123").await;
        let screen = admin.socket(&app, "/ws/admin").await;
        let lemonade = product(&app, "Limonada").await;
        let good = promotion(&admin, "Verano", 1_000, json!([{"product_id": lemonade, "quantity": 2}]));
        let made = manager.post(BASE, good.clone()).await.expect(201);
        let id = number(&made["id"]);
        assert_eq!((&made["start_time"], &made["end_time"], &made["updated_at"]), (&json!("00:00"), &json!("23:59"), &Value::Null));
        assert_eq!(screen.wait_for("ENTITY_CREATED").await["entity"]["entity_id"], id);
        let bad = |field: &str, value: Value| {
            let mut body = good.clone();
            body[field] = value;
            body
        };
        for (field, value) in [
            ("name", json!("")), ("price_cents", json!(-1)), ("price_cents", json!(100_000_000_001_i64)), ("end_date", json!("2020-01-01")),
            ("end_date", json!("mañana")), ("start_time", json!("25:00")), ("items", json!([{"product_id": lemonade, "quantity": 0}])),
            ("items", json!([{"product_id": lemonade}, {"product_id": lemonade}])), ("image", json!("http://127.0.0.1/x.png")),
        ] {
            let refused = admin.post(BASE, bad(field, value)).await.expect(422);
            assert!(text(&refused["detail"]).contains(field), "{refused}");
        }
        let mut backwards = bad("start_time", json!("20:00"));
        backwards["end_time"] = json!("19:00");
        assert!(text(&admin.post(BASE, backwards).await.expect(422)["detail"]).contains("end_time"));
        admin.post(BASE, bad("branch_ids", json!([999_999]))).await.expect(400);
        admin.post(BASE, bad("items", json!([{"product_id": 999_999}]))).await.expect(400);
        let path = format!("{BASE}/{id}");
        assert!(text(&admin.patch(&path, json!({"end_time": "00:00", "start_time": "01:00"})).await.expect(422)["detail"]).contains("end_time"));
        let patched = admin.patch(&path, json!({"description": "x", "promotion_type_id": null})).await.expect(200);
        assert_eq!((&patched["description"], &patched["promotion_type_id"], &patched["items"]), (&json!("x"), &Value::Null, &made["items"]));
        assert_ne!(patched["updated_at"], Value::Null);
        screen.wait_for("ENTITY_UPDATED").await;
        manager.delete(&path).await.expect(403);
        admin.delete(&path).await.expect(204);
        screen.wait_for("ENTITY_DELETED").await;
        admin.get(&path).await.expect(404);
        admin.post_empty(&format!("{path}/restore")).await.expect(200);
        let again = admin.clone().keyed("k").post(BASE, good.clone()).await.expect(201);
        assert_eq!(admin.clone().keyed("k").post(BASE, good).await.expect(201), again);
        assert_eq!(list(&admin.get(BASE).await.expect(200)).len(), 2);
        assert_eq!(app.sql_i64(&format!("select count(*) from audit_log where entity_type = 'promotion' and entity_id = {id}")).await, 4);
    }
}
