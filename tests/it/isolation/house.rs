//! One of the two businesses: who works and eats there, and the evenings they have. Whatever it names carries its mark.

use super::owners::Owners;
use crate::scene::{number, text};
use harness::{App, Caller, Reply, Socket, Value, json, reqwest::Method};

/// What was asked, and what came back.
pub(super) struct Said {
    /// Method, path and body.
    pub(super) asked: String,
    pub(super) status: u16,
    pub(super) answer: String,
    /// Whether the path led to something of the other's.
    pub(super) is_astray: bool,
}

pub(super) struct House {
    /// In every name.
    pub(super) mark: &'static str,
    /// The start of every table's code.
    pub(super) prefix: &'static str,
    pub(super) tenant: i64,
    pub(super) branch: i64,
    /// `(role, caller, token)`; the random calls leave their rows alone.
    pub(super) people: Vec<(&'static str, Caller, String)>,
    pub(super) accounts: Vec<i64>,
    /// `(caller, token, session)`
    pub(super) phones: Vec<(Caller, String, i64)>,
    pub(super) screens: Vec<Socket>,
    pub(super) said: Vec<Said>,
    anonymous: Caller,
    days: u32,
}

impl House {
    /// A tenant, a branch and its administrator, the rest by the administrator.
    pub(super) async fn open(app: &App, mark: &'static str, prefix: &'static str) -> Self {
        let slug = mark.to_lowercase();
        let now = "2026-01-01T00:00:00+00:00";
        app.sql_exec(&format!(
            "insert into tenant (name, slug, created_at) values ('{mark}', '{slug}', '{now}');
             insert into branch (tenant_id, name, slug, timezone, created_at)
                 select id, '{mark} Centro', '{slug}', 'UTC', '{now}' from tenant where slug = '{slug}';
             insert into branch_stream (branch_id, tenant_id, epoch, seq) select id, tenant_id, 'e', 0 from branch where slug = '{slug}';
             insert into app_user (tenant_id, email, password_hash, first_name, created_at)
                 select t.id, 'admin@{slug}.com', u.password_hash, '{mark}', '{now}' from tenant t, app_user u
                 where t.slug = '{slug}' and u.email = 'admin@demo.com';
             insert into user_branch_role (tenant_id, user_id, branch_id, role)
                 select b.tenant_id, u.id, b.id, 'ADMIN' from branch b join app_user u on u.tenant_id = b.tenant_id where b.slug = '{slug}'"
        ))
        .await;
        // An account with a provider, and work of it that was given up.
        app.sql_exec(&format!(
            "insert into provider_account (tenant_id, branch_id, provider, currency, sealed, webhook_token, webhook_mode, status, created_at, updated_at)
                 select tenant_id, id, 'MERCADO_PAGO', 'ARS', '', 'token-{slug}', 'strict', 'BROKEN', '{now}', '{now}' from branch where slug = '{slug}';
             insert into work (tenant_id, queue, lane, kind, subject, status, cause, rank, next_at, created_at, updated_at)
                 select tenant_id, 'payment.sync', id, 'PAYMENT', '{slug}', 'DEAD', 'WEBHOOK', 0, '{now}', '{now}', '{now}' from provider_account where webhook_token = 'token-{slug}'"
        ))
        .await;
        let branch = app.sql_i64(&format!("select id from branch where slug = '{slug}'")).await;
        let tenant = app.sql_i64(&format!("select tenant_id from branch where slug = '{slug}'")).await;
        let admin = app.login(&format!("admin@{slug}.com"), "admin123").await;
        let mut house = Self {
            mark,
            prefix,
            tenant,
            branch,
            people: vec![("ADMIN", (*admin).clone(), admin.access_token.clone())],
            accounts: vec![admin.user_id],
            phones: Vec::new(),
            screens: vec![admin.socket(app, "/ws/admin").await],
            said: Vec::new(),
            anonymous: (*app.anonymous()).clone(),
            days: 0,
        };
        house.furnish().await;
        house.hire(app).await;
        house.seat(app).await;
        house
    }

