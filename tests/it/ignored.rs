//! What nobody reads is named: a field that is ignored may be one that somebody relies on.

use crate::scene::product;
use harness::{both_modes, json, reqwest::Method};

both_modes! {
    /// Whoever sends an unknown field hears of it, and the command is done all the same.
    async fn an_unknown_field_is_named(app: App) {
        let (phone, lemonade) = (app.scan("INT-01").await, product(&app, "Limonada").await);
        let body = json!({"items": [{"product_id": lemonade, "qty": 1, "size": "XL"}], "rush": true});
        let sent = phone.lenient().post("/api/diner/rounds/submit?debug=1", body.clone()).await;
        sent.expect(200);
        assert_eq!(sent.header("X-Ignored-Fields"), Some("items[0].size, rush, debug"));
        let again = phone.post("/api/diner/rounds/submit", body).await.expect(422);
        assert_eq!(again["unknown_fields"], json!(["items[0].size", "rush"]));
        assert_eq!(again["code"], "invalid_request");
        assert_eq!(app.sql_i64("select count(*) from round").await, 1);
        let known = json!({"items": [{"product_id": lemonade, "qty": 3}]});
        let sent = phone.post("/api/diner/rounds/submit", known).await;
        sent.expect(200);
        assert_eq!((sent.header("X-Ignored-Fields"), sent.header("Preference-Applied")), (None, Some("handling=strict")));
        // A command without a body has fields that nobody reads, too, and so has one that is to delete.
        let path = "/api/diner/cart";
        phone.send(Method::DELETE, path, "application/json", r#"{"of":"Ana"}"#).await.expect(422);
        phone.delete(&format!("{path}?of=Ana")).await.expect(422);
        phone.delete(path).await.expect(204);
    }

    /// A filter that is misspelt does not look like an answer to whoever asks to be told.
    async fn an_unknown_parameter_is_named(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        let found = admin.lenient().get("/api/admin/products?limit=2&categry_id=1").await;
        found.expect(200);
        assert_eq!(found.header("X-Ignored-Fields"), Some("categry_id"));
        let refused = admin.get("/api/admin/products?limit=2&categry_id=1").await.expect(422);
        assert_eq!(refused["unknown_fields"], json!(["categry_id"]));
        admin.get("/api/admin/products?limit=2&offset=1").await.expect(200);
        // How a CSV file is written means nothing beside another format.
        for format in ["json", "xlsx"] {
            let path = format!("/api/admin/reports/voids?format={format}&delimiter=semicolon&bom=true");
            let report = admin.lenient().get(&path).await;
            assert_eq!((report.status, report.header("X-Ignored-Fields")), (200, Some("bom, delimiter")), "{format}");
            assert_eq!(admin.get(&path).await.expect(422)["unknown_fields"], json!(["bom", "delimiter"]));
        }
        let report = admin.get("/api/admin/reports/voids?format=csv&delimiter=semicolon&bom=true").await;
        assert_eq!((report.status, report.header("X-Ignored-Fields")), (200, None));
        let today = "from=2026-01-01&to=2026-01-02&format=csv";
        let report = admin.get(&format!("/api/reports/summary?branch_id={}&{today}", admin.branch_ids[0])).await;
        assert_ne!(report.status, 422, "{}", report.text());
    }

    /// Nothing hides: neither in a plan whose fields depend on its method nor in a menu file.
    async fn a_field_inside_is_named(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        let (phone, lemonade) = (app.scan("INT-01").await, product(&app, "Limonada").await);
        phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": lemonade, "qty": 1}]})).await.expect(200);
        let check = phone.post("/api/billing/check/request", json!({})).await.expect(200)["check_id"].clone();
        let path = format!("/api/waiter/checks/{check}/quote");
        let plan = json!({"plan": {"method": "equal", "ways": 2, "rounding": 100}, "tips": [{"tip": {"percent": 10}, "of": 1}]});
        let quote = admin.lenient().post(&path, plan.clone()).await;
        quote.expect(200);
        assert_eq!(quote.header("X-Ignored-Fields"), Some("plan.rounding, tips[0].of"));
        assert_eq!(admin.post(&path, plan).await.expect(422)["unknown_fields"], json!(["plan.rounding", "tips[0].of"]));
        let shares = json!({"plan": {"method": "custom", "amounts": [{"diner_id": phone.diner_id, "amount_cents": 5, "why": "x"}]}});
        assert_eq!(admin.lenient().post(&path, shares).await.header("X-Ignored-Fields"), Some("plan.amounts[0].why"));
        // What only another method reads is read by nobody, wherever the method stands in the text.
        for body in [
            r#"{"plan": {"ways": 2, "method": "by_consumption", "rest": "equal"}}"#,
            r#"{"plan": {"method": "by_consumption", "rest": "equal", "ways": 2}}"#,
        ] {
            let asked = admin.lenient().send(Method::POST, &path, "application/json", body).await;
            asked.expect(200);
            assert_eq!(asked.header("X-Ignored-Fields"), Some("plan.ways, plan.rest"));
            let refused = admin.send(Method::POST, &path, "application/json", body).await.expect(422);
            assert_eq!(refused["unknown_fields"], json!(["plan.ways", "plan.rest"]));
        }
        // Whatever it is: a field that is not read cannot be wrong.
        let wrong = json!({"plan": {"method": "by_consumption", "ways": "two", "items": 7, "amounts": [{"why": 1}], "rest": {}}});
        let asked = admin.lenient().post(&path, wrong).await;
        asked.expect(200);
        assert_eq!(asked.header("X-Ignored-Fields"), Some("plan.ways, plan.items, plan.amounts, plan.rest"));
        // One that is read can, and is named with its place.
        for (plan, place) in [
            (json!({"method": "equal", "ways": "two"}), "plan.ways: "),
            (json!({"method": "equal"}), "plan.ways: is missing"),
            (json!({"method": "by_item", "items": [{"diner_id": 1, "charge_id": 1, "num": "x"}]}), "plan.items[0].num: "),
            (json!({"method": "by_magic"}), "plan.method: "),
        ] {
            let detail = admin.lenient().post(&path, json!({"plan": plan})).await.expect(422)["detail"].clone();
            assert!(detail.as_str().unwrap().starts_with(place), "{detail}");
        }

        let menu = json!({"version": 1, "menus": [], "allergens": [{"name": "Ají", "colour": "red", "icon": null}],
            "modifiers": [{"name": "Doble", "min": 1, "products": [{"branch": "centro", "category": "Bebidas", "name": "Limonada", "size": 2}]}]});
        let named = ["menus", "allergens[0].colour", "modifiers[0].min", "modifiers[0].products[0].size"];
        let import = "/api/admin/menu/import";
        assert_eq!(admin.post(import, menu.clone()).await.expect(422)["unknown_fields"], json!(named));
        assert_eq!(app.sql_i64("select count(*) from allergen where name = 'Ají'").await, 0);
        let done = admin.lenient().post(import, menu).await;
        done.expect(200);
        assert_eq!(done.header("X-Ignored-Fields"), Some(named.join(", ").as_str()));
        // What goes out has nothing that is not read, in either form.
        let file = admin.get("/api/admin/menu/export").await.expect(200);
        admin.post(import, file).await.expect(200);
        let table = admin.get("/api/admin/menu/export?format=csv").await.text();
        admin.send(Method::POST, import, "text/csv", table).await.expect(200);
    }

    /// What will mean something is refused until it does, whoever asks.
    async fn what_means_something_later_is_refused_now(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        let mut promotion = json!({"name": "Martes", "price_cents": 900, "start_date": "2026-01-01", "end_date": "2026-12-31"});
        promotion["days"] = json!([2]);
        let refused = admin.post("/api/admin/promotions", promotion.clone()).await.expect(422);
        assert!(refused["detail"].as_str().is_some_and(|why| why.starts_with("days: ")), "{refused}");
        promotion["days"] = json!([]);
        let id = admin.post("/api/admin/promotions", promotion).await.expect(201)["id"].clone();
        admin.patch(&format!("/api/admin/promotions/{id}"), json!({"days": [1]})).await.expect(422);
        let modifier = json!({"name": "Punto", "required": true});
        admin.post("/api/admin/customizations", modifier).await.expect(422);
        let id = admin.post("/api/admin/customizations", json!({"name": "Punto", "required": false})).await.expect(201)["id"].clone();
        admin.put(&format!("/api/admin/customizations/{id}"), json!({"required": true})).await.expect(422);
    }
}
