//! The menu: what phones may keep of it, and how soon an 86 reaches every process.

use harness::{App, AppOptions, Reply, Value, both_modes, distributed_only, json, race};

const MENU: &str = "/api/public/menu/centro";

fn etag(reply: &Reply) -> String {
    reply.header("etag").expect("an ETag").to_owned()
}

fn products(menu: &Value) -> Vec<&Value> {
    let categories = menu["categories"].as_array().expect("categories").iter();
    categories.flat_map(|category| category["products"].as_array().expect("products")).collect()
}

fn available(menu: &Value, id: i64) -> bool {
    let product = products(menu).into_iter().find(|product| product["id"] == id);
    product.and_then(|product| product["is_available"].as_bool()).unwrap_or_else(|| panic!("no product {id}"))
}

fn path(product: i64) -> String {
    format!("/api/kitchen/products/{product}/availability")
}

async fn events(app: &App) -> i64 {
    app.sql_i64("select count(*) from event where type = 'PRODUCT_AVAILABILITY_CHANGED'").await
}

/// A second branch of the demo's tenant whose menu has one product of the first.
async fn open_north(app: &App, product: i64) {
    app.sql_exec(&format!(
        "insert into branch (id, tenant_id, name, slug, timezone, created_at)
            select 902, tenant_id, 'Norte', 'norte', timezone, created_at from branch where slug = 'centro';
         insert into branch_stream (branch_id, tenant_id, epoch, seq) select 902, tenant_id, 'north', 0 from branch where id = 902;
         insert into branch_product (id, tenant_id, branch_id, product_id, price_cents)
            select 90200, tenant_id, 902, id, 700 from product where id = {product};"
    ))
    .await;
}

