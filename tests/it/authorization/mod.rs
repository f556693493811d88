//! Who may do what, on every operation of the OpenAPI document: a route that has no row in [`TABLE`] fails here.
//!
//! The first test tells the callers apart (401, 403, or past the gate), the second the places: another business's ids
//! do not exist (404), another branch's are forbidden (403), and nothing changes.

mod table;

use crate::scene::{Stranger, strangers};
use harness::{App, Caller, Reply, Value, both_modes, json, reqwest::Method};
use std::collections::BTreeSet;
use table::Access::{Diner, Public, Refresh, Signed, Staff};
use table::TABLE;

/// Another's account with a provider, and work of it that was given up: `(account, work, payment)`.
async fn provider_rows(app: &App, of: &Stranger) -> (i64, i64, i64) {
    let (branch, now) = (of.branch, "2026-01-01 00:00:00+00:00");
    app.sql_exec(&format!(
        "insert into provider_account (tenant_id, branch_id, provider, currency, sealed, webhook_token, webhook_mode, status, created_at, updated_at)
             select tenant_id, id, 'MERCADO_PAGO', 'ARS', '', 'token-{branch}', 'strict', 'BROKEN', '{now}', '{now}' from branch where id = {branch};
         insert into work (tenant_id, queue, lane, kind, subject, status, cause, rank, next_at, created_at, updated_at)
             select tenant_id, 'payment.sync', id, 'PAYMENT', '1', 'DEAD', 'WEBHOOK', 0, '{now}', '{now}', '{now}' from provider_account where branch_id = {branch};
         insert into payment (tenant_id, branch_id, tender, status, currency, amount_cents, net_cents, targets, registered_by, account_id, provider_payment_id, created_at)
             select tenant_id, branch_id, 'MERCADO_PAGO', 'PENDING', 'ARS', 100, 0, '[]', 'SYSTEM', id, '1', '{now}' from provider_account where branch_id = {branch}"
    ))
    .await;
    let id = async |sql: String| app.sql_i64(&sql).await;
    let account = id(format!("select id from provider_account where branch_id = {branch}")).await;
    let work = id(format!("select id from work where queue = 'payment.sync' and lane = {account}")).await;
    (account, work, id(format!("select id from payment where account_id = {account}")).await)
}

/// The demo's people by what they are.
const ACCOUNTS: [(&str, &str, &str); 4] = [
    ("WAITER", "waiter@demo.com", "waiter123"),
    ("KITCHEN", "kitchen@demo.com", "kitchen123"),
    ("MANAGER", "manager@demo.com", "manager123"),
    ("ADMIN", "admin@demo.com", "admin123"),
];

/// No row has this id.
const NOBODY: &str = "999999999";

/// One of each role.
async fn everybody(app: &App) -> Vec<(&'static str, Caller)> {
    let mut people = Vec::new();
    for (role, email, password) in ACCOUNTS {
        people.push((role, bearer(app, &app.login(email, password).await.access_token)));
    }
    people
}

/// Without the login's cookie.
fn bearer(app: &App, token: &str) -> Caller {
    app.anonymous().with_header("Authorization", &format!("Bearer {token}"))
}

async fn ask(caller: &Caller, method: &str, path: &str, body: &str) -> Reply {
    let method: Method = method.parse().unwrap();
    // A file says what it is.
    let kind = if path == "/api/admin/images" { "image/png" } else { "application/json" };
    caller.lenient().send(method, path, kind, body.to_owned()).await
}

/// The path with every parameter filled in by `value`.
fn fill(path: &str, value: impl Fn(&str) -> String) -> String {
    let parts = path.split('/').map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some(name) => value(name),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Every operation of the document, as `(METHOD, path)`.
fn operations(document: &Value) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())));
    operations.collect()
}

/// What the document says of the token, beside what the table says.
fn declared(document: &Value, method: &str, path: &str) -> Option<String> {
    let security = &document["paths"][path][method.to_lowercase()]["security"];
    security.as_array()?.first()?.as_object()?.keys().next().cloned()
}

