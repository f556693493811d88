//! What opens a door or names a guest is in no line of any log, however the request ends.

use crate::{
    join,
    scene::{Staff, list, order, product, text},
};
use harness::{App, AppOptions, CREDENTIALS_KEY, JWT_SECRET, Mode, Socket, TABLE_TOKEN_SECRET, both_modes, json};

/// A guest's name that no dish has.
const GUEST: &str = "Xiomara Quispe";
/// What an app keeps to know its phone by.
const DEVICE: &str = "device-7f3a91c0";
/// A password that somebody guesses, and that somebody chooses.
const PASSWORDS: [&str; 2] = ["a guess at Zx81", "chosen by Zoila 93"];

/// Somebody's evening: signs in and fails to, joins, orders, is told, pays, and meets faults of the house on the way.
/// What is secret of it.
async fn evening(app: &App) -> Vec<(&'static str, String)> {
    let mut secrets: Vec<(&'static str, String)> = Vec::new();
    let anonymous = app.anonymous();
    anonymous.post("/api/auth/login", json!({"email": "waiter@demo.com", "password": PASSWORDS[0]})).await.expect(401);
    anonymous.post("/api/auth/login", json!({"email": "waiter@demo.com", "password": [PASSWORDS[0]]})).await;
    let staff = Staff::of(app).await;
    let admin = app.login("admin@demo.com", "admin123").await;
    for person in [&staff.waiter, &staff.cook, &staff.manager, &admin] {
        secrets.push(("an access token", person.access_token.clone()));
        secrets.push(("a refresh token", person.refresh_token.clone()));
    }
    let renewed =
        anonymous.post("/api/auth/refresh", json!({"refresh_token": staff.cook.refresh_token})).await.expect(200);
    secrets.push(("a renewed token", text(&renewed["access_token"]).to_owned()));
    let forged = format!("{}x", staff.cook.refresh_token);
    app.anonymous().post("/api/auth/refresh", json!({"refresh_token": forged})).await.expect(401);

    let setup = admin.post_empty("/api/auth/2fa/setup").await.expect(200);
    secrets.push(("the secret of a second factor", text(&setup["secret"]).to_owned()));
    let posts = json!([{"branch_id": admin.branch_ids[0], "role": "WAITER"}]);
    let hired =
        admin.post("/api/admin/staff", json!({"email": "zoila@demo.com", "branch_roles": posts})).await.expect(201);
    let link = admin.post_empty(&format!("/api/admin/staff/{}/invitation", hired["id"])).await.expect(201);
    let invitation = text(&link["url"]).rsplit('/').next().unwrap().to_owned();
    assert_eq!(anonymous.get(&format!("/invitation/{invitation}")).await.status, 200);
    secrets.push(("an invitation", invitation));

    join::by_secret(app, &staff.manager).await;
    let secret = join::secret(app, &staff.manager, "INT-02").await;
    join::by_code(&anonymous, &secret).await.expect(200);
    secrets.push(("a table's code", secret));
    let branch = format!("/api/admin/branches/{}", admin.branch_ids[0]);
    admin.patch(&branch, json!({"join": "open"})).await;

    let phone = app.scan("INT-01").await;
    secrets.push(("a table's token", phone.token.clone()));
    let named = json!({"name": GUEST, "color": "#112233", "device_id": DEVICE});
    phone.post("/api/diner/register", named.clone()).await;
    let _diner = phone.socket(app).await;
    let kitchen = staff.cook.socket(app, "/ws/kitchen").await;
    let dish = product(app, "Provoleta").await;
    let noted = json!({"items": [{"product_id": dish, "qty": 1, "notes": format!("[{GUEST}] sin sal")}]});
    phone.post("/api/diner/rounds/submit", noted).await.expect(200);
    kitchen.wait_for("ROUND_SUBMITTED").await;
    // Sockets that are refused: their tokens are in the address.
    for path in [format!("/ws/waiter?token={}x", staff.waiter.access_token), format!("/ws/diner?token={}", phone.token)]
    {
        drop(Socket::try_connect(&app.ws_url(), &path, &[]).await);
    }
    // Each writes errors of the database, with a request that holds all of it.
    app.sql_exec("alter table diner rename to lost").await;
    phone.post("/api/diner/register", named).await.expect(500);
    app.sql_exec("alter table lost rename to diner").await;
    app.sql_exec("alter table app_user rename to lost").await;
    anonymous.post("/api/auth/login", json!({"email": "waiter@demo.com", "password": PASSWORDS[0]})).await.expect(500);
    app.sql_exec("alter table lost rename to app_user").await;

    let change = json!({"old_password": "waiter123", "new_password": PASSWORDS[1]});
    staff.waiter.post("/api/auth/password", change).await.expect(200);
    phone.post("/api/diner/rounds/submit", order(&[dish])).await.expect(200);
    let rounds = phone.get(&format!("/api/diner/session/{}/rounds", phone.session_id)).await.expect(200);
    assert_eq!(list(&rounds).len(), 2);
    secrets.extend([("a guest's name", GUEST.to_owned()), ("a phone", DEVICE.to_owned())]);
    secrets.extend(PASSWORDS.map(|password| ("a password", password.to_owned())));
    secrets.extend(["waiter123", "admin123"].map(|password| ("a password", password.to_owned())));
    secrets.extend([JWT_SECRET, TABLE_TOKEN_SECRET, CREDENTIALS_KEY].map(|key| ("a key", key.to_owned())));
    if let Some(url) = app.database_url().and_then(|url| harness::reqwest::Url::parse(&url).ok()) {
        secrets.extend(url.password().map(|password| ("the database's password", password.to_owned())));
    }
    secrets
}

both_modes! {
    /// Whoever may read the log, keeps it or is sent it reads nothing that opens a door.
    async fn an_evenings_log_holds_no_secret(app: App = AppOptions::default().env("COMANDA_LOG", "debug")) {
        let secrets = evening(&app).await;
        assert!(secrets.iter().all(|(what, secret)| secret.len() >= 8 || *what == "a password"), "{secrets:?}");
        let log = app.whole_logs();
        assert!(log.contains("register") && log.contains("/api/auth/login"), "the log says what was asked: {}", app.logs());
        let demo = app.mode() == Mode::Embedded;
        for (what, secret) in secrets {
            // The demo's passwords are printed at its start, for everybody.
            let said = log.lines().filter(|line| line.contains(&secret));
            let said: Vec<&str> = said.filter(|line| !(demo && secret.ends_with("123") && line.contains("@demo.com"))).collect();
            assert!(said.is_empty(), "{what} is in the log: {said:#?}");
        }
    }
}
