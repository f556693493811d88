//! Joining a table: who sits down, who is seen there, who is sent away, and who may ask for the check.

use crate::look::{audited, centro, events, live_sessions, table};
use crate::scene::{list, number, text};
use harness::{
    App, AppOptions, Caller, Reply, Socket, StaffClient, Value, both_modes, duel, json, race,
    reqwest::{self, Method},
};
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

/// Everything a phone can ask for, and how: method, path, body.
fn all_that_a_phone_asks(session: i64, check: i64, line: i64) -> Vec<(Method, String, Value)> {
    let visit = format!("/api/diner/session/{session}");
    let bill = format!("/api/billing/check/{check}");
    let get = |path: String| (Method::GET, path, Value::Null);
    let post = |path: &str, body: Value| (Method::POST, path.to_owned(), body);
    let plan = json!({"plan": {"method": "equal", "ways": 2}});
    vec![
        get(format!("{visit}/rounds")),
        get(format!("{visit}/diners")),
        get(format!("{visit}/phones")),
        get(format!("{visit}/total")),
        get("/api/diner/check".into()),
        get("/api/diner/cart".into()),
        get(format!("{bill}/balances")),
        get(format!("{bill}/claims")),
        get("/api/diner/device/x/preferences".into()),
        get("/api/diner/device/x/history".into()),
        post("/api/diner/register", json!({"name": "Otra", "color": "#112233"})),
        post("/api/diner/cart/add", json!({"product_id": 101})),
        (Method::PATCH, format!("/api/diner/cart/{line}"), json!({"quantity": 2})),
        (Method::DELETE, format!("/api/diner/cart/{line}"), Value::Null),
        (Method::DELETE, "/api/diner/cart".into(), Value::Null),
        post("/api/diner/rounds/submit", json!({"items": [{"product_id": 101, "qty": 1}]})),
        post("/api/diner/service-call", json!({"type": "WAITER_CALL"})),
        post("/api/billing/check/request", Value::Null),
        post(&format!("{bill}/quote"), plan),
        (Method::PUT, format!("{bill}/claims"), json!({"diner_id": 1, "items": []})),
        (Method::DELETE, format!("{bill}/claims?diner_id=1"), Value::Null),
        post("/api/billing/mercadopago/preference", json!({"check_id": check})),
        post("/api/billing/mercadopago/verify", json!({"payment_id": "1"})),
        (Method::PATCH, "/api/diner/preferences".into(), json!({"implicit_preferences": {}})),
        post("/api/diner/feedback", json!({"rating": 1})),
    ]
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

/// A caller from another address of this machine.
struct Elsewhere(reqwest::Client, String);

impl Elsewhere {
    fn of(app: &App) -> Self {
        let http =
            reqwest::Client::builder().no_proxy().local_address("127.0.0.2".parse::<std::net::IpAddr>().unwrap());
        Self(http.build().unwrap(), app.api_url())
    }

    async fn by_code(&self, code: &str) -> u16 {
        let url = format!("{}/api/tables/code/{code}/session?branch_slug=centro", self.1);
        self.0.post(url).header("Content-Type", "application/json").send().await.unwrap().status().as_u16()
    }
}

both_modes! {
    /// Branches are open, as the shipped clients know them, until the office says otherwise; what there is no rule for
    /// is 422.
    async fn a_branch_says_how_it_is_joined(app: App) {
        let (manager, admin) = (manager(&app).await, app.login("admin@demo.com", "admin123").await);
        let path = format!("/api/admin/branches/{}", centro(&app).await);
        assert_eq!(manager.get(&path).await.expect(200)["join"], "open");
        assert_eq!(admin.post("/api/admin/branches", json!({"name": "Nueva"})).await.expect(201)["join"], "open");
        let closed = admin.post("/api/admin/branches", json!({"name": "Cerrada", "join": "qr_secret"})).await.expect(201);
        assert_eq!(closed["join"], "qr_secret");
        for wrong in [json!("closed"), json!("OPEN"), json!(null), json!(1)] {
            manager.patch(&path, json!({"join": wrong})).await.expect(422);
        }
        waiter(&app).await.patch(&path, json!({"join": "qr_secret"})).await.expect(403);
        by_secret(&app, &manager).await;
        assert_eq!(list(&admin.get("/api/admin/branches").await.expect(200)).iter().filter(|one| one["join"] == "qr_secret").count(), 2);
        assert_eq!(audited(&app, "branch", centro(&app).await).await, 1);
        assert_eq!(events(&app, "ENTITY_UPDATED", "entity like '%\"branch\"%'").await, 1);
        assert_eq!(manager.patch(&path, json!({"join": "open"})).await.expect(200)["join"], "open");
    }

    /// Neither number nor code nor a guess opens a table, nothing happens when they are tried, and what the QR code
    /// says does.
    async fn only_the_qr_code_lets_a_phone_in(app: App) {
        let (manager, nobody) = (manager(&app).await, app.anonymous());
        let id = table(&app, "INT-01").await;
        let secret = secret(&app, &manager, "INT-01").await;
        by_secret(&app, &manager).await;
        let logged = app.sql_i64("select count(*) from event").await;
        let forged = [nobody.with_header("Authorization", "Bearer x.y.z"), nobody.with_header("X-Table-Token", "x.y.z"), (*nobody).clone()];
        for caller in &forged {
            for refused in [by_number(caller, id).await, by_code(caller, "INT-01").await, caller.post_empty("/api/tables/code/INT-01/session").await] {
                let refused = refused.expect(403);
                assert_eq!((&refused["code"], refused["detail"].is_string()), (&json!("scan_the_qr_code"), true), "{refused}");
            }
        }
        for wrong in ["ABCDEFGH23", "int-01", "NOPE", "2345678923", &secret[..9], &format!("{secret}X")] {
            by_code(&nobody, wrong).await.expect(404);
        }
        nobody.post_empty(&format!("/api/tables/code/{secret}/session?branch_slug=norte")).await.expect(404);
        assert_eq!((live_sessions(&app, id).await, app.sql_i64("select count(*) from event").await), (0, logged));

        // A free table opens, the others join, the case of the letters does not matter, and so little does the slug.
        let first = by_code(&nobody, &secret).await.expect(200);
        assert_eq!((&first["table_code"], &first["status"], &first["table_id"]), (&json!("INT-01"), &json!("OPEN"), &json!(id)));
        let second = by_code(&nobody, &secret.to_lowercase()).await.expect(200);
        let third = nobody.post_empty(&format!("/api/tables/code/{secret}/session")).await.expect(200);
        assert_eq!((&second["session_id"], &third["session_id"]), (&first["session_id"], &first["session_id"]));
        assert_ne!(first["table_token"], second["table_token"]);
        // Nobody who sits at one table reaches another by its number.
        let seated = nobody.with_header("X-Table-Token", text(&first["table_token"]));
        by_number(&seated, table(&app, "INT-02").await).await.expect(403);
        app.anonymous().get("/api/public/menu/centro").await.expect(200);
    }

    /// Staff of the branch open any table by number and code; the kitchen, another branch's and another business's do
    /// not.
    async fn staff_join_by_number_and_code(app: App) {
        let manager = manager(&app).await;
        by_secret(&app, &manager).await;
        crate::scene::strangers(&app).await;
        let id = table(&app, "INT-03").await;
        for staff in [waiter(&app).await, manager, app.login("admin@demo.com", "admin123").await] {
            by_number(&staff, id).await.expect(200);
            by_code(&staff, "INT-03").await.expect(200);
            staff.post_empty("/api/tables/code/INT-03/session").await.expect(200);
        }
        let cook = app.login("kitchen@demo.com", "kitchen123").await;
        by_number(&cook, id).await.expect(403);
        by_code(&cook, "INT-03").await.expect(403);
        // The same waiter once dismissed is nobody.
        let gone = waiter(&app).await;
        app.sql_exec(&format!("update app_user set is_active = false where id = {}", gone.user_id)).await;
        by_number(&gone, id).await.expect(403);
        // Somebody of another business, and somebody of another branch.
        for (email, branch) in [("otra-casa@x.com", "(select max(id) from branch where tenant_id <> 1)"), ("otra-sucursal@x.com", "(select max(id) from branch where tenant_id = 1)")] {
            hire(&app, email, branch).await;
            let stranger = app.login(email, "admin123").await;
            by_number(&stranger, id).await.expect(403);
            by_code(&stranger, "INT-03").await.expect(403);
        }
    }

    /// Where anybody may join everything is as it was, and a QR code that was printed ahead works already, and still.
    async fn an_open_branch_is_joined_as_ever(app: App) {
        let (manager, nobody) = (manager(&app).await, app.anonymous());
        let id = table(&app, "INT-02").await;
        let link = manager.get(&format!("/api/admin/tables/{id}/qr-url")).await.expect(200);
        assert_eq!(link, json!({"url": "http://localhost:5176/join/centro/INT-02", "table_code": "INT-02", "branch_slug": "centro"}));
        assert_eq!(app.sql_i64("select count(*) from dining_table where join_code is not null").await, 0);
        let secret = secret(&app, &manager, "INT-02").await;
        let sessions = [by_number(&nobody, id).await, by_code(&nobody, "INT-02").await, by_code(&nobody, &secret).await];
        let sessions: Vec<i64> = sessions.iter().map(|joined| number(&joined.expect(200)["session_id"])).collect();
        assert!(sessions.iter().all(|session| *session == sessions[0]), "{sessions:?}");
        by_code(&nobody, "int-02").await.expect(404);
    }

    /// Codes are of the form that shipped apps pass on, no two alike, and no table's own code can be one.
    async fn a_join_code_is_no_tables_own_code(app: App) {
        let (manager, branch) = (manager(&app).await, centro(&app).await);
        let rotated = manager.post(&format!("/api/admin/branches/{branch}/join-codes/rotate"), json!({})).await.expect(200);
        let codes: Vec<&str> = list(&rotated["tables"]).iter().map(|table| text(&table["join_code"])).collect();
        assert_eq!((codes.len(), &rotated["rotated_count"]), (10, &json!(10)));
        for code in &codes {
            let fits = code.len() == 10 && code.bytes().all(|c| c.is_ascii_uppercase() || (b'2'..=b'9').contains(&c));
            assert!(fits && code.bytes().any(|c| c.is_ascii_uppercase()), "{code}");
        }
        let distinct: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!(distinct.len(), 10);
        for taken in ["RESTAURANT", codes[0], "terrazasur"] {
            manager.post("/api/admin/tables", json!({"branch_id": branch, "code": taken})).await.expect(422);
        }
        let id = table(&app, "INT-01").await;
        manager.patch(&format!("/api/admin/tables/{id}"), json!({"code": codes[1]})).await.expect(422);
        // One that had such a code before there were join codes keeps it, and its form can still be sent whole.
        app.sql_exec(&format!("update dining_table set code = 'RESTAURANT' where id = {id}")).await;
        manager.patch(&format!("/api/admin/tables/{id}"), json!({"code": "RESTAURANT", "capacity": 6})).await.expect(200);
        assert_eq!(by_code(&app.anonymous(), "RESTAURANT").await.expect(200)["table_id"], id);
    }

    /// Two who print at once print the same; whoever may not print does not see the secret, anywhere.
    async fn secrets_are_for_those_who_print(app: App) {
        let (manager, waiter) = (manager(&app).await, waiter(&app).await);
        let id = table(&app, "TER-01").await;
        let printed = race(8, |_| {
            let (manager, path) = (manager.clone(), format!("/api/admin/tables/{id}/qr-url?join=qr_secret"));
            async move { manager.get(&path).await.expect(200)["url"].clone() }
        }).await;
        assert!(printed.iter().all(|url| *url == printed[0]), "{printed:?}");
        by_secret(&app, &manager).await;
        let path = format!("/api/admin/tables/{id}/qr-url");
        assert_eq!(manager.get(&path).await.expect(200)["url"], printed[0]);
        let secret = secret(&app, &manager, "TER-01").await;
        for staff in [waiter.clone(), app.login("kitchen@demo.com", "kitchen123").await] {
            staff.get(&path).await.expect(403);
            staff.post_empty(&format!("/api/admin/tables/{id}/join-code/rotate")).await.expect(403);
            staff.post(&format!("/api/admin/branches/{}/join-codes/rotate", centro(&app).await), json!({})).await.expect(403);
        }
        let phone = join(&app, &secret, "Ana").await;
        order(&phone).await.expect(200);
        for path in ["/api/waiter/tables".into(), format!("/api/tables/{id}"), format!("/api/waiter/tables/{id}/session"), "/api/admin/tables".into(),
            format!("/api/admin/tables/{id}"), format!("/api/waiter/sessions/{}/phones", phone.session)] {
            let seen = waiter.get(&path).await;
            seen.expect(200);
            assert!(!seen.text().contains(&secret), "{path}");
        }
        let logged = app.sql_texts("select entity from event union all select coalesce(cast(new_values as text), '') || coalesce(cast(old_values as text), '') from audit_log").await;
        assert!(!logged.is_empty() && logged.iter().all(|text| !text.contains(&secret)));
        assert!(!app.logs().contains(&secret));
    }

    /// The old sticker lets nobody in from the commit on, who sits there stays, the same key is the same rotation.
    async fn a_rotated_code_lets_nobody_in(app: App) {
        let manager = manager(&app).await;
        by_secret(&app, &manager).await;
        let id = table(&app, "INT-01").await;
        let old = secret(&app, &manager, "INT-01").await;
        let seated = join(&app, &old, "Ana").await;
        let path = format!("/api/admin/tables/{id}/join-code/rotate");
        let keyed = manager.clone().keyed("nueva");
        let rotated = keyed.post_empty(&path).await;
        let new = text(&rotated.expect(200)["join_code"]).to_owned();
        assert_eq!(rotated.json()["url"], format!("http://localhost:5176/join/centro/{new}"));
        assert_eq!(keyed.post_empty(&path).await.bytes, rotated.bytes);
        assert_eq!(secret(&app, &manager, "INT-01").await, new);
        by_code(&app.anonymous(), &old).await.expect(404);
        order(&seated).await.expect(200);
        assert_eq!(scan(&app, &new).await.session, seated.session);
        // Printing and rotating once each.
        assert_eq!(audited(&app, "table", id).await, 2);
        assert_eq!(events(&app, "ENTITY_UPDATED", "entity like '%\"table\"%'").await, 1);

        // A sector's, then the branch's.
        let (branch, bar) = (centro(&app).await, secret(&app, &manager, "BAR-01").await);
        let sector = app.sql_i64("select id from sector where prefix = 'INT'").await;
        let all = format!("/api/admin/branches/{branch}/join-codes/rotate");
        let part = manager.post(&all, json!({"sector_id": sector})).await.expect(200);
        assert_eq!(part["rotated_count"], 5);
        by_code(&app.anonymous(), &new).await.expect(404);
        by_code(&app.anonymous(), &bar).await.expect(200);
        manager.post(&all, json!({"sector_id": 999_999})).await.expect(404);
        manager.post(&all, json!({"sector_id": "INT"})).await.expect(422);
        assert_eq!(manager.post(&all, json!({})).await.expect(200)["rotated_count"], 10);
        by_code(&app.anonymous(), &bar).await.expect(404);
        // A deleted table's code lets nobody in.
        let gone = secret(&app, &manager, "TER-03").await;
        manager.delete(&format!("/api/admin/tables/{}", table(&app, "TER-03").await)).await.expect(204);
        by_code(&app.anonymous(), &gone).await.expect(404);
    }

    /// Whoever joins while the code is rotated does so by the code of that moment; afterwards only the last one is
    /// good.
    async fn rotations_and_joins_at_once(app: App) {
        let manager = manager(&app).await;
        by_secret(&app, &manager).await;
        let id = table(&app, "INT-04").await;
        for _ in 0..4 {
            let old = secret(&app, &manager, "INT-04").await;
            let (rotating, scanning) = (manager.clone(), app.anonymous());
            let path = format!("/api/admin/tables/{id}/join-code/rotate");
            let (rotations, joins) = duel(
                { let path = path.clone(); async move { race(3, |_| { let (staff, path) = (rotating.clone(), path.clone()); async move { staff.post_empty(&path).await } }).await } },
                { let old = old.clone(); async move { race(8, |_| { let (phone, old) = (scanning.clone(), old.clone()); async move { by_code(&phone, &old).await.status } }).await } },
            ).await;
            assert!(joins.iter().all(|status| matches!(status, 200 | 404)), "{joins:?}");
            let codes: Vec<String> = rotations.iter().map(|one| text(&one.expect(200)["join_code"]).to_owned()).collect();
            let now = secret(&app, &manager, "INT-04").await;
            assert!(codes.contains(&now) && now != old);
            for code in codes.iter().chain([&old]).filter(|code| **code != now) {
                by_code(&app.anonymous(), code).await.expect(404);
            }
            by_code(&app.anonymous(), &now).await.expect(200);
            assert_eq!(live_sessions(&app, id).await, 1);
        }
    }

    /// Another business's code opens its own table and no other, and neither's office reaches the other's codes.
    async fn a_code_of_another_business_opens_no_table_here(app: App) {
        let manager = manager(&app).await;
        by_secret(&app, &manager).await;
        let ours = secret(&app, &manager, "INT-01").await;
        let [foreign, _] = crate::scene::strangers(&app).await;
        let there = app.sql_i64(&format!("select min(id) from dining_table where branch_id = {}", foreign.branch)).await;
        manager.post_empty(&format!("/api/admin/tables/{there}/join-code/rotate")).await.expect(404);
        manager.post(&format!("/api/admin/branches/{}/join-codes/rotate", foreign.branch), json!({})).await.expect(404);
        manager.get(&format!("/api/admin/tables/{there}/qr-url?join=qr_secret")).await.expect(404);
        assert_eq!(app.sql_i64(&format!("select count(*) from dining_table where branch_id = {} and join_code is not null", foreign.branch)).await, 0);

        hire(&app, "duena@otra-casa.com", &foreign.branch.to_string()).await;
        let owner = app.login("duena@otra-casa.com", "admin123").await;
        let rotated = owner.post_empty(&format!("/api/admin/tables/{there}/join-code/rotate")).await.expect(200);
        let (theirs, slug) = (text(&rotated["join_code"]), text(&rotated["branch_slug"]));
        let nobody = app.anonymous();
        by_code(&nobody, theirs).await.expect(404);
        nobody.post_empty(&format!("/api/tables/code/{ours}/session?branch_slug={slug}")).await.expect(404);
        assert_eq!(nobody.post_empty(&format!("/api/tables/code/{theirs}/session")).await.expect(200)["table_id"], there);
        owner.post_empty(&format!("/api/admin/tables/{}/join-code/rotate", table(&app, "INT-01").await)).await.expect(404);
        by_code(&nobody, &ours).await.expect(200);
    }

    /// Guessing is refused soon and for everybody at that address only; a right code passes whatever was tried there.
    async fn wrong_codes_are_limited_and_right_ones_pass(app: App = AppOptions::default().rate_limits()) {
        let manager = manager(&app).await;
        by_secret(&app, &manager).await;
        let secret = secret(&app, &manager, "INT-05").await;
        let guesser = app.anonymous();
        let mut refused = None;
        for guess in 0..200 {
            let code = format!("GUESS{:05}", 22222 + guess).replace(['0', '1'], "9");
            let reply = by_code(&guesser, &code).await;
            if reply.status == 429 {
                refused = Some((guess, reply));
                break;
            }
            reply.expect(404);
        }
        let (guesses, refused) = refused.expect("200 wrong codes are too many");
        assert!(guesses >= 10, "a party that mistypes is not refused: {guesses}");
        assert!(refused.header("Retry-After").is_some_and(|wait| wait.parse::<u64>().unwrap() >= 1));
        assert_eq!(refused.json()["code"], "rate_limited");
        by_code(&guesser, &secret).await.expect(200);
        by_code(&guesser, &secret.to_lowercase()).await.expect(200);
        let elsewhere = Elsewhere::of(&app);
        assert_eq!(elsewhere.by_code("GUESS23456").await, 404);
        assert_eq!(elsewhere.by_code(&secret).await, 200);
    }

    /// Every phone that joined is on the list, with its name once it gave one; party and staff hear who it is.
    async fn the_party_sees_who_joined(app: App) {
        let (manager, waiter) = (manager(&app).await, waiter(&app).await);
        let (code, other_code) = (secret(&app, &manager, "INT-01").await, secret(&app, &manager, "INT-02").await);
        // Where anybody joins the lists say it, and no event that the shipped clients do not know.
        let early = join(&app, "BAR-01", "Ema").await;
        assert_eq!(list(&early.caller.get(&format!("/api/diner/session/{}/phones", early.session)).await.expect(200))[0]["name"], "Ema");
        assert_eq!(events(&app, "TABLE_STATUS_CHANGED", "true").await, 0);
        by_secret(&app, &manager).await;
        let code = code.as_str();
        let ana = join(&app, code, "Ana").await;
        let (table_screen, floor) = (Socket::connect(&app.ws_url(), &format!("/ws/diner?table_token={}", ana.token)).await, waiter.socket(&app, "/ws/waiter").await);
        floor.ping().await;
        table_screen.ping().await;
        let silent = scan(&app, code).await;
        let bruno = join(&app, code, "Bruno").await;
        let joined = |events: &[Value]| events.iter().any(|event| event["entity"]["joined"]["diner_id"] == bruno.diner);
        for screen in [&table_screen, &floor] {
            let heard = screen.wait_until(joined).await;
            let event = heard.iter().find(|event| event["type"] == "TABLE_STATUS_CHANGED").unwrap();
            assert_eq!((&event["entity"]["table_code"], &event["entity"]["table_status"]), (&json!("INT-01"), &json!("ACTIVE")));
            assert_eq!((&event["entity"]["joined"]["name"], &event["entity"]["joined"]["color"]), (&json!("Bruno"), &json!("#112233")));
            assert!(event["entity"]["joined"]["joined_at"].is_string() && event["session_id"] == ana.session);
        }
        let path = format!("/api/diner/session/{}/phones", ana.session);
        let seen = ana.caller.get(&path).await.expect(200);
        let names: Vec<_> = list(&seen).iter().map(|phone| (phone["name"].clone(), phone["diner_id"].clone())).collect();
        assert_eq!(names, [(json!("Ana"), json!(ana.diner)), (Value::Null, Value::Null), (json!("Bruno"), json!(bruno.diner))]);
        assert!(list(&seen).iter().all(|phone| phone["joined_at"].is_string() && phone["phone_id"].is_i64()));
        assert_eq!(waiter.get(&format!("/api/waiter/sessions/{}/phones", ana.session)).await.expect(200), seen);
        // Registering again, as the shipped client does, is told once.
        register(&bruno, "Bruno").await.expect(200);
        assert_eq!(events(&app, "TABLE_STATUS_CHANGED", "entity like '%\"joined\"%'").await, 2);
        // The neighbours see nothing of it.
        let other = join(&app, &other_code, "Carla").await;
        other.caller.get(&path).await.expect(403);
        assert_ne!(silent.token, ana.token);
    }

    /// From the answer on nothing that the guest asks is answered, on no road; the party goes on.
    async fn a_removed_guest_is_out_at_once(app: App) {
        let (waiter, code) = (waiter(&app).await, "INT-01");
        let (ana, eve) = (join(&app, code, "Ana").await, join(&app, code, "Eve").await);
        order(&ana).await.expect(200);
        order(&eve).await.expect(200);
        eve.caller.post("/api/diner/cart/add", json!({"product_id": 102, "diner_id": eve.diner})).await.expect(200);
        let kept = ana.caller.post("/api/diner/cart/add", json!({"product_id": 103, "diner_id": ana.diner})).await.expect(200);
        let socket = async |phone: &Phone| Socket::connect(&app.ws_url(), &format!("/ws/diner?table_token={}", phone.token)).await;
        let (hers, his) = (socket(&ana).await, socket(&eve).await);
        hers.ping().await;
        his.ping().await;
        let total = ana.caller.get(&format!("/api/diner/session/{}/total", ana.session)).await.expect(200);

        let removed = send_away(&waiter, &eve).await.expect(200);
        assert_eq!((&removed["diner_ids"], list(&removed["phone_ids"]).len()), (&json!([eve.diner]), 1));
        for (method, path, body) in all_that_a_phone_asks(eve.session, 1, number(&kept["item_id"])) {
            let body = if body.is_null() { String::new() } else { body.to_string() };
            let reply = eve.caller.send(method.clone(), &path, "application/json", body).await;
            assert_eq!((reply.status, &reply.json()["code"]), (401, &json!("removed_from_table")), "{method} {path}: {}", reply.text());
        }
        assert_eq!(his.wait_closed(PATIENCE).await, 4001);
        assert_eq!(socket(&eve).await.wait_closed(PATIENCE).await, 4001);
        let catch_up = format!("{}/ws/catchup/session?session_id={}&after=0&table_token={}", app.gateway_url(), eve.session, eve.token);
        assert_eq!(reqwest::Client::builder().no_proxy().build().unwrap().get(catch_up).send().await.unwrap().status().as_u16(), 401);

        // No way back to this party: by the old token, by the device, as a new phone of the same owner.
        assert_eq!(by_code(&eve.caller, code).await.expect(403)["code"], "removed_from_table");
        assert_eq!(by_code(&app.anonymous().with_header("X-Device-Id", "Eve-phone"), code).await.expect(403)["code"], "removed_from_table");
        let again = scan(&app, code).await;
        assert_eq!(register(&again, "Eve").await.expect(401)["code"], "removed_from_table");
        order(&again).await.expect(401);
        assert_eq!(by_code(&again.caller, code).await.expect(403)["code"], "removed_from_table");

        // The party: the bill as it was, the guest's lines gone, everybody told, nobody else bothered.
        assert_eq!(ana.caller.get(&format!("/api/diner/session/{}/total", ana.session)).await.expect(200), total);
        let rounds = ana.caller.get(&format!("/api/diner/session/{}/rounds", ana.session)).await.expect(200);
        assert_eq!(list(&rounds).len(), 2);
        let cart = ana.caller.get("/api/diner/cart").await.expect(200);
        assert_eq!((list(&cart["items"]).len(), &cart["items"][0]["item_id"]), (1, &kept["item_id"]));
        let diners = ana.caller.get(&format!("/api/diner/session/{}/diners", ana.session)).await.expect(200);
        assert_eq!((list(&diners).len(), &diners[0]["id"]), (1, &json!(ana.diner)));
        let heard = hers.wait_until(|events| events.iter().any(|event| event["entity"]["removed"].is_object())).await;
        let of = |kind: &str| heard.iter().filter(|event| event["type"] == kind).count();
        assert_eq!((of("CART_ITEM_REMOVED"), of("TABLE_STATUS_CHANGED")), (1, 1), "{heard:?}");
        hers.ping().await;
        assert_eq!(hers.close_code(), None);
        ana.caller.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 102, "qty": 1}]})).await.expect(200);
        let detail = waiter.get(&format!("/api/waiter/tables/{}/session", table(&app, code).await)).await.expect(200);
        assert_eq!((list(&detail["diners"]).len(), list(&detail["rounds"]).len()), (1, 3));
        // What was ordered names who ordered it.
        assert!(detail.to_string().contains("Eve"));
        // The next party may have her again.
        app.login("admin@demo.com", "admin123").await.post(&format!("/api/waiter/tables/{}/close", table(&app, code).await), json!({"force": true})).await.expect(200);
        let next = join(&app, code, "Eve").await;
        order(&next).await.expect(200);
    }

    /// Who gave no name is removed by the phone, and who has several names loses them all.
    async fn a_guest_without_a_name_or_with_many_is_removed(app: App) {
        let waiter = waiter(&app).await;
        let ana = join(&app, "INT-01", "Ana").await;
        let silent = scan(&app, "INT-01").await;
        let phone = phone_id(&app, &silent).await;
        order(&silent).await.expect(200);
        let path = format!("/api/waiter/sessions/{}/phones/{phone}", ana.session);
        assert_eq!(waiter.delete(&path).await.expect(200), json!({"session_id": ana.session, "diner_ids": [], "phone_ids": [phone]}));
        order(&silent).await.expect(401);
        order(&ana).await.expect(200);

        let many = join(&app, "INT-01", "Uno").await;
        let second = number(&register(&many, "Dos").await.expect(200)["id"]);
        // She says that she is Ana, too; that does not take Ana along.
        register(&many, "Ana").await.expect(200);
        let removed = send_away(&waiter, &many).await.expect(200);
        assert_eq!(removed["diner_ids"], json!([many.diner, second]));
        order(&many).await.expect(401);
        order(&ana).await.expect(200);
        // A phone of this party is none of another's.
        let other = join(&app, "INT-02", "Carla").await;
        waiter.delete(&format!("/api/waiter/sessions/{}/diners/{}", other.session, ana.diner)).await.expect(404);
        waiter.delete(&format!("/api/waiter/sessions/{}/phones/{phone}", other.session)).await.expect(404);
        app.login("kitchen@demo.com", "kitchen123").await.delete(&path).await.expect(403);
        ana.caller.delete(&path).await.expect(401);
    }

    /// However often and by however many, a guest is removed once, and everybody is told the same.
    async fn a_guest_is_removed_once(app: App) {
        let (waiter, manager) = (waiter(&app).await, manager(&app).await);
        let (ana, eve) = (join(&app, "INT-01", "Ana").await, join(&app, "INT-01", "Eve").await);
        let removals = race(6, |at| {
            let (staff, eve) = (if at % 2 == 0 { waiter.clone() } else { manager.clone() }, eve.clone());
            async move { send_away(&staff, &eve).await }
        }).await;
        let bodies: Vec<Value> = removals.iter().map(|reply| reply.expect(200)).collect();
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
        let keyed = waiter.clone().keyed("afuera");
        let first = send_away(&keyed, &eve).await;
        assert_eq!(first.expect(200), bodies[0]);
        assert_eq!(send_away(&keyed, &eve).await.bytes, first.bytes);
        let other = keyed.delete(&format!("/api/waiter/sessions/{}/diners/{}", ana.session, ana.diner)).await;
        assert_eq!(other.expect(409)["code"], "idempotency_key_reused");
        assert_eq!(audited(&app, "table_session", ana.session).await, 1);
        assert_eq!(events(&app, "TABLE_STATUS_CHANGED", "entity like '%\"removed\"%'").await, 1);
        order(&ana).await.expect(200);
        waiter.post_empty(&format!("/api/waiter/tables/{}/close", table(&app, "INT-01").await)).await.expect(200);
        assert_eq!(send_away(&waiter, &ana).await.expect(409)["current_status"], "CLOSED");
    }

    /// Orders that race a removal are taken before it or refused, and none is taken after its answer.
    async fn a_guest_who_orders_while_being_removed(app: App) {
        let waiter = waiter(&app).await;
        for code in ["INT-01", "INT-02", "INT-03", "INT-04"] {
            let eve = join(&app, code, "Eve").await;
            let (staff, phone, sender) = (waiter.clone(), eve.clone(), eve.clone());
            let (removed, orders) = duel(
                async move { send_away(&staff, &phone).await.status },
                async move { race(8, |_| { let phone = sender.clone(); async move {
                    phone.caller.post("/api/diner/service-call", json!({"type": "WAITER_CALL"})).await.status } }).await },
            ).await;
            assert_eq!(removed, 200);
            assert!(orders.iter().all(|status| matches!(status, 200 | 401)), "{orders:?}");
            let taken = app.sql_i64(&format!("select count(*) from event where session_id = {} and type = 'SERVICE_CALL_CREATED'", eve.session)).await;
            order(&eve).await.expect(401);
            let after = app.sql_i64(&format!("select count(*) from event where session_id = {} and type = 'SERVICE_CALL_CREATED'
                and seq > (select max(seq) from event where session_id = {} and entity like '%\"removed\"%')", eve.session, eve.session)).await;
            assert_eq!(after, 0, "of {taken}");
        }
    }

    /// What the guest claimed is free, what the guest ordered is shared by those who stay, and the sums hold.
    async fn a_removed_guests_claims_are_free_and_dishes_shared(app: App) {
        let waiter = waiter(&app).await;
        let (ana, eve) = (join(&app, "INT-01", "Ana").await, join(&app, "INT-01", "Eve").await);
        order(&ana).await.expect(200);
        let items = json!([{"product_id": 102, "qty": 1, "diner_id": eve.diner}]);
        eve.caller.post("/api/diner/rounds/submit", json!({"items": items})).await.expect(200);
        let check = ask_for_check(&ana).await.expect(200);
        let bill = format!("/api/billing/check/{}", check["check_id"]);
        let charge = app.sql_i64(&format!("select id from charge where diner_id = {}", eve.diner)).await;
        let claim = |phone: &Phone| (phone.caller.clone(), json!({"diner_id": phone.diner, "items": [{"charge_id": charge}]}));
        let (caller, body) = claim(&eve);
        caller.put(&format!("{bill}/claims"), body).await.expect(200);
        let (caller, body) = claim(&ana);
        caller.put(&format!("{bill}/claims"), body.clone()).await.expect(409);
        send_away(&waiter, &eve).await.expect(200);
        assert_eq!(app.sql_i64("select count(*) from charge_claim").await, 0);
        caller.put(&format!("{bill}/claims"), body).await.expect(200);
        // Nobody pays in the guest's name.
        let in_her_name = json!({"diner_id": eve.diner, "items": [{"charge_id": charge}]});
        ana.caller.put(&format!("{bill}/claims"), in_her_name).await.expect(400);
        for plan in [json!({"method": "by_consumption"}), json!({"method": "equal", "ways": 1})] {
            let quote = ana.caller.post(&format!("{bill}/quote"), json!({"plan": plan})).await.expect(200);
            assert_eq!((&quote["total_cents"], list(&quote["shares"]).len()), (&check["total_cents"], 1), "{quote}");
            assert_eq!((&quote["shares"][0]["diner_id"], &quote["shares"][0]["owes_cents"]), (&json!(ana.diner), &check["total_cents"]));
        }
        let balances = ana.caller.get(&format!("{bill}/balances")).await.expect(200);
        let sum: i64 = list(&balances).iter().map(|row| number(&row["total_cents"])).sum();
        assert_eq!(json!(sum), check["total_cents"], "{balances}");
        assert!(list(&balances).iter().all(|row| row["diner_id"] != eve.diner));
        crate::ledger::assert_ledger(&app).await;
    }

    /// Nobody who came when the check stood asks for it, until staff take it back; whoever was there may ask again.
    async fn only_who_was_there_asks_for_the_check(app: App) {
        let (manager, waiter) = (manager(&app).await, waiter(&app).await);
        let secret = secret(&app, &manager, "INT-01").await;
        by_secret(&app, &manager).await;
        let (ana, bruno) = (join(&app, &secret, "Ana").await, join(&app, &secret, "Bruno").await);
        order(&ana).await.expect(200);
        let check = ask_for_check(&ana).await.expect(200);
        assert_eq!(ask_for_check(&bruno).await.expect(200), check);
        // She may sit down and pay, but not ask, nor order.
        let eve = join(&app, &secret, "Eve").await;
        assert_eq!(ask_for_check(&eve).await.expect(403)["code"], "joined_after_check_request");
        assert_eq!(eve.caller.get("/api/diner/check").await.expect(200)["id"], check["check_id"]);
        eve.caller.get(&format!("/api/billing/check/{}/balances", check["check_id"])).await.expect(200);
        order(&eve).await.expect(400);
        assert_eq!(waiter.post_empty(&format!("/api/waiter/sessions/{}/check", ana.session)).await.expect(200)["check_id"], check["check_id"]);
        // A phone that scanned again is as old as its owner here, whose id of the visit nobody else knows.
        let again = join(&app, &secret, "Ana").await;
        assert_eq!((again.diner, ask_for_check(&again).await.expect(200)), (ana.diner, check.clone()));
        // Taken back, it is asked for anew: whoever is there now is there before.
        waiter.post_empty(&format!("/api/waiter/sessions/{}/check/withdraw", ana.session)).await.expect(200);
        assert_eq!(ask_for_check(&eve).await.expect(200)["check_id"], check["check_id"]);
        assert_eq!(ask_for_check(&ana).await.expect(200)["check_id"], check["check_id"]);
        let late = join(&app, &secret, "Tarde").await;
        assert_eq!(ask_for_check(&late).await.expect(403)["code"], "joined_after_check_request");
        assert_eq!(events(&app, "CHECK_REQUESTED", "true").await, 2);
    }

    /// Where anybody joins, the shipped client that came later is told of the check, as ever.
    async fn in_an_open_branch_whoever_comes_later_is_told_of_the_check(app: App) {
        let ana = join(&app, "INT-01", "Ana").await;
        order(&ana).await.expect(200);
        let check = ask_for_check(&ana).await.expect(200);
        assert_eq!(ask_for_check(&join(&app, "INT-01", "Bruno").await).await.expect(200), check);
    }

    /// A guest who was sent away does not use up what the table may do.
    async fn a_removed_guest_does_not_spend_the_tables_limits(app: App = AppOptions::default().rate_limits()) {
        let waiter = waiter(&app).await;
        let (ana, eve) = (join(&app, "INT-01", "Ana").await, join(&app, "INT-01", "Eve").await);
        send_away(&waiter, &eve).await.expect(200);
        for _ in 0..100 {
            let reply = eve.caller.post("/api/diner/service-call", json!({"type": "WAITER_CALL"})).await;
            assert!(matches!(reply.status, 401 | 429), "{}", reply.text());
        }
        ana.caller.post("/api/diner/service-call", json!({"type": "WAITER_CALL"})).await.expect(200);
    }

    /// Whoever joins for ever fills no disk and keeps nobody out.
    async fn phones_without_a_name_are_bounded(app: App) {
        let ana = join(&app, "INT-01", "Ana").await;
        for _ in 0..120 {
            by_code(&app.anonymous(), "INT-01").await.expect(200);
        }
        assert_eq!(app.sql_i64(&format!("select count(*) from session_phone where session_id = {}", ana.session)).await, 101);
        order(&join(&app, "INT-01", "Bruno").await).await.expect(200);
        order(&scan(&app, "INT-01").await).await.expect(200);
    }
}
