//! The office deletes with all that stands under a thing, restores exactly that, and everything is audited in a chain
//! that shows whoever tampers with it.

use harness::{App, StaffClient, Value, both_modes, json};

async fn admin(app: &App) -> StaffClient {
    app.login("admin@demo.com", "admin123").await
}

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    list.as_array().expect("an array").iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

async fn menu_names(app: &App) -> Vec<String> {
    let menu = app.anonymous().get("/api/public/menu/centro").await.expect(200);
    let categories = menu["categories"].as_array().unwrap();
    categories.iter().map(|category| category["name"].as_str().unwrap().to_owned()).collect()
}

both_modes! {
    async fn a_category_is_made_changed_deleted_and_restored(app: App) {
        let admin = admin(&app).await;
        let branch = admin.branch_ids[0];
        let body = json!({"branch_id": branch, "name": " Tragos ", "icon": "🍸", "image": "", "color": "ignored"});
        let made = admin.lenient().post("/api/admin/categories", body.clone()).await.expect(201);
        assert_eq!(
            made,
            json!({"id": made["id"], "tenant_id": made["tenant_id"], "branch_id": branch, "name": "Tragos", "icon": "🍸",
                "image": null, "order": 5, "service_hours": null, "station": null, "is_active": true})
        );
        let twice = admin.lenient().post("/api/admin/categories", body).await.expect(409);
        assert_eq!(twice["code"], "name_taken");
        assert_eq!(menu_names(&app).await, ["Bebidas", "Entradas", "Principales", "Postres", "Tragos"]);

        let path = format!("/api/admin/categories/{}", made["id"]);
        let patched = admin.lenient().patch(&path, json!({"order": 0, "icon": null, "branch_id": 77})).await.expect(200);
        assert_eq!((&patched["order"], &patched["icon"], &patched["branch_id"]), (&json!(0), &Value::Null, &json!(branch)));
        assert_eq!(menu_names(&app).await[0], "Tragos");
        admin.patch(&path, json!({"is_active": false})).await.expect(200);
        assert!(!menu_names(&app).await.contains(&"Tragos".to_owned()));
        assert_eq!(named(&admin.get("/api/admin/categories").await.expect(200), "Tragos")["is_active"], false);

        admin.delete(&path).await.expect(204);
        admin.get(&path).await.expect(404);
        admin.patch(&path, json!({"name": "X"})).await.expect(404);
        admin.delete(&path).await.expect(404);
        let again = admin.post("/api/admin/categories", json!({"branch_id": branch, "name": "Tragos"})).await.expect(201);
        // What was switched off when it went comes back switched off, and does not fight for the name.
        admin.post_empty(&format!("{path}/restore")).await.expect(200);
        assert_eq!(admin.get(&path).await.expect(200)["is_active"], false);
        let clash = admin.patch(&path, json!({"is_active": true})).await.expect(409);
        assert_eq!(clash["code"], "name_taken");
        admin.delete(&format!("/api/admin/categories/{}", again["id"])).await.expect(204);
        admin.patch(&path, json!({"is_active": true})).await.expect(200);
        admin.post_empty(&format!("/api/admin/categories/{}/restore", again["id"])).await.expect(409);
    }

    async fn a_deletion_takes_what_stands_under_it_and_a_restore_brings_exactly_that_back(app: App) {
        let admin = admin(&app).await;
        let screen = admin.socket(&app, "/ws/admin").await;
        let drinks = named(&admin.get("/api/admin/categories").await.expect(200), "Bebidas")["id"].as_i64().unwrap();
        let before = app.anonymous().get("/api/public/menu/centro").await.expect(200);
        // Switched off by hand before: a restore must leave it so.
        let cola = app.sql_i64("select id from product where name = 'Coca-Cola 500ml'").await;
        app.sql_exec(&format!("update product set is_active = false, deactivated = true where id = {cola}")).await;

        let path = format!("/api/admin/categories/{drinks}");
        let preview = admin.get(&format!("{path}/cascade-preview")).await.expect(200);
        assert_eq!(
            (&preview["entity_name"], &preview["total_items"], &preview["counts"], &preview["blocked_by"]),
            (&json!("Bebidas"), &json!(14), &json!({"subcategory": 4, "product": 10}), &Value::Null)
        );
        assert_eq!(named(&preview["affected"], "Limonada")["type"], "product");

        admin.delete(&path).await.expect(204);
        let told = screen.wait_for("CASCADE_DELETE").await;
        assert_eq!((&told["entity"]["entity_type"], &told["entity"]["entity_id"]), (&json!("category"), &json!(drinks)));
        assert_eq!(told["entity"]["affected_entities"].as_array().unwrap().len(), 14);
        assert_eq!(app.sql_i64("select count(*) from product where deletion_id is not null").await, 10);
        assert_eq!(menu_names(&app).await, ["Entradas", "Principales", "Postres"]);

        let product = format!("/api/admin/products/{cola}/restore");
        assert_eq!(admin.post_empty(&product).await.expect(409)["code"], "went_with_another");
        let back = admin.post_empty(&format!("{path}/restore")).await.expect(200);
        assert_eq!((&back["success"], &back["entity_id"], &back["restored_items"]), (&json!(true), &json!(drinks), &json!(14)));
        admin.post_empty(&format!("{path}/restore")).await.expect(404);
        admin.post_empty("/api/admin/tenants/1/restore").await.expect(400);
        assert_eq!(app.sql_i64("select count(*) from product where not is_active").await, 1);
        app.sql_exec(&format!("update product set is_active = true, deactivated = false where id = {cola}")).await;
        app.sql_exec("update branch set menu_version = menu_version + 1").await;
        assert_eq!(app.anonymous().get("/api/public/menu/centro").await.expect(200), before);
    }

    async fn a_table_with_guests_is_not_deleted(app: App) {
        let admin = admin(&app).await;
        let phone = app.scan("INT-01").await;
        let branch = admin.branch_ids[0];
        let preview = admin.get(&format!("/api/admin/branches/{branch}/cascade-preview")).await.expect(200);
        assert_eq!(preview["blocked_by"], "Table INT-01 has a live session");
        assert_eq!(preview["counts"]["table"], 10);
        assert!(phone.session_id > 0);
    }

    async fn the_audit_log_is_read_filtered_and_shows_whoever_tampers_with_it(app: App) {
        let admin = admin(&app).await;
        let branch = admin.branch_ids[0];
        for name in ["Uno", "Dos", "Tres"] {
            admin.post("/api/admin/categories", json!({"branch_id": branch, "name": name})).await.expect(201);
        }
        let two = app.sql_i64("select id from category where name = 'Dos'").await;
        admin.patch(&format!("/api/admin/categories/{two}"), json!({"name": "Zwei"})).await.expect(200);
        let log = admin.get("/api/admin/audit-log?entity_type=category&limit=50&offset=0").await.expect(200);
        assert_eq!(log.as_array().unwrap().len(), 4);
        assert_eq!((&log[0]["action"], &log[0]["old_values"], &log[0]["new_values"]), (&json!("UPDATE"), &json!({"name": "Dos"}), &json!({"name": "Zwei"})));
        assert_eq!((&log[0]["user_email"], &log[0]["ip_address"]), (&json!("admin@demo.com"), &json!("127.0.0.1")));
        assert_eq!(log[3]["new_values"]["name"], "Uno");
        let path = format!("/api/admin/audit-log?entity_id={two}&action=CREATE");
        assert_eq!(admin.get(&path).await.expect(200).as_array().unwrap().len(), 1);
        let page = admin.get("/api/admin/audit-log?entity_type=category&limit=2&offset=1").await;
        assert!(page.header("link").unwrap().contains("offset=3"));
        assert_eq!(page.expect(200).as_array().unwrap().len(), 2);

        let (code, said) = app.try_operate(&["audit", "verify"]);
        assert!(code && said.contains("buen-sabor: intact"), "{said}");
        let seq = app.sql_i64(&format!("select seq from audit_log where entity_id = {two} and action = 'UPDATE'")).await;
        app.sql_exec(&format!("update audit_log set user_email = 'ana@demo.com' where seq = {seq}")).await;
        let (code, said) = app.try_operate(&["audit", "verify"]);
        assert!(!code && said.contains(&format!("BROKEN at row {seq}: altered")), "{said}");
        app.sql_exec(&format!("update audit_log set user_email = 'admin@demo.com' where seq = {seq}")).await;
        app.sql_exec("delete from audit_log where seq = (select max(seq) from audit_log)").await;
        let (code, said) = app.try_operate(&["audit", "verify"]);
        assert!(!code && said.contains("missing"), "{said}");
    }
}
