//! The office's products: made, priced per branch, declared, changed, deleted and restored; on the phones at once.

use crate::scene::{list, number, product, text};
use harness::{App, AppOptions, Caller, StaffClient, Value, both_modes, distributed_only, duel, json};

const PRODUCTS: &str = "/api/admin/products";

async fn admin(app: &App) -> StaffClient {
    app.login("admin@demo.com", "admin123").await
}

async fn category(app: &App, name: &str) -> i64 {
    app.sql_i64(&format!("select id from category where name = '{name}'")).await
}

async fn subcategory(app: &App, name: &str) -> i64 {
    app.sql_i64(&format!("select id from subcategory where name = '{name}'")).await
}

async fn allergen(app: &App, name: &str) -> i64 {
    app.sql_i64(&format!("select id from allergen where name = '{name}'")).await
}

/// A second branch of the demo's business, with an empty menu.
async fn north(app: &App) -> i64 {
    app.sql_exec(
        "insert into branch (id, tenant_id, name, slug, timezone, created_at)
             select 902, tenant_id, 'Norte', 'norte', timezone, created_at from branch where slug = 'centro';
         insert into branch_stream (branch_id, tenant_id, epoch, seq) select 902, tenant_id, 'north', 0 from branch where id = 902;
         insert into dining_table (tenant_id, branch_id, code, capacity, status, is_active, created_at)
             select tenant_id, 902, 'N-01', 4, 'FREE', true, created_at from branch where id = 902",
    )
    .await;
    902
}

async fn menu(app: &App, slug: &str) -> harness::Menu {
    harness::Menu(app.anonymous().get(&format!("/api/public/menu/{slug}")).await.expect(200))
}

fn has(menu: &harness::Menu, name: &str) -> bool {
    list(&menu.0["categories"]).iter().any(|it| list(&it["products"]).iter().any(|it| it["name"] == name))
}

fn prices(product: &Value) -> Vec<(i64, i64)> {
    list(&product["branch_prices"]).iter().map(|it| (number(&it["branch_id"]), number(&it["price_cents"]))).collect()
}

