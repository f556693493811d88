//! A list costs the same number of statements however long it is: no query for each row.

use crate::{
    crowd::fill,
    look::table,
    scene::{list, send},
};
use harness::{App, AppOptions, Caller, Value, distributed_only, json};

/// The statements of one read, once they are prepared: the fewest of three, since what the server does by itself may
/// fall into one.
async fn cost(app: &App, caller: &Caller, path: &str) -> usize {
    caller.get(path).await.expect(200);
    let mut fewest = usize::MAX;
    for _ in 0..3 {
        fewest = fewest.min(statements(app, caller, path).await);
    }
    fewest
}

/// Whether a read needs `most` statements at the most. On a busy machine the server's own fall into many reads, so it
/// is read until one is without them; a query for each row is in every one.
async fn costs_at_most(app: &App, caller: &Caller, path: &str, most: usize) -> bool {
    for _ in 0..30 {
        if statements(app, caller, path).await <= most {
            return true;
        }
    }
    false
}

async fn statements(app: &App, caller: &Caller, path: &str) -> usize {
    app.wire().reset();
    caller.get(path).await.expect(200);
    app.wire().round_trips().into_iter().filter(|trip| trip != "ping").count()
}

/// A round of two dishes, a call and a line in the cart at one more table.
async fn busy_table(app: &App, code: &str) {
    let phone = app.scan(code).await;
    phone.post("/api/diner/register", json!({"name": "Otra", "color": "#112233", "device_id": "d"})).await.expect(200);
    for kind in ["WAITER_CALL", "OTHER"] {
        phone.post("/api/diner/service-call", json!({"type": kind})).await.expect(200);
    }
    for products in [[101, 111], [111, 120], [120, 130]] {
        send(&phone, &products).await;
    }
    for product in [101, 102, 103, 104] {
        phone.post("/api/diner/cart/add", json!({"product_id": product})).await.expect(200);
    }
}

/// Ten more waiters, each with a sector of their own, and ten more recipes.
async fn more_people(app: &App) {
    let prefixes = ["AA", "AB", "AC", "AD", "AE", "AF", "AG", "AH", "AI", "AJ"];
    for prefix in prefixes {
        app.sql_exec(&format!(
            "insert into app_user (tenant_id, email, password_hash, created_at)
                 select tenant_id, '{prefix}@demo.com', 'none', created_at from branch;
             insert into user_branch_role (tenant_id, user_id, branch_id, role)
                 select b.tenant_id, u.id, b.id, 'WAITER' from branch b, app_user u where u.email = '{prefix}@demo.com';
             insert into sector (tenant_id, branch_id, name, prefix, created_at) select tenant_id, id, '{prefix}', '{prefix}', created_at from branch;
             insert into waiter_sector_assignment (tenant_id, branch_id, sector_id, waiter_id, created_at)
                 select s.tenant_id, s.branch_id, s.id, u.id, s.created_at from sector s, app_user u
                 where s.prefix = '{prefix}' and u.email = '{prefix}@demo.com'"
        ))
        .await;
        app.sql_exec(&format!(
            "insert into recipe (tenant_id, branch_id, product_id, name, name_key, created_at)
                 select tenant_id, id, 101, '{prefix}', '{prefix}', created_at from branch;
             insert into recipe_allergen (tenant_id, recipe_id, allergen_id)
                 select r.tenant_id, r.id, a.id from recipe r, allergen a where r.name = '{prefix}'"
        ))
        .await;
    }
}

/// Every read of the office, the floor and the till that needs no thing of its own to be named, from the document: a
/// new list is counted as soon as it is there. With them those of one thing that has many.
fn reads(document: &Value, branch: i64, session: i64) -> Vec<String> {
    let elsewhere = ["/api/auth/", "/api/admin/payments/reconciliation"];
    let mut paths = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let is_staffs = item["get"]["security"][0]["staff"].is_array();
        if !is_staffs || elsewhere.iter().any(|other| path.starts_with(other)) {
            continue;
        }
        let path = match path.as_str() {
            "/api/admin/catalogs/{catalog}" => "/api/admin/catalogs/cooking-methods".into(),
            "/api/admin/{entity_type}/{entity_id}/cascade-preview" => {
                format!("/api/admin/branches/{branch}/cascade-preview")
            }
            "/api/admin/cash/sessions/{cash_session_id}/summary" => {
                format!("/api/admin/cash/sessions/{session}/summary")
            }
            path if path.ends_with("{branch_id}/menu") => format!("/api/waiter/branches/{branch}/menu"),
            path if path.contains('{') => continue,
            path => path.to_owned(),
        };
        // Those of a day and a branch say so; the others cover all there is.
        let named = item["get"]["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| one["in"] == "query" && one["required"] == true);
        let query: Vec<String> = named
            .map(|one| match one["name"].as_str().unwrap() {
                "branch_id" => format!("branch_id={branch}"),
                "assignment_date" => "assignment_date=2030-01-01".into(),
                other => panic!("what is a good {other} for {path}?"),
            })
            .collect();
        let wants_branch = path == "/api/admin/cash/current" || path == "/api/admin/tips/report";
        let query = if query.is_empty() && wants_branch { vec![format!("branch_id={branch}")] } else { query };
        paths.push(if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) });
    }
    paths
}

/// How many rows an answer has: of the list it is, or of the longest in it.
fn length(answer: &Value) -> usize {
    match answer {
        Value::Array(rows) => rows.len().max(rows.iter().map(length).max().unwrap_or(0)),
        Value::Object(fields) => fields.values().map(length).max().unwrap_or(0),
        _ => 0,
    }
}