    /// A name that nobody else has.
    pub(super) fn name(&self, number: u64) -> String {
        format!("{} {number}", self.mark)
    }

    pub(super) fn device(&self) -> String {
        format!("{}-phone", self.mark.to_lowercase())
    }

    pub(super) fn slug(&self) -> String {
        self.mark.to_lowercase()
    }

    pub(super) fn admin(&self) -> Caller {
        self.people[0].1.clone()
    }

    pub(super) fn anonymous(&self) -> Caller {
        self.anonymous.clone()
    }

    /// Asks, and writes down what was said.
    pub(super) async fn ask(&mut self, caller: &Caller, method: &str, path: &str, body: Option<Value>) -> Reply {
        let sent = body.map(|body| body.to_string()).unwrap_or_default();
        let reply = caller.send(method.parse::<Method>().unwrap(), path, "application/json", sent.clone()).await;
        self.said.push(Said {
            asked: format!("{method} {path} {sent}"),
            status: reply.status,
            answer: reply.text(),
            is_astray: false,
        });
        reply
    }

    async fn post(&mut self, path: &str, body: Value) -> Value {
        let admin = self.admin();
        let reply = self.ask(&admin, "POST", path, Some(body)).await;
        assert!(matches!(reply.status, 200 | 201), "{path}: {} {}", reply.status, reply.text());
        reply.json()
    }

    /// What the office sets up.
    async fn furnish(&mut self) {
        let branch = self.branch;
        let name = |what: &str| format!("{} {what}", self.mark);
        let names = ["sala", "carta", "parte", "gluten", "huevo", "estante", "salsa", "sal", "caja", "dia"].map(name);
        let [sala, carta, parte, gluten, huevo, estante, salsa, sal, caja, dia] = names;
        let prefix = self.prefix;
        let sector =
            self.post("/api/admin/sectors", json!({"branch_id": branch, "name": sala, "prefix": prefix})).await;
        let rows = json!([{"sector_id": sector["id"], "capacity": 4, "count": 5}]);
        self.post("/api/admin/tables/batch", json!({"branch_id": branch, "tables": rows})).await;
        let category = self.post("/api/admin/categories", json!({"branch_id": branch, "name": carta})).await;
        let part = self.post("/api/admin/subcategories", json!({"category_id": category["id"], "name": parte})).await;
        let one = self.post("/api/admin/allergens", json!({"name": gluten})).await;
        let two = self.post("/api/admin/allergens", json!({"name": huevo})).await;
        let pair = json!({"allergen_id": one["id"], "cross_reacts_with_id": two["id"]});
        self.post("/api/admin/allergens/cross-reactions", pair).await;
        for dish in 0..5 {
            let price = json!([{"branch_id": branch, "price_cents": 1000 + dish}]);
            let product = json!({"category_id": category["id"], "subcategory_id": part["id"], "name": self.name(dish),
                "description": dia, "allergen_ids": [one["id"]], "branch_prices": price});
            self.post("/api/admin/products", product).await;
        }
        let shelf = self.post("/api/admin/ingredients/groups", json!({"name": estante})).await;
        let sauce = json!({"name": salsa, "group_id": shelf["id"], "is_processed": true});
        let sauce = self.post("/api/admin/ingredients", sauce).await;
        self.post(&format!("/api/admin/ingredients/{}/sub", sauce["id"]), json!({"name": sal})).await;
        let pool =
            json!({"branch_id": branch, "name": dia, "waiter_percent": 60, "kitchen_percent": 30, "other_percent": 10});
        self.post("/api/admin/tip-pools", pool).await;
        let drawer = json!({"branch_id": branch, "opening_amount_cents": 1000, "register_name": caja});
        self.post("/api/admin/cash/open", drawer).await;
    }