both_modes! {
    async fn a_product_is_made_and_on_the_menu(app: App) {
        let admin = admin(&app).await;
        let screen = admin.socket(&app, "/ws/admin").await;
        let branch = admin.branch_ids[0];
        let (shelf, part) = (category(&app, "Bebidas").await, subcategory(&app, "Jugos").await);
        let (gluten, soy) = (allergen(&app, "Gluten").await, allergen(&app, "Soja").await);
        let body = json!({
            "name": " Jugo de pera ", "description": "Natural", "image": "https://img.example.com/pera.png",
            "category_id": shelf, "subcategory_id": part, "featured": true, "badge": "Nuevo", "seal": "",
            "allergen_ids": [soy], "allergens": [{"allergen_id": gluten}, {"allergen_id": soy, "presence_type": "free_from"}],
            "dietary_profile": {"is_vegan": true}, "cooking_info": {"methods": ["crudo"], "prep_time_minutes": 5},
            "service_hours": [], "recipe_id": null, "inherits_from_recipe": false, "whatever": 1,
            "branch_prices": [{"branch_id": branch, "price_cents": 1900}]
        });
        let made = admin.lenient().post(PRODUCTS, body).await.expect(201);
        assert_eq!(made, json!({
            "id": made["id"], "tenant_id": made["tenant_id"], "name": "Jugo de pera", "description": "Natural",
            "image": "https://img.example.com/pera.png", "category_id": shelf, "subcategory_id": part, "featured": true,
            "popular": false, "badge": "Nuevo", "seal": null, "allergen_ids": [gluten],
            "allergens": [
                {"allergen_id": gluten, "allergen_name": "Gluten", "allergen_icon": "🌾", "presence_type": "contains"},
                {"allergen_id": soy, "allergen_name": "Soja", "allergen_icon": "🫘", "presence_type": "free_from"}],
            "recipe_id": null, "inherits_from_recipe": false, "recipe_name": null,
            "dietary_profile": {"is_vegetarian": false, "is_vegan": true, "is_gluten_free": false, "is_dairy_free": false,
                "is_celiac_safe": false, "is_keto": false, "is_low_sodium": false},
            "cooking_info": {"cooking_method_ids": [], "methods": ["crudo"], "uses_oil": false, "prep_time_minutes": 5,
                "cook_time_minutes": null},
            "sensory_profile": null,
            "service_hours": null, "station": null, "is_active": true, "created_at": made["created_at"],
            "branch_prices": [{"branch_id": branch, "price_cents": 1900, "is_available": true}]
        }));
        let told = screen.wait_for("ENTITY_CREATED").await;
        assert_eq!((&told["entity"]["entity_type"], &told["entity"]["entity_id"]), (&json!("product"), &made["id"]));
        let menu = app.menu().await;
        let shown = menu.product("Jugo de pera");
        assert_eq!((&shown["price_cents"], &shown["dietary"]["is_vegan"]), (&json!(1900), &json!(true)));
        assert_eq!((&shown["cooking"]["methods"], &shown["available_from"]), (&json!(["crudo"]), &Value::Null));
        assert_eq!(shown["allergens"]["free_from"][0]["name"], "Soja");
        assert_eq!(admin.get(&format!("{PRODUCTS}/{}", made["id"])).await.expect(200), made);
        let listed = admin.get(&format!("{PRODUCTS}?category_id={shelf}")).await.expect(200);
        assert_eq!(list(&listed).len(), 11);
        assert!(list(&listed).contains(&made));
        let names: Vec<&str> = list(&listed).iter().map(|it| text(&it["name"])).collect();
        assert!(names.is_sorted(), "{names:?}");
    }

    async fn what_does_not_fit_is_refused_and_named(app: App) {
        let admin = admin(&app).await;
        let branch = admin.branch_ids[0];
        let shelf = category(&app, "Bebidas").await;
        let (other_part, gluten) = (subcategory(&app, "Carnes").await, allergen(&app, "Gluten").await);
        let before = app.sql_i64("select count(*) from product").await;
        let price = |cents: Value| json!({"branch_prices": [{"branch_id": branch, "price_cents": cents}]});
        let twice = json!({"branch_prices": [{"branch_id": branch, "price_cents": 1}, {"branch_id": branch, "price_cents": 2}]});
        let window = |days: Value, from: &str, to: &str| json!({"service_hours": [{"days": days, "from": from, "to": to}]});
        for (wrong, field) in [
            (json!({"name": " "}), "name"),
            (json!({"name": "a".repeat(201)}), "name"),
            (json!({"description": "a".repeat(2001)}), "description"),
            (json!({"image": "http://localhost/a.png"}), "image"),
            (json!({"badge": "a".repeat(51)}), "badge"),
            (json!({"featured": "yes"}), "featured"),
            (json!({"subcategory_id": other_part}), "subcategory_id"),
            (price(json!(-1)), "price_cents"),
            (price(json!(100_000_000_001_i64)), "price_cents"),
            (price(json!(1.5)), "price_cents"),
            (twice, "branch_prices"),
            (json!({"allergens": [{"allergen_id": gluten}, {"allergen_id": gluten, "presence_type": "free_from"}]}), "allergens"),
            (json!({"allergens": [{"allergen_id": gluten, "presence_type": "maybe"}]}), "presence_type"),
            (json!({"cooking_info": {"methods": vec!["x"; 21]}}), "cooking_info"),
            (json!({"cooking_info": {"prep_time_minutes": -1}}), "prep_time_minutes"),
            (window(json!([8]), "10:00", "12:00"), "service_hours"),
            (window(json!([]), "10:00", "12:00"), "service_hours"),
            (window(json!([1]), "25:00", "12:00"), "service_hours"),
        ] {
            let mut body = json!({"name": "X", "category_id": shelf});
            body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
            let refused = admin.post(PRODUCTS, body).await.expect(422);
            assert!(text(&refused["detail"]).contains(field), "{wrong}: {refused}");
            let id = product(&app, "Limonada").await;
            let refused = admin.patch(&format!("{PRODUCTS}/{id}"), wrong.clone()).await.expect(422);
            assert!(text(&refused["detail"]).contains(field), "{wrong}: {refused}");
        }
        for wrong in [
            json!({"name": "X", "category_id": 999_999}),
            json!({"name": "X", "category_id": shelf, "subcategory_id": 999_999}),
            json!({"name": "X", "category_id": shelf, "allergen_ids": [999_999]}),
            json!({"name": "X", "category_id": shelf, "branch_prices": [{"branch_id": 999_999, "price_cents": 1}]}),
        ] {
            admin.post(PRODUCTS, wrong).await.expect(404);
        }
        admin.post(PRODUCTS, json!({"name": "X"})).await.expect(422);
        admin.get(&format!("{PRODUCTS}?limit=0")).await.expect(422);
        assert_eq!(app.sql_i64("select count(*) from product").await, before);
        assert_eq!(app.sql_i64("select count(*) from audit_log where entity_type = 'product'").await, 0);
    }

    /// Prices make menus: a new one in a second branch, another one, none any more; rounds charge what the menu says.
    async fn a_price_is_on_menus_and_rounds_at_once(app: App) {
        let admin = admin(&app).await;
        let (centro, norte) = (admin.branch_ids[0], north(&app).await);
        let admin = self::admin(&app).await;
        let id = product(&app, "Limonada").await;
        let path = format!("{PRODUCTS}/{id}");
        let phone = app.scan("INT-01").await;
        let order = json!({"items": [{"product_id": id, "qty": 1}]});
        assert!(!has(&menu(&app, "norte").await, "Limonada"));
        let both = json!({"branch_prices": [{"branch_id": centro, "price_cents": 2100}, {"branch_id": norte, "price_cents": 900}]});
        let changed = admin.patch(&path, both.clone()).await.expect(200);
        assert_eq!(prices(&changed), [(centro, 2100), (norte, 900)]);
        assert_eq!(menu(&app, "centro").await.price_cents("Limonada"), 2100);
        // The other branch shows the category for the one product that it sells of it.
        let there = menu(&app, "norte").await;
        assert_eq!(there.price_cents("Limonada"), 900);
        assert_eq!(list(&there.0["categories"]).len(), 1);
        let there = app.anonymous().post_empty("/api/tables/code/N-01/session?branch_slug=norte").await.expect(200);
        let guest = app.anonymous().with_header("X-Table-Token", text(&there["table_token"]));
        guest.post("/api/diner/rounds/submit", order.clone()).await.expect(200);
        guest.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 101, "qty": 1}]})).await.expect(400);
        phone.post("/api/diner/rounds/submit", order.clone()).await.expect(200);
        let charged = "select count(*) from round_item where unit_price_cents = ";
        assert_eq!(app.sql_i64(&format!("{charged}2100")).await, 1);
        assert_eq!(app.sql_i64(&format!("{charged}900")).await, 1);
        // Saying the same again is no change.
        let events = "select count(*) from event where type = 'ENTITY_UPDATED'";
        assert_eq!(app.sql_i64(events).await, 2, "one in each branch");
        admin.patch(&path, both).await.expect(200);
        assert_eq!(app.sql_i64(events).await, 2);

        let rows = admin.get(&format!("{PRODUCTS}?branch_id={norte}")).await.expect(200);
        assert_eq!(list(&rows).len(), 1);
        let only = json!({"branch_prices": [{"branch_id": norte, "price_cents": 900}]});
        admin.patch(&path, only).await.expect(200);
        assert!(!has(&menu(&app, "centro").await, "Limonada"));
        phone.post("/api/diner/cart/add", json!({"product_id": id})).await.expect(404);
        let refused = phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": id, "qty": 2}]})).await.expect(400);
        assert_eq!(refused["code"], "product_not_offered");
        admin.patch(&path, json!({"branch_prices": []})).await.expect(200);
        assert!(!has(&menu(&app, "norte").await, "Limonada"));
        assert_eq!(admin.get(&path).await.expect(200)["branch_prices"], json!([]));
    }

    async fn an_update_changes_what_it_says(app: App) {
        let admin = admin(&app).await;
        let id = product(&app, "Tiramisú").await;
        let path = format!("{PRODUCTS}/{id}");
        let before = admin.patch(&path, json!({"description": null})).await.expect(200);
        let (soy, main) = (allergen(&app, "Soja").await, category(&app, "Principales").await);
        let patch = json!({"badge": "Chef", "description": "Con café", "dietary_profile": {"is_vegetarian": true}});
        admin.patch(&path, patch).await.expect(200);
        let now = admin.patch(&path, json!({"badge": null, "description": null, "dietary_profile": null})).await.expect(200);
        assert_eq!(now, before);
        admin.patch(&path, json!({"name": null})).await.expect(422);
        // The long form wins, and an empty one clears.
        let now = admin.patch(&path, json!({"allergen_ids": [soy]})).await.expect(200);
        assert_eq!((&now["allergen_ids"], list(&now["allergens"]).len()), (&json!([soy]), 1));
        let now = admin.patch(&path, json!({"allergen_ids": [soy], "allergens": []})).await.expect(200);
        assert_eq!((&now["allergen_ids"], &now["allergens"]), (&json!([]), &json!([])));
        // In another category it stands nowhere in particular, unless that is said.
        let now = admin.patch(&path, json!({"category_id": main})).await.expect(200);
        assert_eq!((&now["category_id"], &now["subcategory_id"]), (&json!(main), &Value::Null));
        let part = subcategory(&app, "Pastas").await;
        let now = admin.patch(&path, json!({"subcategory_id": part, "is_active": false})).await.expect(200);
        assert_eq!((&now["subcategory_id"], &now["is_active"]), (&json!(part), &json!(false)));
        assert!(!has(&menu(&app, "centro").await, "Tiramisú"));
        admin.patch(&path, json!({"is_active": true})).await.expect(200);
        assert!(has(&menu(&app, "centro").await, "Tiramisú"));
        let log = admin.get(&format!("/api/admin/audit-log?entity_type=product&entity_id={id}&limit=1&offset=0")).await.expect(200);
        assert_eq!((&log[0]["old_values"], &log[0]["new_values"]), (&json!({"is_active": false}), &json!({"is_active": true})));
        let (code, said) = app.try_operate(&["audit", "verify"]);
        assert!(code && said.contains("intact"), "{said}");
    }

    /// A form that sends back what it read must neither end an 86 nor start one; a click in it does.
    async fn the_office_says_86_with_the_price(app: App) {
        let admin = admin(&app).await;
        let cook = app.login("kitchen@demo.com", "kitchen123").await;
        let id = product(&app, "Provoleta").await;
        let path = format!("{PRODUCTS}/{id}");
        cook.patch(&format!("/api/kitchen/products/{id}/availability"), json!({"is_available": false, "remaining": 0})).await.expect(200);
        let read = admin.get(&path).await.expect(200)["branch_prices"].clone();
        assert_eq!(read[0]["is_available"], false);
        admin.patch(&path, json!({"branch_prices": read})).await.expect(200);
        assert_eq!(app.sql_i64(&format!("select count(*) from branch_product where product_id = {id} and remaining = 0")).await, 1);
        let mut on = read.clone();
        on[0]["is_available"] = json!(true);
        admin.patch(&path, json!({"branch_prices": on})).await.expect(200);
        assert_eq!(menu(&app, "centro").await.product("Provoleta")["is_available"], true);
        assert_eq!(app.sql_i64("select count(*) from event where type = 'PRODUCT_AVAILABILITY_CHANGED'").await, 2);
    }

    async fn a_manager_acts_where_he_manages(app: App) {
        let manager = app.login("manager@demo.com", "manager123").await;
        let (centro, norte) = (manager.branch_ids[0], north(&app).await);
        let shelf = category(&app, "Bebidas").await;
        let at = |branch: i64| json!({"name": "Mate", "category_id": shelf, "branch_prices": [{"branch_id": branch, "price_cents": 500}]});
        let mate = manager.post(PRODUCTS, at(centro)).await.expect(201);
        let path = format!("{PRODUCTS}/{}", mate["id"]);
        manager.post(PRODUCTS, at(norte)).await.expect(403);
        manager.patch(&path, json!({"branch_prices": [{"branch_id": norte, "price_cents": 1}]})).await.expect(403);
        manager.patch(&path, json!({"name": "Mate cocido"})).await.expect(200);
        // Once another branch sells it, it is not one manager's to change, nor is what it stands under his to delete.
        let admin = admin(&app).await;
        let both = json!({"branch_prices": [{"branch_id": centro, "price_cents": 1}, {"branch_id": norte, "price_cents": 1}]});
        admin.patch(&path, both).await.expect(200);
        manager.get(&path).await.expect(200);
        manager.patch(&path, json!({"name": "Mío"})).await.expect(403);
        manager.delete(&path).await.expect(403);
        manager.delete(&format!("/api/admin/categories/{shelf}")).await.expect(403);
        assert_eq!(app.sql_i64("select count(*) from product where deletion_id is not null").await, 0);
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        waiter.post(PRODUCTS, at(centro)).await.expect(403);
        assert_eq!(list(&waiter.get(PRODUCTS).await.expect(200)).len(), 38);
    }

    async fn a_product_goes_and_comes_back_with_its_prices(app: App) {
        let admin = admin(&app).await;
        let screen = admin.socket(&app, "/ws/admin").await;
        let id = product(&app, "Limonada").await;
        let path = format!("{PRODUCTS}/{id}");
        let before = admin.get(&path).await.expect(200);
        admin.delete(&path).await.expect(204);
        assert_eq!(screen.wait_for("ENTITY_DELETED").await["entity"]["entity_id"], id);
        assert!(!has(&menu(&app, "centro").await, "Limonada"));
        for reply in [admin.get(&path).await, admin.delete(&path).await, admin.patch(&path, json!({})).await] {
            reply.expect(404);
        }
        assert_eq!(list(&admin.get(PRODUCTS).await.expect(200)).len(), 36);
        assert_eq!(list(&admin.get(&format!("{PRODUCTS}?include_deleted=true")).await.expect(200)).len(), 37);
        admin.post_empty(&format!("{path}/restore")).await.expect(200);
        assert_eq!(admin.get(&path).await.expect(200), before);
        assert_eq!(menu(&app, "centro").await.price_cents("Limonada"), 1800);
    }

    async fn the_same_twice_is_once_and_two_at_once_are_two(app: App) {
        let admin = admin(&app).await;
        let body = json!({"name": "Mate", "category_id": category(&app, "Bebidas").await});
        let keyed = admin.clone().keyed("mate");
        let (one, other) = duel(
            { let (keyed, body) = (keyed.clone(), body.clone()); async move { keyed.post(PRODUCTS, body).await.expect(201) } },
            { let (keyed, body) = (keyed.clone(), body.clone()); async move { keyed.post(PRODUCTS, body).await.expect(201) } },
        )
        .await;
        assert_eq!(one, other);
        keyed.post(PRODUCTS, json!({"name": "Otro", "category_id": 1})).await.expect(409);
        let path = format!("{PRODUCTS}/{}", one["id"]);
        let change = |patch: Value| { let (admin, path) = (admin.clone(), path.clone()); async move { admin.patch(&path, patch).await.expect(200) } };
        duel(change(json!({"badge": "A"})), change(json!({"seal": "B"}))).await;
        let now = admin.get(&path).await.expect(200);
        assert_eq!((&now["badge"], &now["seal"]), (&json!("A"), &json!("B")), "neither change lost the other");
    }
}