distributed_only! {
    async fn ten_rows_cost_what_a_thousand_cost(app: App = AppOptions::default().count_round_trips().env("COMANDA_DB_POOL", "1")) {
        fill(&app, 1, 10).await;
        let admin = app.login("admin@demo.com", "admin123").await;
        let document = app.anonymous().get("/openapi.json").await.expect(200);
        let branch = app.sql_i64("select id from branch where slug = 'centro'").await;
        let session = app.sql_i64("select min(id) from cash_session").await;
        let paths = reads(&document, branch, session);
        assert!(paths.len() >= 40, "{paths:?}");
        let mut few = Vec::new();
        for path in &paths {
            few.push((cost(&app, &admin, path).await, length(&admin.get(path).await.expect(200))));
        }
        fill(&app, 11, 1000).await;
        let mut long = 0;
        for (path, (cost_of_few, length_of_few)) in paths.iter().zip(few) {
            let many = length(&admin.get(path).await.expect(200));
            assert!(many >= length_of_few, "{path} lost rows");
            assert!(
                costs_at_most(&app, &admin, path, cost_of_few).await,
                "{path} costs more than {cost_of_few} statements with {many} rows, and not with {length_of_few}"
            );
            long += usize::from(many >= 1000);
        }
        assert!(long >= 25, "only {long} of them grew to a thousand rows");
    }

    async fn a_menu_of_five_thousand_products_is_one_pass(app: App = AppOptions::default().count_round_trips().env("COMANDA_DB_POOL", "1")) {
        let guest = app.anonymous();
        let fresh = async || {
            // Nobody has read it since the office changed it.
            app.sql_exec("update branch set menu_version = menu_version + 1").await;
            app.wire().reset();
            let menu = guest.get("/api/public/menu/centro").await.expect(200);
            let statements = app.wire().round_trips().into_iter().filter(|trip| trip != "ping").count();
            let products: usize = list(&menu["categories"]).iter().map(|category| list(&category["products"]).len()).sum();
            (statements, products)
        };
        fresh().await;
        let (statements, products) = fresh().await;
        app.sql_exec(
            "insert into product (tenant_id, category_id, subcategory_id, name, created_at)
                 select s.tenant_id, s.category_id, s.id, '#' || g, s.created_at from generate_series(1, 5000) g
                 join (select *, row_number() over (order by id) - 1 as place, count(*) over () as places from subcategory) s on s.place = g % s.places;
             insert into branch_product (tenant_id, branch_id, product_id, price_cents)
                 select p.tenant_id, b.id, p.id, 100 from product p join branch b on b.slug = 'centro' where p.name like '#%';
             insert into product_allergen (tenant_id, product_id, allergen_id, presence)
                 select p.tenant_id, p.id, a.id, 'contains' from product p join allergen a on a.id % 7 = p.id % 7
                 where p.name like '#%'",
        )
        .await;
        assert_eq!(fresh().await, (statements, products + 5000));
        assert!(statements <= 10, "{statements}");
        // Nobody changes it: no look at the products at all.
        assert!(cost(&app, &guest, "/api/public/menu/centro").await < statements);
    }

    async fn no_list_asks_once_for_each_row(app: App = AppOptions::default().count_round_trips().env("COMANDA_DB_POOL", "1")) {
        let phone = app.scan("INT-01").await;
        phone.post("/api/diner/register", json!({"name": "Una", "color": "#112233", "device_id": "d"})).await.expect(200);
        send(&phone, &[101]).await;
        let manager = app.login("manager@demo.com", "manager123").await;
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let visit = format!("/api/diner/session/{}", phone.session_id);
        let detail = format!("/api/waiter/tables/{}/session", table(&app, "INT-01").await);
        let floor = [
            "/api/waiter/service-calls", "/api/waiter/tables", "/api/waiter/my-tables", "/api/admin/tables",
            "/api/admin/branches", "/api/waiter/my-assignments", &detail, "/api/admin/subcategories", "/api/admin/products",
            "/api/admin/allergens", "/api/admin/allergens/cross-reactions",
        ].map(str::to_owned);
        let kitchen = ["/api/kitchen/rounds", "/api/kitchen/tickets", "/api/admin/orders", "/api/admin/orders/stats", "/api/recipes"].map(str::to_owned);
        let reports = ["summary", "daily-sales", "top-products", "orders-by-hour", "waiter-performance", "sales-by-method", "voids",
            "discounts", "open-checks"].map(|report| format!("/api/admin/reports/{report}"));
        let own = ["/rounds", "/diners", "/total"].map(|of| format!("{visit}{of}"));
        let others = ["/api/diner/cart", "/api/diner/device/d/history", "/api/public/branches", "/api/public/menu/centro/allergens"]
            .map(str::to_owned);
        let branch = manager.branch_ids[0];
        let office = ["/api/admin/staff".to_owned(), "/api/admin/sectors".to_owned(),
            format!("/api/admin/assignments?branch_id={branch}&assignment_date=2030-01-01")];
        let by_staff = kitchen.into_iter().chain(reports).chain(floor.clone()).chain(office).map(|path| (&*manager, path));
        let by_waiter = floor.into_iter().map(|path| (&*waiter, path));
        let by_phone = own.into_iter().chain(others).map(|path| (&*phone, path));
        let reads: Vec<(&Caller, String)> = by_staff.chain(by_waiter).chain(by_phone).collect();
        let mut few = Vec::new();
        for (caller, path) in &reads {
            few.push(cost(&app, caller, path).await);
        }
        for code in ["INT-01", "INT-02", "INT-03", "TER-01", "TER-02", "BAR-01"] {
            busy_table(&app, code).await;
        }
        more_people(&app).await;
        for ((caller, path), few) in reads.iter().zip(few) {
            assert_eq!(cost(&app, caller, path).await, few, "{path}");
            assert!(few <= 6, "{path} takes {few} round trips");
        }
    }
}
