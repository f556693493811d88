//! The office's subcategories, allergens and cross-reactions.

use crate::scene::{list, text};
use harness::{App, StaffClient, Value, both_modes, json, race};

const ALLERGENS: &str = "/api/admin/allergens";
const REACTIONS: &str = "/api/admin/allergens/cross-reactions";
const PARTS: &str = "/api/admin/subcategories";

async fn admin(app: &App) -> StaffClient {
    app.login("admin@demo.com", "admin123").await
}

async fn id(app: &App, table: &str, name: &str) -> i64 {
    app.sql_i64(&format!("select id from {table} where name = '{name}'")).await
}

both_modes! {
    async fn a_subcategory_is_made_changed_deleted_and_restored(app: App) {
        let admin = admin(&app).await;
        let screen = admin.socket(&app, "/ws/admin").await;
        let drinks = id(&app, "category", "Bebidas").await;
        let body = json!({"category_id": drinks, "name": " Tragos ", "image": ""});
        let made = admin.post(PARTS, body.clone()).await.expect(201);
        assert_eq!(made, json!({"id": made["id"], "tenant_id": made["tenant_id"], "category_id": drinks, "name": "Tragos",
            "image": null, "order": 5, "is_active": true}));
        assert_eq!(screen.wait_for("ENTITY_CREATED").await["entity"]["entity_type"], "subcategory");
        assert_eq!(admin.post(PARTS, body).await.expect(409)["code"], "name_taken");
        for (wrong, field) in [
            (json!({"category_id": drinks, "name": ""}), "name"),
            (json!({"category_id": drinks, "name": "X", "order": -1}), "order"),
            (json!({"category_id": drinks, "name": "X", "image": "ftp://x"}), "image"),
            (json!({"name": "X"}), "category_id"),
        ] {
            let refused = admin.post(PARTS, wrong).await.expect(422);
            assert!(text(&refused["detail"]).contains(field), "{refused}");
        }
        admin.post(PARTS, json!({"category_id": 999_999, "name": "X"})).await.expect(404);
        let path = format!("{PARTS}/{}", made["id"]);
        let now = admin.lenient().patch(&path, json!({"order": 0, "category_id": 3})).await.expect(200);
        assert_eq!((&now["order"], &now["category_id"]), (&json!(0), &json!(drinks)));
        assert_eq!(app.menu().await.0["categories"][0]["subcategories"][0]["name"], "Tragos");
        let of_drinks = admin.get(&format!("{PARTS}?category_id={drinks}")).await.expect(200);
        assert_eq!((list(&of_drinks).len(), &of_drinks[0]["name"]), (5, &json!("Tragos")));
        assert_eq!(list(&admin.get(PARTS).await.expect(200)).len(), 12);

        admin.delete(&path).await.expect(204);
        admin.get(&path).await.expect(404);
        assert_eq!(list(&admin.get(&format!("{PARTS}?include_deleted=true")).await.expect(200)).len(), 12);
        admin.post(PARTS, json!({"category_id": drinks, "name": "Tragos"})).await.expect(201);
        admin.post_empty(&format!("{path}/restore")).await.expect(409);
    }

    async fn an_allergen_is_made_changed_deleted_and_restored(app: App) {
        let admin = admin(&app).await;
        let screen = admin.socket(&app, "/ws/admin").await;
        let made = admin.post(ALLERGENS, json!({"name": "Kiwi", "icon": "🥝"})).await.expect(201);
        assert_eq!(made, json!({"id": made["id"], "tenant_id": made["tenant_id"], "name": "Kiwi", "icon": "🥝",
            "description": null, "is_mandatory": false, "severity": "moderate", "is_active": true, "cross_reactions": null}));
        assert_eq!(screen.wait_for("ENTITY_CREATED").await["entity"]["entity_name"], "Kiwi");
        assert_eq!(admin.post(ALLERGENS, json!({"name": "Kiwi"})).await.expect(409)["code"], "name_taken");
        let path = format!("{ALLERGENS}/{}", made["id"]);
        for (wrong, field) in [
            (json!({"name": ""}), "name"),
            (json!({"severity": "deadly"}), "severity"),
            (json!({"is_mandatory": null}), "is_mandatory"),
            (json!({"description": "a".repeat(501)}), "description"),
        ] {
            let refused = admin.patch(&path, wrong).await.expect(422);
            assert!(text(&refused["detail"]).contains(field), "{refused}");
        }
        let now = admin.patch(&path, json!({"severity": "severe", "icon": null, "is_mandatory": true})).await.expect(200);
        assert_eq!((&now["severity"], &now["icon"], &now["is_mandatory"]), (&json!("severe"), &Value::Null, &json!(true)));
        assert_eq!(list(&admin.get(ALLERGENS).await.expect(200)).len(), 15);

        // What products declare of it goes from the menus with it, and comes back.
        let limonada = id(&app, "product", "Limonada").await;
        let declared = json!({"allergens": [{"allergen_id": made["id"], "presence_type": "may_contain"}]});
        admin.patch(&format!("/api/admin/products/{limonada}"), declared).await.expect(200);
        assert_eq!(app.menu().await.product("Limonada")["allergens"]["may_contain"][0]["name"], "Kiwi");
        admin.delete(&path).await.expect(204);
        assert_eq!(app.menu().await.product("Limonada")["allergens"], Value::Null);
        admin.get(&path).await.expect(404);
        admin.post_empty(&format!("{path}/restore")).await.expect(200);
        assert_eq!(app.menu().await.product("Limonada")["allergens"]["may_contain"][0]["name"], "Kiwi");
        let manager = app.login("manager@demo.com", "manager123").await;
        manager.patch(&path, json!({"description": "Fruta"})).await.expect(200);
        manager.delete(&path).await.expect(403);
    }

    /// The fixed word wins over the id that could stand in its place.
    async fn a_cross_reaction_is_read_where_the_contract_says(app: App) {
        let admin = admin(&app).await;
        let (nuts, peanut) = (id(&app, "allergen", "Frutos secos").await, id(&app, "allergen", "Maní").await);
        assert_eq!(admin.get(REACTIONS).await.expect(200), json!([]));
        let body = json!({"allergen_id": nuts, "cross_reacts_with_id": peanut, "notes": "A veces"});
        // Eight hands at once: one pair.
        let made = race(8, |_| { let (admin, body) = (admin.clone(), body.clone()); async move { admin.post(REACTIONS, body).await } }).await;
        let (good, refused): (Vec<_>, Vec<_>) = made.into_iter().partition(|reply| reply.status == 201);
        assert_eq!((good.len(), refused.len()), (1, 7));
        assert!(refused.iter().all(|reply| reply.json()["code"] == "already_exists"));
        let pair = good[0].json();
        assert_eq!(pair, json!({"id": pair["id"], "tenant_id": pair["tenant_id"], "allergen_id": nuts,
            "allergen_name": "Frutos secos", "cross_reacts_with_id": peanut, "cross_reacts_with_name": "Maní",
            "probability": "medium", "notes": "A veces", "is_active": true}));
        assert_eq!(admin.get(&format!("{REACTIONS}?allergen_id={nuts}")).await.expect(200), json!([pair]));
        assert_eq!(admin.get(&format!("{REACTIONS}?allergen_id={peanut}")).await.expect(200), json!([]), "one way only");
        let known = admin.get(&format!("{ALLERGENS}/{nuts}")).await.expect(200)["cross_reactions"].clone();
        assert_eq!(known, json!([{"id": pair["id"], "cross_reacts_with_id": peanut, "cross_reacts_with_name": "Maní",
            "probability": "medium", "notes": "A veces"}]));

        let path = format!("{REACTIONS}/{}", pair["id"]);
        let now = admin.patch(&path, json!({"probability": "high", "notes": null})).await.expect(200);
        assert_eq!((&now["probability"], &now["notes"]), (&json!("high"), &Value::Null));
        let shown = app.anonymous().get("/api/public/menu/centro/allergens").await.expect(200);
        let shown = list(&shown).iter().find(|it| it["id"] == nuts).unwrap();
        assert_eq!(shown["cross_reactions"][0]["probability"], "high");
        admin.patch(&path, json!({"probability": "certain"})).await.expect(422);
        admin.post(REACTIONS, json!({"allergen_id": nuts, "cross_reacts_with_id": nuts})).await.expect(422);
        admin.post(REACTIONS, json!({"allergen_id": nuts, "cross_reacts_with_id": 999_999})).await.expect(404);
        admin.delete(&path).await.expect(204);
        admin.patch(&path, json!({})).await.expect(404);
        admin.post(REACTIONS, body).await.expect(201);
        admin.post_empty(&format!("/api/admin/cross-reactions/{}/restore", pair["id"])).await.expect(409);
    }
}
