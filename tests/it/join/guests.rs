//! Who sits at a table: the party sees them, and staff send them away.

use super::{
    PATIENCE, Phone, ask_for_check, by_code, by_secret, join, manager, order, phone_id, register, scan, secret,
    send_away, waiter,
};
use crate::look::{audited, events, table};
use crate::scene::{list, number};
use harness::{
    AppOptions, Socket, Value, both_modes, duel, json, race,
    reqwest::{self, Method},
};

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

both_modes! {
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
