//! A list costs the same number of statements however long it is: no query for each row.

use crate::{look::table, scene::send};
use harness::{App, AppOptions, Caller, distributed_only, json};

/// The statements of one read, once they are prepared.
async fn cost(app: &App, caller: &Caller, path: &str) -> usize {
    caller.get(path).await.expect(200);
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

distributed_only! {
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