both_modes! {
    /// The diner app iterates over these fields unguarded.
    async fn the_menu_is_whole(app: App) {
        let menu = app.menu().await;
        assert_eq!((&menu.0["branch_slug"], &menu.0["branch_name"]), (&json!("centro"), &json!("Sucursal Centro")));
        let names: Vec<_> = menu.0["categories"].as_array().expect("a list").iter().map(|c| &c["name"]).collect();
        assert_eq!(names, ["Bebidas", "Entradas", "Principales", "Postres"]);
        assert_eq!(products(&menu.0).len(), 37);
        assert_eq!(menu.0["categories"][0]["subcategories"][0]["name"], "Gaseosas");

        let tiramisu = menu.product("Tiramisú");
        let contains: Vec<_> = tiramisu["allergens"]["contains"].as_array().expect("a list").iter().collect();
        let names: Vec<_> = contains.iter().map(|allergen| allergen["name"].as_str().expect("text")).collect();
        assert_eq!(names, ["Gluten", "Huevos", "Lácteos"]);
        assert_eq!(tiramisu["allergen_ids"], json!(contains.iter().map(|a| a["id"].clone()).collect::<Vec<_>>()));
        assert_eq!(menu.product("Limonada")["allergens"], Value::Null);
        for field in ["description", "image", "badge", "seal", "dietary", "cooking"] {
            assert!(tiramisu.as_object().expect("an object").contains_key(field), "{field} is left out instead of null");
        }

        let allergens = app.anonymous().get("/api/public/menu/centro/allergens").await.expect(200);
        assert_eq!(allergens.as_array().expect("a list").len(), 14);
        assert_eq!(allergens[0]["cross_reactions"], json!([]));

        let one = format!("{MENU}/products/{}", menu.id("Tiramisú"));
        assert_eq!(&app.anonymous().get(&one).await.expect(200), tiramisu);
        app.anonymous().get(&format!("{MENU}/products/999999")).await.expect(404);
        app.anonymous().get(&format!("{MENU}/products/x")).await.expect(422);
        app.anonymous().get("/api/public/menu/nowhere").await.expect(404);
        app.anonymous().get("/api/public/menu/%00").await.expect(422);
        app.anonymous().get("/api/public/menu/nowhere/allergens").await.expect(404);
    }

    /// Profiles are shown whole, whatever the office left out of them.
    /// In both databases: one of them would put what has no subcategory first.
    async fn what_has_no_subcategory_comes_last(app: App) {
        app.sql_exec("update product set subcategory_id = null where id = 101; update branch set menu_version = menu_version + 1").await;
        let menu = app.menu().await.0;
        let drinks = menu["categories"][0]["products"].as_array().unwrap();
        assert_eq!(drinks.last().unwrap()["id"], 101);
    }

    async fn profiles_and_allergens_are_declared(app: App) {
        let id = app.menu().await.id("Limonada");
        app.sql_exec(&format!(
            r#"update product set dietary = '{{"is_vegan":true}}', cooking = '{{"methods":["crudo"]}}' where id = {id};
               insert into product_allergen (tenant_id, product_id, allergen_id, presence)
                   select tenant_id, {id}, id, 'may_contain' from allergen where name = 'Soja';
               update branch set menu_version = menu_version + 1;"#
        ))
        .await;
        let menu = app.menu().await;
        let lemonade = menu.product("Limonada");
        assert_eq!((&lemonade["dietary"]["is_vegan"], &lemonade["dietary"]["is_keto"]), (&json!(true), &json!(false)));
        assert_eq!((&lemonade["cooking"]["methods"], &lemonade["cooking"]["uses_oil"]), (&json!(["crudo"]), &json!(false)));
        assert_eq!(lemonade["allergens"]["may_contain"][0]["name"], "Soja");
        assert_eq!((&lemonade["allergen_ids"], &lemonade["allergens"]["contains"]), (&json!([]), &json!([])));
    }

    /// A phone that holds the menu is not sent it again, until something changed; then at once, whichever process
    /// answers.
    async fn a_changed_price_is_seen_at_once(app: App = AppOptions::default().api_processes(2)) {
        let phones = [app.anonymous(), app.anonymous()];
        let first = phones[0].get(MENU).await;
        assert_eq!(first.header("cache-control"), Some("no-cache"));
        let tag = etag(&first);
        for phone in &phones {
            let held = phone.with_header("If-None-Match", &tag).get(MENU).await;
            assert_eq!((held.status, held.bytes.len(), etag(&held)), (304, 0, tag.clone()));
            phone.with_header("If-None-Match", "\"another\"").get(MENU).await.expect(200);
        }
        let limonada = app.menu().await.id("Limonada");
        app.sql_exec(&format!(
            "update branch_product set price_cents = 1999 where product_id = {limonada};
             update branch set menu_version = menu_version + 1 where slug = 'centro';"
        ))
        .await;
        for phone in &phones {
            let now = phone.with_header("If-None-Match", &tag).get(MENU).await;
            assert_eq!(harness::Menu(now.expect(200)).price_cents("Limonada"), 1999);
            assert_ne!(etag(&now), tag);
        }
    }

    /// A dish that is out is out on every phone of the house, and back just so.
    async fn an_86_reaches_every_process(app: App = AppOptions::default().api_processes(2)) {
        let phones = [app.anonymous(), app.anonymous()];
        let before = etag(&phones[0].get(MENU).await);
        let id = app.menu().await.id("Provoleta");
        let kitchen = app.login("kitchen@demo.com", "kitchen123").await;

        let answer = kitchen.patch(&path(id), json!({"is_available": false})).await.expect(200);
        let branch = app.sql_i64("select id from branch where slug = 'centro'").await;
        assert_eq!(answer, json!({"product_id": id, "branch_id": branch, "is_available": false}));
        for phone in &phones {
            let now = phone.with_header("If-None-Match", &before).get(MENU).await;
            assert!(!available(&now.expect(200), id), "still on the menu of a process");
        }
        assert_eq!(kitchen.patch(&path(id), json!({"is_available": false})).await.expect(200), answer);
        assert_eq!(events(&app).await, 1, "setting it again tells nobody");
        assert_eq!(app.sql_i64("select count(*) from audit_log where entity_type = 'product_availability'").await, 1);

        kitchen.patch(&path(id), json!({"is_available": true})).await.expect(200);
        for phone in &phones {
            phone.with_header("If-None-Match", &before).get(MENU).await.expect(304);
        }
        assert_eq!(events(&app).await, 2);
    }

    /// A waiter reads what can be ordered and nothing else.
    async fn waiters_see_what_can_be_ordered(app: App) {
        let id = app.menu().await.id("Provoleta");
        app.sql_exec(&format!(
            "update branch_product set is_available = false where product_id = {id};
             update branch set menu_version = menu_version + 1;"
        ))
        .await;
        let branch = app.sql_i64("select id from branch where slug = 'centro'").await;
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let menu = waiter.get(&format!("/api/waiter/branches/{branch}/menu")).await.expect(200);
        assert_eq!((&menu["total_products"], products(&menu).len()), (&json!(36), 36));
        assert!(products(&menu).iter().all(|product| product["id"] != id));
        let tabla = products(&menu).into_iter().find(|product| product["name"] == "Tabla de quesos").expect("there");
        assert_eq!(tabla["subcategory_name"], "Picadas");
        assert_eq!((&tabla["category_name"], &tabla["allergen_icons"]), (&json!("Entradas"), &json!(["🥛"])));

        open_north(&app, id).await;
        waiter.get("/api/waiter/branches/902/menu").await.expect(403);
        waiter.get("/api/waiter/branches/999/menu").await.expect(404);
        let kitchen = app.login("kitchen@demo.com", "kitchen123").await;
        kitchen.get(&format!("/api/waiter/branches/{branch}/menu")).await.expect(403);
        app.anonymous().get(&format!("/api/waiter/branches/{branch}/menu")).await.expect(401);
    }

    /// Only the kitchen of a branch says what that branch is out of.
    async fn an_86_stays_in_its_branch(app: App) {
        let id = app.menu().await.id("Provoleta");
        open_north(&app, id).await;
        let out = |branch: i64| json!({"is_available": false, "branch_id": branch});
        let kitchen = app.login("kitchen@demo.com", "kitchen123").await;
        kitchen.patch(&path(id), out(902)).await.expect(403);
        kitchen.patch(&path(id), out(999)).await.expect(404);
        kitchen.patch(&path(999_999), json!({"is_available": false})).await.expect(404);
        kitchen.patch(&path(id), json!({})).await.expect(422);
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        waiter.patch(&path(id), json!({"is_available": false})).await.expect(403);
        let admin = app.login("admin@demo.com", "admin123").await;
        let refused = admin.patch(&path(id), json!({"is_available": false})).await.expect(422);
        assert!(refused["detail"].as_str().expect("text").contains("branch_id"), "{refused}");
        assert_eq!(events(&app).await, 0);

        // Which the kitchen, with one branch, need not say.
        kitchen.patch(&path(id), json!({"is_available": false})).await.expect(200);
        assert!(!available(&app.menu().await.0, id));
        let north = "select case when is_available then 1 else 0 end from branch_product where branch_id = 902";
        assert_eq!(app.sql_i64(north).await, 1);
    }

    /// Twelve hands on the same switch: one change, one event; and a key answers for one request only.
    async fn the_same_86_twice_is_one(app: App) {
        let id = app.menu().await.id("Provoleta");
        let kitchen = app.login("kitchen@demo.com", "kitchen123").await;
        let answers = race(12, |_| {
            let kitchen = kitchen.clone();
            async move { kitchen.patch(&path(id), json!({"is_available": false})).await.status }
        })
        .await;
        assert_eq!(answers, [200; 12]);
        assert_eq!(events(&app).await, 1);

        let keyed = kitchen.with_header("X-Idempotency-Key", "k1");
        let first = keyed.patch(&path(id), json!({"is_available": true})).await;
        first.expect(200);
        kitchen.patch(&path(id), json!({"is_available": false})).await.expect(200);
        let repeat = keyed.patch(&path(id), json!({"is_available": true})).await;
        assert_eq!((repeat.status, &repeat.bytes), (200, &first.bytes));
        assert!(!available(&app.menu().await.0, id), "a repeat must not undo what came later");
        keyed.patch(&path(id), json!({"is_available": false})).await.expect(409);
    }
}

