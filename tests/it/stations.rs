//! Stations are what the branch says: its own names and places, set by category and by product; the words of the menu
//! are only where nobody has said.

use crate::scene::{list, number, product, text};
use harness::{App, Caller, Value, both_modes, json};

const STATIONS: &str = "/api/admin/stations";

/// The stations that get a ticket for one of a product, by code.
async fn made_at(app: &App, product: i64) -> Vec<String> {
    let phone = app.scan("INT-01").await;
    let order = json!({"items": [{"product_id": product, "qty": 1}]});
    let keyed =
        phone.with_header("X-Idempotency-Key", &format!("k-{}", app.sql_i64("select count(*) from round").await));
    let round = number(&keyed.post("/api/diner/rounds/submit", order).await.expect(200)["round_id"]);
    app.sql_texts(&format!("select station from kitchen_ticket where round_id = {round} order by station")).await
}

async fn codes(caller: &Caller) -> Vec<String> {
    list(&caller.get(STATIONS).await.expect(200)).iter().map(|it| text(&it["code"]).to_owned()).collect()
}

async fn opened(caller: &Caller, branch: i64, name: &str) -> Value {
    caller.post(STATIONS, json!({"branch_id": branch, "name": name})).await.expect(201)
}

both_modes! {
    /// A pizzeria has an oven: what the office sends there is on the oven's tickets, whatever it is called.
    async fn what_the_office_says_counts_before_the_words(app: App) {
        let manager = app.login("manager@demo.com", "manager123").await;
        let branch = manager.branch_ids[0];
        let lemonade = product(&app, "Limonada").await;
        assert_eq!(codes(&manager).await, ["BAR", "HOT_KITCHEN", "COLD_KITCHEN", "GRILL", "PASTRY", "OTHER"]);
        assert_eq!(made_at(&app, lemonade).await, ["BAR"], "by the words of the menu");
        let oven = opened(&manager, branch, "Horno de pizza").await;
        assert_eq!((&oven["code"], &oven["order"]), (&json!("HORNO_DE_PIZZA"), &json!(7)));
        let kept = json!({"branch_id": branch, "name": "Otro horno", "code": "horno_de_pizza"});
        assert_eq!(manager.post(STATIONS, kept).await.expect(409)["code"], "name_taken");
        let nameless = json!({"branch_id": branch, "name": "主食"});
        manager.post(STATIONS, nameless).await.expect(422);

        let drinks = app.sql_i64(&format!("select category_id from product where id = {lemonade}")).await;
        let (category, dish) = (format!("/api/admin/categories/{drinks}"), format!("/api/admin/products/{lemonade}"));
        let unknown = manager.patch(&category, json!({"station": "NONE"})).await.expect(422);
        assert_eq!(unknown["detail"], "station: the branch has no station of this code");
        let said = manager.patch(&category, json!({"station": "HORNO_DE_PIZZA"})).await.expect(200);
        assert_eq!(said["station"], "HORNO_DE_PIZZA");
        assert_eq!(made_at(&app, lemonade).await, ["HORNO_DE_PIZZA"]);
        // A category that is called something else is made where it was.
        manager.patch(&category, json!({"name": "Barbacoa"})).await.expect(200);
        assert_eq!(made_at(&app, lemonade).await, ["HORNO_DE_PIZZA"]);
        assert_eq!(manager.patch(&dish, json!({"station": "pastry"})).await.expect(200)["station"], "PASTRY");
        assert_eq!(made_at(&app, lemonade).await, ["PASTRY"]);
        manager.patch(&dish, json!({"station": null})).await.expect(200);
        manager.patch(&category, json!({"station": null})).await.expect(200);
        assert_eq!(made_at(&app, lemonade).await, ["BAR"], "the words again");

        let cook = app.login("kitchen@demo.com", "kitchen123").await;
        let open = cook.get("/api/kitchen/tickets?station=HORNO_DE_PIZZA").await.expect(200);
        assert_eq!(list(&open["stations"]).len(), 1);
        assert_eq!(list(&open["stations"][0]["tickets"]).len(), 2);
        let all = cook.get("/api/kitchen/tickets").await.expect(200);
        let at: Vec<&str> = list(&all["stations"]).iter().map(|it| text(&it["station"])).collect();
        assert_eq!(at, ["BAR", "HORNO_DE_PIZZA", "PASTRY"]);
    }

    /// Two papers with one name on them: nobody knows whose they are.
    async fn one_name_is_one_station_of_the_branch(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        let branch = admin.branch_ids[0];
        let oven = opened(&admin, branch, "Hórno").await;
        for name in ["Horno", "HÓRNO", "  horno "] {
            let twice = json!({"branch_id": branch, "name": name, "code": "SECOND"});
            let refused = admin.post(STATIONS, twice).await.expect(409);
            assert_eq!((&refused["code"], &refused["detail"]), (&json!("name_taken"), &json!("name: the branch has a station of this name already")));
        }
        let bar = list(&admin.get(STATIONS).await.expect(200)).iter().find(|it| it["code"] == "BAR").unwrap()["id"].clone();
        assert_eq!(admin.patch(&format!("{STATIONS}/{bar}"), json!({"name": "horno"})).await.expect(409)["code"], "name_taken");
        // Its own it may have, and spell anew; another branch's kitchen is another.
        let own = format!("{STATIONS}/{}", oven["id"]);
        assert_eq!(admin.patch(&own, json!({"name": "HORNO", "order": 3})).await.expect(200)["name"], "HORNO");
        let north = number(&admin.post("/api/admin/branches", json!({"name": "Norte"})).await.expect(201)["id"]);
        opened(&admin, north, "Horno").await;
        // Several at once.
        let replies = harness::race(6, |index| {
            let (admin, code) = (admin.clone(), format!("F{index}"));
            async move { admin.post(STATIONS, json!({"branch_id": branch, "name": "Freidora", "code": code})).await.status }
        })
        .await;
        assert_eq!(replies.iter().filter(|status| **status == 201).count(), 1, "{replies:?}");
        assert_eq!(replies.iter().filter(|status| **status == 409).count(), 5, "{replies:?}");
    }

    /// The kitchen is rearranged in the middle of the evening, and no dish is lost.
    async fn a_station_that_goes_leaves_its_tickets(app: App) {
        let manager = app.login("manager@demo.com", "manager123").await;
        let lemonade = product(&app, "Limonada").await;
        made_at(&app, lemonade).await;
        let all = manager.get(STATIONS).await.expect(200);
        let bar = &list(&all)[0];
        let path = format!("{STATIONS}/{}", bar["id"]);
        let renamed = manager.lenient().patch(&path, json!({"name": "Barra de tragos", "order": 9, "code": "X"})).await.expect(200);
        assert_eq!((&renamed["name"], &renamed["order"], &renamed["code"]), (&json!("Barra de tragos"), &json!(9), &json!("BAR")));
        assert_eq!(codes(&manager).await.last().map(String::as_str), Some("BAR"));
        manager.delete(&path).await.expect(204);
        manager.delete(&path).await.expect(404);
        // What the words suggest is not there any more: the first station has it.
        assert_eq!(made_at(&app, lemonade).await, ["HOT_KITCHEN"]);
        let cook = app.login("kitchen@demo.com", "kitchen123").await;
        let open = cook.get("/api/kitchen/tickets?station=BAR").await.expect(200);
        assert_eq!(list(&open["stations"][0]["tickets"]).len(), 1);
        for station in &list(&all)[2..] {
            manager.delete(&format!("{STATIONS}/{}", station["id"])).await.expect(204);
        }
        let last = manager.delete(&format!("{STATIONS}/{}", list(&all)[1]["id"])).await.expect(409);
        assert_eq!(last["code"], "in_use");
        assert_eq!(app.sql_i64("select count(*) from audit_log where entity_type = 'station'").await, 6);
        app.operate(&["audit", "verify"]);
    }

    /// A new branch has what every branch begins with; its neighbour's oven is not its own.
    async fn a_new_branch_has_its_own(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        let lemonade = product(&app, "Limonada").await;
        opened(&admin, admin.branch_ids[0], "Horno").await;
        let north = number(&admin.post("/api/admin/branches", json!({"name": "Norte"})).await.expect(201)["id"]);
        let there = admin.get(&format!("{STATIONS}?branch_id={north}")).await.expect(200);
        assert_eq!(list(&there).iter().map(|it| text(&it["name"])).collect::<Vec<_>>(),
            ["Barra", "Cocina caliente", "Cocina fría", "Parrilla", "Postres", "Otro"]);
        let bars = json!({"branch_id": north, "name": "Bar de arriba", "station": "HORNO"});
        admin.post("/api/admin/categories", bars).await.expect(422);
        admin.patch(&format!("/api/admin/products/{lemonade}"), json!({"station": "HORNO"})).await.expect(200);
        // A file of the menu that says nothing of stations leaves them.
        let file = admin.get("/api/admin/menu/export").await.expect(200);
        admin.post("/api/admin/menu/import", file).await.expect(200);
        let line = json!({"branch": "centro", "category": "Bebidas", "name": "Limonada", "badge": "Nuevo"});
        admin.post("/api/admin/menu/import", json!({"version": 1, "products": [line]})).await.expect(200);
        assert_eq!(made_at(&app, lemonade).await, ["HORNO"]);
    }
}
