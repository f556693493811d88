//! Modifiers from the office to the plate: chosen in the cart, paid in the round, read by the kitchen, printed on the
//! bill.

use crate::scene::{Staff, list, number, product, step, text};
use harness::{App, StaffClient, Value, both_modes, json};

const BASE: &str = "/api/admin/customizations";

async fn admin(app: &App) -> StaffClient {
    app.login("admin@demo.com", "admin123").await
}

/// A modifier that can be chosen of these products.
async fn modifier(admin: &StaffClient, name: &str, cents: i64, products: &[i64]) -> i64 {
    let made = admin.post(BASE, json!({"name": name, "extra_cost_cents": cents})).await.expect(201);
    let id = number(&made["id"]);
    let path = format!("{BASE}/{id}/products");
    let linked = admin.put(&path, json!({"product_ids": products})).await.expect(200);
    assert_eq!(linked["product_ids"], json!(products));
    id
}

async fn shown(app: &App, name: &str) -> Value {
    app.menu().await.product(name)["customizations"].clone()
}

both_modes! {
    async fn what_a_diner_chooses_is_paid_cooked_and_printed(app: App) {
        let (admin, staff) = (admin(&app).await, Staff::of(&app).await);
        let steak = product(&app, "Bife de chorizo").await;
        let sauce = modifier(&admin, "Chimichurri", 500, &[steak]).await;
        let rare = modifier(&admin, "Jugoso", 0, &[steak]).await;
        let phone = app.scan("INT-01").await;

        // The menu shows them with the product, at once.
        let choices = shown(&app, "Bife de chorizo").await;
        assert_eq!(choices[0], json!({"id": sauce, "name": "Chimichurri", "category": null, "extra_cost_cents": 500}));
        assert_eq!(list(&choices).len(), 2);
        let waiters = staff.waiter.get(&format!("/api/waiter/branches/{}/menu", staff.waiter.branch_ids[0])).await.expect(200);
        let waiters = list(&waiters["categories"]).iter().flat_map(|category| list(&category["products"]));
        let steaks: Vec<_> = waiters.filter(|shown| shown["id"] == steak).collect();
        assert_eq!(steaks[0]["customizations"], choices, "a waiter takes the order of who has no phone");
        assert_eq!(shown(&app, "Provoleta").await, json!([]));

        // Another choice is another line; the same choice, in any order, is the same.
        let add = async |choices: Value| {
            phone.post("/api/diner/cart/add", json!({"product_id": steak, "customization_ids": choices})).await.expect(200)
        };
        let plain = add(json!([])).await;
        let chosen = add(json!([rare, sauce])).await;
        let again = add(json!([sauce, rare, sauce])).await;
        assert_ne!(plain["item_id"], chosen["item_id"]);
        assert_eq!((&again["item_id"], &again["quantity"]), (&chosen["item_id"], &json!(2)));
        assert_eq!((&plain["price_cents"], &chosen["price_cents"]), (&json!(15_000), &json!(15_500)));
        assert_eq!(chosen["customization_ids"], json!([sauce, rare]));
        assert_eq!(text(&chosen["customizations"][0]["name"]), "Chimichurri");

        // What is sent is what was chosen, at its price then.
        let sent = json!({"items": [
            {"product_id": steak, "qty": 1},
            {"product_id": steak, "qty": 2, "customization_ids": [sauce, rare], "notes": "para compartir"},
        ]});
        let round = number(&phone.post("/api/diner/rounds/submit", sent).await.expect(200)["round_id"]);
        admin.put(&format!("{BASE}/{sauce}"), json!({"name": "Criolla", "extra_cost_cents": 900})).await.expect(200);
        assert_eq!(app.sql_i64(&format!("select sum(qty * unit_price_cents) from round_item where round_id = {round}")).await, 46_000);

        // The shipped kitchen screen reads the note; newer ones the list.
        let rounds = staff.cook.get("/api/kitchen/rounds").await.expect(200);
        let items = list(&rounds[0]["items"]);
        assert_eq!(text(&items[1]["notes"]), "Chimichurri, Jugoso · para compartir");
        assert_eq!(items[0]["notes"], Value::Null);
        assert_eq!(items[1]["customizations"][0], json!({"id": sauce, "name": "Chimichurri", "extra_cost_cents": 500}));
        let tickets = staff.cook.get("/api/kitchen/tickets").await.expect(200);
        assert!(tickets.to_string().contains("\"notes\":\"Chimichurri, Jugoso · para compartir\""), "{tickets}");
        let own = phone.get(&format!("/api/diner/session/{}/rounds", phone.session_id)).await.expect(200);
        assert_eq!(text(&own[0]["items"][1]["customizations"][1]["name"]), "Jugoso");

        // So does the bill.
        for status in ["IN_KITCHEN", "READY", "SERVED"] {
            step(staff.whose(status), round, status).await.expect(200);
        }
        phone.post("/api/billing/check/request", json!({})).await.expect(200);
        let charges = app.sql_texts("select description from charge order by id").await;
        assert_eq!(charges, ["Bife de chorizo", "Bife de chorizo (Chimichurri, Jugoso)"]);
        assert_eq!(app.sql_i64("select total_cents from guest_check").await, 46_000);
    }

    async fn what_cannot_be_chosen_is_refused(app: App) {
        let admin = admin(&app).await;
        let (steak, lemonade) = (product(&app, "Bife de chorizo").await, product(&app, "Limonada").await);
        let sauce = modifier(&admin, "Chimichurri", 500, &[steak]).await;
        let (phone, waiter) = (app.scan("INT-01").await, app.login("waiter@demo.com", "waiter123").await);
        let order = |product: i64, choices: Value| json!({"items": [{"product_id": product, "qty": 1, "customization_ids": choices}]});
        let refused = async |product: i64, choices: Value| {
            let cart = json!({"product_id": product, "customization_ids": choices});
            let code = phone.post("/api/diner/cart/add", cart).await.expect(400)["code"].clone();
            let sent = phone.post("/api/diner/rounds/submit", order(product, choices.clone())).await.expect(400);
            let taken = format!("/api/waiter/sessions/{}/rounds", phone.session_id);
            waiter.post(&taken, order(product, choices)).await.expect(400);
            assert_eq!(sent["code"], code);
            code
        };
        assert_eq!(refused(lemonade, json!([sauce])).await, "customization_not_offered");
        assert_eq!(refused(steak, json!([999_999])).await, "customization_not_offered");
        phone.post("/api/diner/rounds/submit", order(steak, json!(["x"]))).await.expect(422);
        phone.post("/api/diner/rounds/submit", order(steak, json!((1..22).collect::<Vec<i64>>()))).await.expect(422);

        // A line of the cart whose modifier went stays in sight and cannot be sent.
        let line = json!({"product_id": steak, "customization_ids": [sauce]});
        assert_eq!(phone.post("/api/diner/cart/add", line).await.expect(200)["price_cents"], 15_500);
        admin.delete(&format!("{BASE}/{sauce}")).await.expect(204);
        assert_eq!(shown(&app, "Bife de chorizo").await, json!([]));
        let cart = phone.get("/api/diner/cart").await.expect(200);
        assert_eq!((&cart["items"][0]["price_cents"], &cart["items"][0]["customizations"]), (&json!(15_000), &json!([])));
        assert_eq!(refused(steak, json!([sauce])).await, "customization_not_offered");
        assert_eq!(app.sql_i64("select count(*) from round").await, 0);
        admin.post_empty(&format!("{BASE}/{sauce}/restore")).await.expect(200);
        phone.post("/api/diner/rounds/submit", order(steak, json!([sauce]))).await.expect(200);
    }

    async fn the_office_manages_them(app: App) {
        let admin = admin(&app).await;
        let screen = admin.socket(&app, "/ws/admin").await;
        let (steak, lemonade) = (product(&app, "Bife de chorizo").await, product(&app, "Limonada").await);
        let new = json!({"name": " Sin sal ", "category": "Cocción", "order": 3, "unknown": 1});
        let made = admin.lenient().post(BASE, new.clone()).await.expect(201);
        let id = number(&made["id"]);
        assert_eq!((&made["name"], &made["extra_cost_cents"], &made["product_ids"]), (&json!("Sin sal"), &json!(0), &json!([])));
        assert_eq!(screen.wait_for("ENTITY_CREATED").await["entity"]["entity_type"], "customization");
        assert_eq!(admin.lenient().post(BASE, new.clone()).await.expect(400)["code"], "name_taken");
        admin.post(BASE, json!({"name": "Sin sal", "category": ""})).await.expect(201);
        for bad in [json!({}), json!({"name": ""}), json!({"name": "x", "extra_cost_cents": -1}),
            json!({"name": "x", "extra_cost_cents": 100_000_000_001_i64}), json!({"name": "x", "order": -1}), json!({"name": "a".repeat(101)})] {
            let refused = admin.post(BASE, bad).await.expect(422);
            assert!(["name", "extra_cost_cents", "order"].iter().any(|field| text(&refused["detail"]).contains(field)), "{refused}");
        }
        let path = format!("{BASE}/{id}");
        let changed = admin.put(&path, json!({"category": null})).await;
        // The other one has that name without a category.
        assert_eq!(changed.expect(400)["code"], "name_taken");
        let changed = admin.put(&path, json!({"extra_cost_cents": 250, "category": "Punto"})).await.expect(200);
        assert_eq!((&changed["category"], &changed["order"], &changed["extra_cost_cents"]), (&json!("Punto"), &json!(3), &json!(250)));
        screen.wait_for("ENTITY_UPDATED").await;

        let of = |product: i64| format!("{path}/products/{product}");
        admin.post_empty(&of(steak)).await.expect(204);
        assert_eq!(admin.post_empty(&of(steak)).await.expect(400)["code"], "already_linked");
        admin.post_empty(&of(999_999)).await.expect(404);
        admin.put(&format!("{path}/products"), json!({"product_ids": [lemonade, 999_999]})).await.expect(400);
        admin.put(&format!("{path}/products"), json!({"product_ids": [lemonade, steak, steak]})).await.expect(200);
        admin.delete(&of(steak)).await.expect(204);
        admin.delete(&of(steak)).await.expect(404);
        assert_eq!(admin.get(&path).await.expect(200)["product_ids"], json!([lemonade]));
        admin.delete(&path).await.expect(204);
        admin.get(&path).await.expect(404);
        assert_eq!(list(&admin.get(BASE).await.expect(200)).len(), 1);
        assert_eq!(list(&admin.get(&format!("{BASE}?include_deleted=true")).await.expect(200)).len(), 2);
        let made = admin.clone().keyed("once").post(BASE, json!({"name": "Picante"})).await.expect(201);
        assert_eq!(admin.clone().keyed("once").post(BASE, json!({"name": "Picante"})).await.expect(201), made);
    }
}