/// What must not change when somebody reaches for what is not theirs.
async fn state(app: &App) -> [i64; 11] {
    let sum = async |sql: &str| app.sql_i64(sql).await;
    [
        sum("select count(*) from event").await,
        sum("select count(*) from audit_log").await,
        sum("select count(*) from round_item where voided_at is null").await,
        sum("select count(*) from kitchen_ticket where status = 'PENDING'").await,
        sum("select count(*) from table_session where status = 'OPEN'").await,
        sum("select count(*) from service_call where status = 'OPEN'").await,
        sum("select count(*) from round where status = 'SUBMITTED'").await,
        sum("select count(*) from guest_check where status = 'REQUESTED'").await,
        sum("select count(*) from check_discount").await,
        sum("select count(*) from refund where status = 'PROPOSED'").await,
        sum("select count(*) from money_incident where resolved_at is null").await,
    ]
}

both_modes! {
    async fn every_operation_lets_in_whom_it_should(app: App) {
        let document = app.anonymous().get("/openapi.json").await.expect(200);
        let rows: BTreeSet<_> = TABLE.iter().map(|row| (row.0.to_owned(), row.1.to_owned())).collect();
        assert_eq!(operations(&document), rows, "left: the document, right: tests/it/authorization.rs");

        let phone = app.scan("INT-01").await;
        let mut people = everybody(&app).await;
        for (method, pattern, access, body) in TABLE {
            let own = |name: &str| if name == "session_id" { phone.session_id.to_string() } else { NOBODY.to_owned() };
            let path = fill(pattern, own).replace(&format!("/{NOBODY}/{NOBODY}/"), &format!("/categories/{NOBODY}/"));
            let who = async |caller: &Caller| ask(caller, method, &path, body).await;
            let nobody = who(&app.anonymous()).await;
            let diner = who(&app.anonymous().with_header("X-Table-Token", &phone.token)).await;
            // The right token in the wrong header is no token.
            let disguised = who(&bearer(&app, &phone.token)).await;
            let scheme = declared(&document, method, pattern);
            match access {
                Public => [&nobody, &diner, &disguised].into_iter().for_each(passes),
                // Unsigned, to an account that is strict or does not exist.
                Signed => [&nobody, &diner, &disguised].into_iter().for_each(|reply| assert!(matches!(reply.status, 401 | 404))),
                Refresh | Staff(_) => [&nobody, &diner, &disguised].into_iter().for_each(is_unknown),
                Diner => {
                    [&nobody, &disguised].into_iter().for_each(is_unknown);
                    passes(&diner);
                }
            }
            for (role, caller) in &people {
                let reply = who(caller).await;
                match access {
                    Public => passes(&reply),
                    Signed => assert!(matches!(reply.status, 401 | 404), "{role}: {method} {path}"),
                    Staff(roles) if roles.contains(role) => passes(&reply),
                    Staff(_) => assert_eq!(reply.status, 403, "{role}: {method} {path}"),
                    Refresh | Diner => is_unknown(&reply),
                }
            }
            let expected = match access {
                Public | Refresh | Signed => None,
                Diner => Some("diner"),
                Staff(_) => Some("staff"),
            };
            assert_eq!(scheme.as_deref(), expected, "{method} {pattern}");
            if pattern.ends_with("/logout") {
                people = everybody(&app).await;
            }
        }
    }

    async fn nobody_reaches_another_restaurant_or_branch(app: App) {
        let [foreign, north] = strangers(&app).await;
        let call = async |of: &Stranger| {
            app.sql_exec(&format!("insert into service_call (tenant_id, branch_id, table_id, session_id, type, status, created_at)
                select tenant_id, branch_id, table_id, id, 'OTHER', 'OPEN', '2026-01-01 00:00:00+00:00' from table_session where id = {}", of.session)).await;
            app.sql_i64(&format!("select id from service_call where session_id = {}", of.session)).await
        };
        let table = async |of: &Stranger| app.sql_i64(&format!("select id from dining_table where branch_id = {}", of.branch)).await;
        let places = [
            (404, call(&foreign).await, table(&foreign).await, provider_rows(&app, &foreign).await, foreign),
            (403, call(&north).await, table(&north).await, provider_rows(&app, &north).await, north),
        ];
        let people = everybody(&app).await;
        let own = app.scan("INT-01").await;
        let before = state(&app).await;
        for (status, call, table, provider, of) in &places {
            let id = |name: &str| match name {
                "branch_id" => of.branch,
                "table_id" => *table,
                "target_table_id" => own.table_id,
                "session_id" => of.session,
                // Whose they are is asked of the session.
                "diner_id" | "phone_id" => of.session,
                "round_id" => of.round,
                "item_id" => of.item,
                "ticket_id" => of.ticket,
                "call_id" => *call,
                "check_id" => of.check,
                "discount_id" => of.discount,
                "payment_id" => of.payment,
                "refund_id" => of.refund,
                "incident_id" => of.incident,
                "category_id" | "entity_id" => of.category,
                "staff_id" => of.member,
                "sector_id" => of.sector,
                "assignment_id" => of.assignment,
                "tip_pool_id" => of.tip_pool,
                "station_id" => of.station,
                "cash_session_id" => of.cash_session,
                "account_id" => provider.0,
                "dead_letter_id" => provider.1,
                "subcategory_id" => of.subcategory,
                "product_id" => of.product,
                "promotion_id" => of.promotion,
                "customization_id" => of.customization,
                "recipe_id" => of.recipe,
                "allergen_id" => of.allergen,
                "cross_reaction_id" => of.reaction,
                "ingredient_id" => of.ingredient,
                "sub_ingredient_id" => of.sub_ingredient,
                name => panic!("no foreign {name}: add one"),
            };
            // An administrator is one in every branch of the business.
            for (role, caller) in people.iter().filter(|(role, _)| *role != "ADMIN" || *status == 404) {
                for (method, path, access, body) in TABLE {
                    let Staff(roles) = access else { continue };
                    if !roles.contains(role) {
                        continue;
                    }
                    let by_body = path.starts_with("/api/kitchen/products/");
                    // These are the business's, not a branch's.
                    let of_business = ["{allergen_id}", "{cross_reaction_id}", "{ingredient_id}", "{customization_id}"];
                    let shared = *status == 403 && of_business.iter().any(|id| path.contains(id));
                    if path.contains('{') && !path.contains("{catalog}") && !by_body && !shared {
                        // Of calls the contract wants 404 for either (W18).
                        let expected = if path.contains("{call_id}") { 404 } else { *status };
                        let path = fill(path, |name| if name == "entity_type" { "categories".into() } else { id(name).to_string() });
                        ask(caller, method, &path, body).await.expect(expected);
                    }
                    let asks_branch = ["/api/waiter/tables", "/api/waiter/my-tables", "/api/waiter/service-calls",
                        "/api/admin/tables", "/api/kitchen/rounds", "/api/kitchen/tickets", "/api/billing/refunds", "/api/billing/incidents",
                        "/api/admin/payments/dead-letters", "/api/admin/payments/reconciliation", "/api/admin/categories",
                        "/api/admin/staff", "/api/admin/sectors",
                        "/api/admin/tips", "/api/admin/tip-pools", "/api/admin/cash/current", "/api/admin/cash/sessions",
                        "/api/admin/orders", "/api/admin/orders/stats", "/api/admin/products", "/api/admin/promotions",
                        "/api/recipes"];
                    if asks_branch.contains(path) || path.starts_with("/api/admin/reports/") {
                        caller.get(&format!("{path}?branch_id={}", of.branch)).await.expect(*status);
                    }
                    // A form that names their branch.
                    let named = format!("\"branch_id\":{NOBODY}");
                    if body.contains(&named) {
                        let body = body.replace(&named, &format!("\"branch_id\":{}", of.branch));
                        ask(caller, method, path, &body).await.expect(*status);
                    }
                    if path.starts_with("/api/admin/assignments") && !path.ends_with("/bulk") {
                        let days = "assignment_date=2026-01-01&from_date=2026-01-01&to_date=2026-01-02";
                        let path = fill(path, |_| NOBODY.to_owned());
                        let expected = if path.ends_with(NOBODY) { 404 } else { *status };
                        ask(caller, method, &format!("{path}?branch_id={}&{days}", of.branch), body).await.expect(expected);
                    }
                    if by_body {
                        let body = json!({"is_available": false, "branch_id": of.branch}).to_string();
                        ask(caller, method, &path.replace("{product_id}", "101"), &body).await.expect(*status);
                    }
                }
            }
            // A party does not move into another branch, and no phone reads another's visit.
            let path = format!("/api/waiter/tables/{}/move-to/{table}", own.table_id);
            for (_, caller) in people.iter().filter(|(role, _)| ["WAITER", "MANAGER"].contains(role)) {
                caller.post_empty(&path).await.expect(*status);
            }
            own.get(&format!("/api/diner/session/{}/rounds", of.session)).await.expect(403);
        }
        assert_eq!(state(&app).await, before);
    }

    async fn a_phone_reaches_its_own_table_only(app: App) {
        let [foreign, north] = strangers(&app).await;
        let (phone, other) = (app.scan("INT-01").await, app.scan("INT-02").await);
        let line = other.post("/api/diner/cart/add", json!({"product_id": 101})).await.expect(200)["item_id"].clone();
        // A product of the other business, and one of ours that only the other branch offers.
        app.sql_exec(&format!(
            "insert into category (id, tenant_id, branch_id, name, display_order, is_active, created_at)
                 select 9000 + id, tenant_id, id, 'Ajena', 1, true, created_at from branch where id in ({foreign}, {north});
             insert into product (id, tenant_id, category_id, name, featured, popular, is_active, created_at)
                 select 9000 + id, tenant_id, 9000 + id, 'Ajeno', false, false, true, created_at from branch where id in ({foreign}, {north});
             insert into branch_product (tenant_id, branch_id, product_id, price_cents, is_available)
                 select tenant_id, id, 9000 + id, 100, true from branch where id in ({foreign}, {north});",
            foreign = foreign.branch, north = north.branch
        )).await;
        let before = state(&app).await;
        phone.patch(&format!("/api/diner/cart/{line}"), json!({"quantity": 9})).await.expect(404);
        phone.delete(&format!("/api/diner/cart/{line}")).await.expect(404);
        for product in [9000 + foreign.branch, 9000 + north.branch] {
            phone.post("/api/diner/cart/add", json!({"product_id": product})).await.expect(404);
            phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": product, "qty": 1}]})).await.expect(400);
        }
        let theirs = other.diner_id;
        phone.post("/api/diner/cart/add", json!({"product_id": 101, "diner_id": theirs})).await.expect(400);
        let taste = json!({"diner_id": theirs, "implicit_preferences": {}});
        phone.patch("/api/diner/preferences", taste).await.expect(404);
        for of in ["rounds", "diners", "phones", "total"] {
            phone.get(&format!("/api/diner/session/{}/{of}", other.session_id)).await.expect(403);
        }
        assert_eq!(state(&app).await, before);
        assert_eq!(other.get("/api/diner/cart").await.expect(200)["items"][0]["quantity"], 1);
        // An order is not lost over a name: who is not at the table counts as nobody.
        phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 101, "qty": 1, "diner_id": theirs}]})).await.expect(200);
        assert_eq!(app.sql_i64("select count(*) from round_item where diner_id is not null").await, 0);
    }
}

/// Past the gate: whatever the answer is, it is not about who asks.
#[track_caller]
fn passes(reply: &Reply) {
    assert!(!matches!(reply.status, 401 | 403 | 500..), "answered {}: {}", reply.status, reply.text());
}

/// Nobody that the server knows.
#[track_caller]
fn is_unknown(reply: &Reply) {
    reply.expect(401);
}
