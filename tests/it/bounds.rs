//! How much one table, one phone and one address may do, so that nobody fills the disk, the kitchen's screen or the
//! party, and how those who do nothing of it notice nothing.

use crate::{
    join::{ask_for_check, by_code, by_secret, join, manager, order, register, scan, secret, send_away, waiter},
    look::{TABLES, product},
    scene::text,
};
use auth::TokenKeys;
use domain::{Clock, SystemClock};
use harness::{
    App, AppOptions, Caller, DinerPhone, JWT_SECRET, Reply, Socket, TABLE_TOKEN_SECRET, Value, both_modes, json, race,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// An order of so many lines, each with a note of so many bytes.
fn heavy(product: i64, lines: usize, note: usize, turn: usize) -> Value {
    let line = |number: usize| json!({"product_id": product, "qty": 1, "notes": format!("{turn}-{number} {}", "x".repeat(note))});
    json!({"items": (0..lines).map(line).collect::<Vec<_>>()})
}

async fn sends(phone: &DinerPhone, order: Value) -> Reply {
    phone.post("/api/diner/rounds/submit", order).await
}

/// What a table ordered, in lines.
async fn lines(app: &App, phone: &DinerPhone) -> i64 {
    let sql = "select count(*) from round_item i join round r on r.id = i.round_id where r.session_id";
    app.sql_i64(&format!("{sql} = {}", phone.session_id)).await
}

/// Codes that are none, another each time.
fn wrong_code(number: usize) -> String {
    format!("GUESS{:05}", 22_222 + number).replace(['0', '1'], "9")
}

/// Somebody behind a proxy that is trusted.
fn proxied() -> AppOptions {
    AppOptions::default().rate_limits().env("COMANDA_TRUSTED_PROXIES", "127.0.0.1")
}

both_modes! {
    /// A banquet sends two hundred lines at once, twice; whoever goes on fills the kitchen's screen and the disk.
    async fn the_orders_of_a_table_are_limited_by_what_they_weigh(app: App = AppOptions::default().rate_limits()) {
        let product = product(&app).await;
        let (banquet, notes, other) = (app.scan("INT-01").await, app.scan("INT-02").await, app.scan("INT-03").await);
        for turn in 0..2 {
            sends(&banquet, heavy(product, 200, 5, turn)).await.expect(200);
        }
        let refused = sends(&banquet, heavy(product, 200, 5, 3)).await;
        assert_eq!((refused.expect(429)["code"].clone(), refused.header("retry-after").is_some()), (json!("rate_limited"), true));
        assert_eq!(lines(&app, &banquet).await, 400);
        // A long note weighs as much as its bytes: 60 lines of 500 are 360, not 60.
        sends(&notes, heavy(product, 60, 490, 0)).await.expect(200);
        sends(&notes, heavy(product, 60, 490, 1)).await.expect(429);
        assert_eq!(lines(&app, &notes).await, 60);
        // Another phone of the same table is the same table, another table is another.
        let same = app.scan("INT-01").await;
        sends(&same, heavy(product, 200, 5, 4)).await.expect(429);
        sends(&other, heavy(product, 200, 5, 5)).await.expect(200);
    }

    /// Names at a table are three hundred, also when a thousand come at once; who is there stays.
    async fn the_names_of_a_table_are_bounded(app: App) {
        let ana = join(&app, "INT-01", "Ana").await;
        let refused = Arc::new(AtomicUsize::new(0));
        race(10, |sender| {
            let (phone, refused) = (ana.clone(), refused.clone());
            async move {
                for number in 0..32 {
                    let reply = register(&phone, &format!("Guest {sender}-{number}")).await;
                    if reply.status != 200 {
                        assert_eq!(reply.expect(400)["code"], "too_many_diners");
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }
        })
        .await;
        let names = app.sql_i64(&format!("select count(*) from diner where session_id = {}", ana.session)).await;
        assert_eq!((names, refused.load(Ordering::Relaxed)), (300, 21));
        let again = register(&ana, "Ana").await.expect(200);
        assert_eq!(again["id"], ana.diner);
        order(&ana).await.expect(200);
        join(&app, "INT-02", "Bruno").await;
    }

    /// A token from before phones had numbers is good until somebody is sent away: nobody can tell whether it is
    /// theirs.
    async fn a_token_without_a_phone_is_none_after_a_removal(
        app: App = AppOptions::default().env("JWT_SECRET", JWT_SECRET).env("TABLE_TOKEN_SECRET", TABLE_TOKEN_SECRET)
    ) {
        let waiter = waiter(&app).await;
        let keys = TokenKeys::new(JWT_SECRET.to_owned().into(), TABLE_TOKEN_SECRET.to_owned().into());
        let now = SystemClock.now();
        let (ana, eve, other) = (join(&app, "INT-01", "Ana").await, join(&app, "INT-01", "Eve").await, join(&app, "INT-02", "Carla").await);
        let without_phone = |token: &str| {
            let diner = keys.verify_table(token, now).expect("our own secret");
            keys.mint_table(&auth::Diner::for_session(diner.tenant_id(), diner.branch_id(), diner.table_id(), diner.session_id()), now)
        };
        let (old, elsewhere) = (without_phone(&ana.token), without_phone(&other.token));
        let caller = app.anonymous().with_header("X-Table-Token", &old);
        let rounds = format!("/api/diner/session/{}/rounds", ana.session);
        caller.get(&rounds).await.expect(200);
        let call = json!({"type": "WAITER_CALL"});
        caller.post("/api/diner/service-call", call.clone()).await.expect(200);
        let socket = async || Socket::connect(&app.ws_url(), &format!("/ws/diner?table_token={old}")).await;
        let (before, hers) = (socket().await, Socket::connect(&app.ws_url(), &format!("/ws/diner?table_token={}", ana.token)).await);
        before.ping().await;
        send_away(&waiter, &eve).await.expect(200);
        for reply in [caller.get(&rounds).await, caller.post("/api/diner/service-call", call.clone()).await,
            caller.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 101, "qty": 1}]})).await,
            caller.post_empty("/api/billing/check/request").await] {
            assert_eq!(reply.expect(401)["code"], "removed_from_table", "{}", reply.text());
        }
        assert_eq!(before.wait_closed(Duration::from_secs(20)).await, 4001);
        assert_eq!(socket().await.wait_closed(Duration::from_secs(20)).await, 4001);
        // Whoever has a phone that was not sent away notices nothing, and another table neither.
        hers.ping().await;
        order(&ana).await.expect(200);
        app.anonymous().with_header("X-Table-Token", &elsewhere).post("/api/diner/service-call", call).await.expect(200);
    }

    /// A phone that joins beyond the bound takes the oldest one's place, but not its right to ask for the check.
    async fn the_oldest_phone_without_a_name_gives_way_and_its_place_proves_nothing(app: App) {
        let manager = manager(&app).await;
        let secret = secret(&app, &manager, "INT-01").await;
        by_secret(&app, &manager).await;
        let ana = join(&app, &secret, "Ana").await;
        order(&ana).await.expect(200);
        let mut early = Vec::new();
        for _ in 0..100 {
            early.push(scan(&app, &secret).await);
        }
        let named = join(&app, &secret, "Bruno").await;
        let check = ask_for_check(&ana).await.expect(200);
        // Joining as Bruno, before there was a name, took the first one's place.
        assert_eq!(ask_for_check(&early[0]).await.expect(401)["code"], "removed_from_table");
        assert_eq!(ask_for_check(&early[1]).await.expect(200), check);
        let mut late = Vec::new();
        for _ in 0..3 {
            late.push(scan(&app, &secret).await);
        }
        for phone in &late {
            assert_eq!(ask_for_check(phone).await.expect(403)["code"], "joined_after_check_request");
        }
        for gone in &early[..3] {
            assert_eq!(ask_for_check(gone).await.expect(401)["code"], "removed_from_table");
        }
        // Whoever had to give way may come back, as somebody who came later.
        let again = scan(&app, &secret).await;
        assert_eq!(ask_for_check(&again).await.expect(403)["code"], "joined_after_check_request");
        for there in [&named, &early[50], &early[99]] {
            assert_eq!(ask_for_check(there).await.expect(200), check);
        }
        let unnamed = format!("select count(*) from session_phone where session_id = {} and diner_id is null", ana.session);
        assert_eq!(app.sql_i64(&unnamed).await, 100);
        order(&ana).await.expect(400);
    }

    /// A whole house shares one address: whoever tries codes there, all the time and many at once, keeps nobody out.
    async fn right_codes_pass_while_wrong_ones_flood_from_the_same_address(app: App = AppOptions::default().rate_limits()) {
        let manager = manager(&app).await;
        let mut secrets = Vec::new();
        for table in TABLES {
            secrets.push(secret(&app, &manager, table).await);
        }
        by_secret(&app, &manager).await;
        let (over, limited) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let guessers: Vec<_> = (0..4)
            .map(|sender| {
                let (guesser, over, limited) = (app.anonymous(), over.clone(), limited.clone());
                tokio::spawn(async move {
                    for number in (sender..).step_by(4).take_while(|_| !over.load(Ordering::Relaxed)) {
                        let reply = by_code(&guesser, &wrong_code(number % 50_000)).await;
                        assert!(matches!(reply.status, 404 | 429), "{}", reply.text());
                        limited.fetch_add(usize::from(reply.status == 429), Ordering::Relaxed);
                    }
                })
            })
            .collect();
        while limited.load(Ordering::Relaxed) < 20 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let guest = app.anonymous();
        for _ in 0..3 {
            for secret in &secrets {
                let joined = by_code(&guest, secret).await.expect(200);
                assert!(!text(&joined["table_token"]).is_empty());
            }
        }
        over.store(true, Ordering::Relaxed);
        for guesser in guessers {
            guesser.await.unwrap();
        }
    }

    /// Whoever has one address of IPv6 has 2^64 of them: they are one guesser.
    async fn a_network_of_ipv6_guesses_as_one(app: App = proxied()) {
        let manager = manager(&app).await;
        let secret = secret(&app, &manager, "INT-01").await;
        by_secret(&app, &manager).await;
        let from = |address: String| -> Caller { app.anonymous().with_header("X-Forwarded-For", &address) };
        let mut limited = 0;
        for number in 0..60 {
            let reply = by_code(&from(format!("2001:db8:1:2:{number:x}::{number:x}")), &wrong_code(number)).await;
            assert!(matches!(reply.status, 404 | 429), "{}", reply.text());
            limited += usize::from(reply.status == 429);
        }
        assert!(limited > 0, "60 guesses from one network");
        by_code(&from("2001:db8:1:3::1".into()), &wrong_code(100)).await.expect(404);
        by_code(&from("198.51.100.1".into()), &wrong_code(101)).await.expect(404);
        by_code(&from("2001:db8:1:2:ffff::1".into()), &secret).await.expect(200);
    }
}