    async fn hire(&mut self, app: &App) {
        for (role, path) in [("MANAGER", "/ws/admin"), ("WAITER", "/ws/waiter"), ("KITCHEN", "/ws/kitchen")] {
            let email = format!("{}@{}.com", role.to_lowercase(), self.slug());
            let post = json!([{"branch_id": self.branch, "role": role}]);
            let person = json!({"email": email, "password": "contraseña", "first_name": self.mark, "last_name": role, "branch_roles": post});
            self.post("/api/admin/staff", person).await;
            let login = app.login(&email, "contraseña").await;
            self.accounts.push(login.user_id);
            self.screens.push(login.socket(app, path).await);
            self.people.push((role, (*login).clone(), login.access_token.clone()));
        }
    }

    /// Phones at three tables; one of them is watched.
    async fn seat(&mut self, app: &App) {
        for table in 1..=3 {
            self.sit(table).await;
        }
        let watched = format!("/ws/diner?table_token={}", self.phones[0].1);
        self.screens.push(Socket::connect(&app.ws_url(), &watched).await);
    }

    /// One more phone, at a table that the random calls may have closed, moved or deleted.
    async fn sit(&mut self, table: u32) {
        let path = format!("/api/tables/code/{}-{table:02}/session?branch_slug={}", self.prefix, self.slug());
        let nobody = self.anonymous();
        let scanned = self.ask(&nobody, "POST", &path, None).await;
        if scanned.status != 200 {
            return;
        }
        let scanned = scanned.json();
        let token = text(&scanned["table_token"]).to_owned();
        let phone = nobody.with_header("X-Table-Token", &token);
        let diner = json!({"name": self.mark, "color": "#112233", "device_id": self.device()});
        self.ask(&phone, "POST", "/api/diner/register", Some(diner)).await;
        self.phones.push((phone, token, number(&scanned["session_id"])));
    }

    /// An evening with something of everything; what the random calls have made impossible is refused, and that is
    /// fine.
    pub(super) async fn serve(&mut self, owners: &Owners) {
        self.days += 1;
        let (day, products) = (self.days, owners.rows(self.tenant, "product").to_vec());
        self.phones.clear();
        for table in 1..=3 {
            self.sit(table).await;
        }
        let [admin, manager, waiter, cook] = [0, 1, 2, 3].map(|who: usize| self.people[who].1.clone());
        let (mark, now) = (self.mark, format!("{} día {day}", self.mark));
        for (phone, _, session) in self.phones.clone() {
            let line = |product: i64| json!({"product_id": product, "qty": 1, "notes": mark});
            self.ask(&phone, "POST", "/api/diner/cart/add", Some(json!({"product_id": products[0], "notes": mark})))
                .await;
            self.ask(&phone, "POST", "/api/diner/service-call", Some(json!({"type": "WAITER_CALL"}))).await;
            let order = json!({"items": products.iter().take(4).map(|id| line(*id)).collect::<Vec<_>>(), "notes": now});
            let sent = self.ask(&phone, "POST", "/api/diner/rounds/submit", Some(order)).await;
            let round = serde_number(&sent, "round_id");
            for (who, status) in [
                (&waiter, "CONFIRMED"),
                (&admin, "SUBMITTED"),
                (&cook, "IN_KITCHEN"),
                (&cook, "READY"),
                (&waiter, "SERVED"),
            ] {
                let path = format!("/api/kitchen/rounds/{round}/status");
                self.ask(who, "POST", &path, Some(json!({"status": status}))).await;
            }
            let discount = json!({"discount_type": "AMOUNT", "value": 10, "reason": mark});
            self.ask(&manager, "POST", &format!("/api/waiter/sessions/{session}/discount"), Some(discount)).await;
            let check = self.ask(&phone, "POST", "/api/billing/check/request", None).await;
            let pay = json!({"check_id": serde_number(&check, "check_id"), "amount_cents": 500, "tip_cents": 50, "notes": mark});
            self.ask(&waiter, "POST", "/api/billing/cash/pay", Some(pay)).await;
            self.ask(&phone, "POST", "/api/diner/feedback", Some(json!({"rating": 5, "comment": mark}))).await;
        }
    }
}

/// A number of an answer; one that no row has when it was a refusal.
fn serde_number(reply: &Reply, field: &str) -> i64 {
    if reply.status == 200 { number(&reply.json()[field]) } else { 1 }
}