distributed_only! {
    /// Five thousand products must cost no more statements than forty.
    async fn a_long_menu_costs_no_more_statements(app: App = AppOptions::default().count_round_trips()) {
        async fn cost(app: &App, products: usize) -> usize {
            app.sql_exec("update branch set menu_version = menu_version + 1").await;
            app.wire().reset();
            let menu = app.menu().await;
            assert_eq!(self::products(&menu.0).len(), products);
            let asked = app.wire().round_trips();
            asked.iter().filter(|line| line.contains("select") && !line.starts_with("prepare")).count()
        }
        let few = cost(&app, 37).await;
        app.sql_exec(
            "insert into product (id, tenant_id, category_id, name, created_at)
                select 10000 + n, c.tenant_id, c.id, 'Plato ' || n, c.created_at
                from generate_series(1, 5000) n, (select * from category order by id limit 1) c;
             insert into branch_product (tenant_id, branch_id, product_id, price_cents)
                select p.tenant_id, c.branch_id, p.id, 100 from product p join category c on c.id = p.category_id where p.id > 10000;
             insert into product_allergen (tenant_id, product_id, allergen_id, presence)
                select p.tenant_id, p.id, a.id, 'contains' from product p, allergen a where p.id > 10000 and a.name in ('Soja', 'Apio')",
        )
        .await;
        assert_eq!(cost(&app, 5037).await, few);
    }
}