/// As many statements for a thousand products as for forty.
async fn cost(app: &App, caller: &Caller, path: &str) -> usize {
    caller.get(path).await.expect(200);
    app.wire().reset();
    caller.get(path).await.expect(200);
    app.wire().round_trips().into_iter().filter(|trip| trip != "ping").count()
}

distributed_only! {
    async fn a_long_list_costs_no_more_statements(app: App = AppOptions::default().count_round_trips().env("COMANDA_DB_POOL", "1")) {
        let admin = admin(&app).await;
        let few = cost(&app, &admin, PRODUCTS).await;
        app.sql_exec(
            "insert into product (id, tenant_id, category_id, name, created_at)
                select 10000 + n, c.tenant_id, c.id, 'Plato ' || n, c.created_at
                from generate_series(1, 1000) n, (select * from category order by id limit 1) c;
             insert into branch_product (tenant_id, branch_id, product_id, price_cents)
                select p.tenant_id, c.branch_id, p.id, 100 from product p join category c on c.id = p.category_id where p.id > 10000",
        )
        .await;
        assert_eq!(cost(&app, &admin, PRODUCTS).await, few);
        let all = admin.get(PRODUCTS).await;
        assert_eq!(list(&all.expect(200)).len(), 1037);
        let page = admin.get(&format!("{PRODUCTS}?limit=500&offset=500")).await;
        assert!(page.header("link").unwrap().contains("offset=1000"));
        assert_eq!(list(&page.expect(200)).len(), 500);
    }
}
