//! Joining a table: who sits down, who is seen there, who is sent away, and who may ask for the check.

mod check;
mod codes;
mod guests;
mod rule;

use crate::look::{centro, table};
use crate::scene::{number, text};
use harness::{App, Caller, Reply, StaffClient, json};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(20);

/// A phone that joined, with a name or without.
#[derive(Clone)]
pub(crate) struct Phone {
    pub(crate) caller: Caller,
    pub(crate) token: String,
    pub(crate) session: i64,
    pub(crate) diner: i64,
}

pub(crate) async fn manager(app: &App) -> StaffClient {
    app.login("manager@demo.com", "manager123").await
}

pub(crate) async fn waiter(app: &App) -> StaffClient {
    app.login("waiter@demo.com", "waiter123").await
}

/// From now on only the QR code lets a phone in.
pub(crate) async fn by_secret(app: &App, manager: &StaffClient) {
    let path = format!("/api/admin/branches/{}", centro(app).await);
    assert_eq!(manager.patch(&path, json!({"join": "qr_secret"})).await.expect(200)["join"], "qr_secret");
}

/// What the table's QR code says at its end.
pub(crate) async fn secret(app: &App, manager: &StaffClient, code: &str) -> String {
    let path = format!("/api/admin/tables/{}/qr-url?join=qr_secret", table(app, code).await);
    let url = manager.get(&path).await.expect(200)["url"].clone();
    text(&url).rsplit('/').next().unwrap().to_owned()
}

pub(crate) async fn by_code(caller: &Caller, code: &str) -> Reply {
    caller.post_empty(&format!("/api/tables/code/{code}/session?branch_slug=centro")).await
}

async fn by_number(caller: &Caller, table: i64) -> Reply {
    caller.post_empty(&format!("/api/tables/{table}/session")).await
}

/// Joins by `code` and gives no name.
pub(crate) async fn scan(app: &App, code: &str) -> Phone {
    let nobody = app.anonymous();
    let joined = by_code(&nobody, code).await.expect(200);
    let token = text(&joined["table_token"]).to_owned();
    let session = number(&joined["session_id"]);
    Phone { caller: nobody.with_header("X-Table-Token", &token), token, session, diner: 0 }
}

/// Joins by `code` under a name, from a device.
pub(crate) async fn join(app: &App, code: &str, name: &str) -> Phone {
    let phone = scan(app, code).await;
    let diner = number(&register(&phone, name).await.expect(200)["id"]);
    Phone { diner, ..phone }
}

/// The name is also the phone's id across visits and, with another ending, that of this visit.
pub(crate) async fn register(phone: &Phone, name: &str) -> Reply {
    let body = json!({"name": name, "color": "#112233", "local_id": format!("{name}-visit"), "device_id": format!("{name}-phone")});
    phone.caller.post("/api/diner/register", body).await
}

/// The number of the phone, as staff see it.
async fn phone_id(app: &App, phone: &Phone) -> i64 {
    app.sql_i64(&format!("select max(id) from session_phone where session_id = {}", phone.session)).await
}

pub(crate) async fn order(phone: &Phone) -> Reply {
    let items = json!([{"product_id": 101, "qty": 1, "diner_id": phone.diner}]);
    phone.caller.post("/api/diner/rounds/submit", json!({"items": items})).await
}

pub(crate) async fn ask_for_check(phone: &Phone) -> Reply {
    phone.caller.post_empty("/api/billing/check/request").await
}

pub(crate) async fn send_away(staff: &StaffClient, phone: &Phone) -> Reply {
    staff.delete(&format!("/api/waiter/sessions/{}/diners/{}", phone.session, phone.diner)).await
}

/// A manager of that branch, with the demo administrator's password.
async fn hire(app: &App, email: &str, branch: &str) {
    app.sql_exec(&format!(
        "insert into app_user (tenant_id, email, password_hash, created_at)
             select b.tenant_id, '{email}', u.password_hash, u.created_at from branch b, app_user u where b.id = {branch} and u.email = 'admin@demo.com';
         insert into user_branch_role (tenant_id, user_id, branch_id, role)
             select tenant_id, id, {branch}, 'MANAGER' from app_user where email = '{email}'"
    ))
    .await;
}
