//! Who gets in, how long they stay, and that out means out.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use auth::TokenKeys;
use domain::{Clock, SystemClock};
use harness::{
    App, AppOptions, Caller, JWT_SECRET, Reply, TABLE_TOKEN_SECRET, Value, both_modes, json, race, reqwest::Method,
};

const WAITER: &str = "waiter@demo.com";
const PASSWORD: &str = "waiter123";

fn known_secrets() -> AppOptions {
    AppOptions::default().env("JWT_SECRET", JWT_SECRET).env("TABLE_TOKEN_SECRET", TABLE_TOKEN_SECRET)
}

async fn try_login(app: &App, email: &str, password: &str) -> Reply {
    app.anonymous().post("/api/auth/login", json!({"email": email, "password": password})).await
}

/// From a client without cookies.
async fn refresh(app: &App, token: &str) -> Reply {
    app.anonymous().post("/api/auth/refresh", json!({"refresh_token": token})).await
}

fn token(reply: &Reply) -> String {
    reply.expect(200)["refresh_token"].as_str().expect("a refresh token").to_owned()
}

async fn with_bearer(app: &App, token: &str) -> Reply {
    app.anonymous().with_header("Authorization", &format!("Bearer {token}")).get("/api/auth/me").await
}

/// The mark by which a device is known again, as `Set-Cookie` has it.
fn mark(reply: &Reply) -> String {
    let cookies = reply.headers.get_all("set-cookie").into_iter().filter_map(|cookie| cookie.to_str().ok());
    cookies.filter(|cookie| cookie.starts_with("known_device=")).collect::<String>()
}

/// What of it the browser sends back.
fn sent_back(mark: &str) -> &str {
    mark.split(';').next().unwrap_or_default()
}

/// The id of the device that a mark names, by the secret of [`known_secrets`].
fn device(mark: &str) -> String {
    let keys = TokenKeys::new(JWT_SECRET.to_owned().into(), TABLE_TOKEN_SECRET.to_owned().into());
    let token = sent_back(mark).strip_prefix("known_device=").expect("a mark");
    keys.known_device(token, SystemClock.now()).expect("a device").id().to_string()
}

/// How many passwords the server has checked, at no small cost each.
async fn checked_passwords(app: &App) -> u64 {
    let text = app.anonymous().get("/metrics").await.text();
    let line = text.lines().find_map(|line| line.strip_prefix("password_checks_total "));
    line.map_or(0, |count| count.parse().expect("a number"))
}

/// The code of the present step of 30 s, or of a neighbour.
fn code(secret: &str, step: i64) -> String {
    let now = i64::try_from(since_epoch().as_secs()).expect("a present instant");
    let instant = u64::try_from(now + step * 30).expect("after the epoch");
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base32");
    totp_rs::Builder::new().with_secret(secret).build().expect("a valid secret").generate(instant).to_string()
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970")
}

/// Waits for a step with most of its time left, so that "present" means the same here and on the server.
async fn beginning_of_a_step() {
    while since_epoch().as_secs() % 30 > 15 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

both_modes! {
    async fn the_answer_and_the_cookie_are_the_contracts(app: App) {
        let reply = try_login(&app, " Waiter@Demo.COM", PASSWORD).await;
        let body = reply.expect(200);
        assert_eq!((&body["token_type"], &body["expires_in"], &body["requires_2fa"]), (&json!("Bearer"), &json!(900), &json!(false)));
        let user = &body["user"];
        assert_eq!((&user["email"], &user["roles"]), (&json!(WAITER), &json!(["WAITER"])));
        assert!(user["id"].is_i64() && user["tenant_id"].is_i64() && user["branch_ids"][0].is_i64(), "{user}");
        let cookie = reply.header("set-cookie").expect("a cookie").to_owned();
        let token = body["refresh_token"].as_str().expect("a token");
        assert!(cookie.starts_with(&format!("refresh_token={token}; ")), "{cookie}");
        for attribute in ["HttpOnly", "Path=/api/auth", "Max-Age=604800", "SameSite=Lax"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");
        let me = with_bearer(&app, body["access_token"].as_str().expect("a token")).await.expect(200);
        assert_eq!(me, *user);
    }

    async fn whoever_may_not_come_in_learns_nothing(app: App) {
        app.sql_exec("update app_user set is_active = false where email = 'ana@demo.com'").await;
        app.sql_exec("delete from user_branch_role where user_id = (select id from app_user where email = 'kitchen@demo.com')").await;
        let wrong = [(WAITER, "waiter124"), ("nobody@demo.com", PASSWORD), ("ana@demo.com", "ana123"), ("kitchen@demo.com", "x")];
        for (email, password) in wrong {
            let body = try_login(&app, email, password).await.expect(401);
            assert_eq!(body["detail"], "Invalid email or password", "{email}");
        }
        try_login(&app, "kitchen@demo.com", "kitchen123").await.expect(403);
        for malformed in ["waiter", "waiter@", "", "a b@demo.com"] {
            try_login(&app, malformed, PASSWORD).await.expect(422);
        }
        app.anonymous().post("/api/auth/login", json!({"email": WAITER})).await.expect(422);
    }

    /// A copied token is worth one use at most, and using it tells.
    async fn a_used_refresh_token_ends_its_family_and_no_other(app: App) {
        let (lost, other) = (app.login(WAITER, PASSWORD).await, app.login(WAITER, PASSWORD).await);
        let second = token(&refresh(&app, &lost.refresh_token).await);
        let third = token(&refresh(&app, &second).await);
        assert!(third != second && second != lost.refresh_token);
        refresh(&app, &lost.refresh_token).await.expect(401);
        // The refusal has committed: the thief's copy is dead, and so is the owner's.
        refresh(&app, &third).await.expect(401);
        assert_eq!(app.sql_i64("select count(*) from refresh_token where revoked_at is not null").await, 3);
        token(&refresh(&app, &other.refresh_token).await);
    }

    async fn of_racing_refreshes_one_wins(app: App) {
        let waiter = app.login(WAITER, PASSWORD).await;
        let replies = race(8, |_| {
            let (anonymous, token) = (app.anonymous(), waiter.refresh_token.clone());
            async move { anonymous.post("/api/auth/refresh", json!({"refresh_token": token})).await.status }
        })
        .await;
        assert_eq!(replies.iter().filter(|status| **status == 200).count(), 1, "{replies:?}");
        assert_eq!(replies.iter().filter(|status| **status == 401).count(), 7, "{replies:?}");
        assert_eq!(app.sql_i64("select count(*) from refresh_token").await, 2);
    }

    async fn a_refresh_takes_the_cookie_first_and_reads_the_roles_anew(app: App) {
        let waiter = app.login(WAITER, PASSWORD).await;
        // As the waiter app does it: no body, only the cookie. And the cookie wins over a body.
        let reply = waiter.post("/api/auth/refresh", json!({"refresh_token": "nonsense"})).await;
        assert_eq!(reply.header("set-cookie").map(|cookie| cookie.contains(&token(&reply))), Some(true));
        app.sql_exec(&format!("update user_branch_role set role = 'MANAGER' where user_id = {}", waiter.user_id)).await;
        let body = waiter.post_empty("/api/auth/refresh").await.expect(200);
        let me = with_bearer(&app, body["access_token"].as_str().expect("a token")).await.expect(200);
        assert_eq!(me["roles"], json!(["MANAGER"]));

        app.sql_exec(&format!("delete from user_branch_role where user_id = {}", waiter.user_id)).await;
        waiter.post_empty("/api/auth/refresh").await.expect(403);
        app.sql_exec(&format!("update app_user set is_active = false where id = {}", waiter.user_id)).await;
        waiter.post_empty("/api/auth/refresh").await.expect(401);
        app.anonymous().post_empty("/api/auth/refresh").await.expect(401);
        refresh(&app, &waiter.access_token).await.expect(401);
    }

    async fn a_logout_ends_every_token_at_once_and_tells_the_branch(app: App) {
        let (phone, tablet) = (app.login(WAITER, PASSWORD).await, app.login(WAITER, PASSWORD).await);
        let colleague = app.login("ana@demo.com", "ana123").await;
        let reply = phone.post_empty("/api/auth/logout").await;
        assert_eq!(reply.expect(200)["success"], true);
        let cookie = reply.header("set-cookie").expect("the cookie is cleared");
        assert!(cookie.starts_with("refresh_token=;") && cookie.contains("Max-Age=0") && cookie.contains("Path=/api/auth"), "{cookie}");
        for client in [&phone, &tablet] {
            client.get("/api/auth/me").await.expect(401);
            refresh(&app, &client.refresh_token).await.expect(401);
        }
        let told = format!("select count(*) from event where type = 'ENTITY_UPDATED' and entity like '%\"staff\"%:{}%'", phone.user_id);
        assert_eq!(app.sql_i64(&told).await, 1);
        colleague.get("/api/auth/me").await.expect(200);
        // In the same second: a token's `iat` shows whole seconds, and must not look older than the logout.
        app.login(WAITER, PASSWORD).await.get("/api/auth/me").await.expect(200);
    }

    async fn only_a_live_access_token_of_ours_is_one(app: App = known_secrets()) {
        let waiter = app.login(WAITER, PASSWORD).await;
        let table = app.scan("INT-01").await;
        let keys = |staff: &str| TokenKeys::new(staff.to_owned().into(), TABLE_TOKEN_SECRET.to_owned().into());
        let now = SystemClock.now();
        let subject = keys(JWT_SECRET).verify_access(&waiter.access_token, now).expect("our own secret").subject().clone();
        let good = keys(JWT_SECRET).mint_access(&subject, now);
        with_bearer(&app, &good).await.expect(200);
        let forged = keys("somebody-elses-secret-0123456789abcdef0123456789").mint_access(&subject, now);
        let expired = keys(JWT_SECRET).mint_access(&subject, now - auth::ACCESS_TTL);
        let older = keys(JWT_SECRET).mint_access(&auth::AccessSubject { token_version: 0, ..subject }, now);
        for bad in [&waiter.refresh_token, &table.token, &forged, &expired, &older, &"a.b.c".to_owned()] {
            with_bearer(&app, bad).await.expect(401);
        }
        app.anonymous().get("/api/auth/me").await.expect(401);
        app.anonymous().with_header("X-Table-Token", &waiter.access_token).post("/api/diner/register", json!({"name": "A", "color": "#000000"})).await.expect(401);
    }

    async fn guessing_is_limited_per_account_however_it_is_spelled(app: App = AppOptions::default().rate_limits()) {
        let mut statuses = Vec::new();
        while statuses.len() < 20 && statuses.last() != Some(&429) {
            let email = if statuses.len() % 2 == 0 { WAITER } else { "WAITER@demo.com" };
            statuses.push(try_login(&app, email, "wrong").await.status);
        }
        assert!(statuses.len() > 5 && statuses[..5].iter().all(|status| *status == 401), "{statuses:?}");
        assert_eq!(statuses.last(), Some(&429));
        // Whoever was guessed at is the one who waits; the colleague at the next till is not.
        app.login("ana@demo.com", "ana123").await;
    }

    async fn guessing_is_limited_per_address(app: App = AppOptions::default().rate_limits()) {
        let statuses = race(100, |index| {
            let anonymous = app.anonymous();
            async move { anonymous.post("/api/auth/login", json!({"email": format!("u{index}@demo.com"), "password": "x"})).await }
        })
        .await;
        let refused: Vec<_> = statuses.iter().filter(|reply| reply.status == 429).collect();
        assert!(!refused.is_empty() && statuses.len() - refused.len() >= 60, "{} refused", refused.len());
        assert!(refused[0].header("retry-after").is_some_and(|seconds| seconds.parse::<u64>().is_ok()));
    }

    /// Whoever guesses at a waiter's password from many addresses keeps nobody off the till on which the waiter works.
    async fn guessing_from_everywhere_keeps_no_known_device_out(
        app: App = AppOptions::default().rate_limits().env("COMANDA_TRUSTED_PROXIES", "127.0.0.1")
    ) {
        let at = |address: &str| app.anonymous().with_header("X-Forwarded-For", address);
        let try_from = async |caller: &Caller, email: &str, password: &str| {
            caller.post("/api/auth/login", json!({"email": email, "password": password})).await
        };
        let till = try_from(&at("203.0.113.1"), WAITER, PASSWORD).await;
        let mark_of_till = mark(&till);
        for attribute in ["; HttpOnly", "; Path=/api/auth", "; Max-Age=15552000"] {
            assert!(mark_of_till.contains(attribute), "{mark_of_till}");
        }
        // Others guess, each from an address of its own, until nobody may try any more.
        let next = AtomicUsize::new(0);
        let flood = async || {
            let mut tries = 0;
            loop {
                let address = format!("2001:db8:{:x}::1", next.fetch_add(1, Ordering::Relaxed));
                match try_from(&at(&address), WAITER, "wrong").await.status {
                    401 => tries += 1,
                    429 => return tries,
                    other => panic!("{other}"),
                }
                assert!(tries < 100, "nobody counts");
            }
        };
        assert!(flood().await >= 9);
        // A device that nobody knows waits, with the right password too; so does one that says what is not so.
        try_from(&at("203.0.113.2"), WAITER, PASSWORD).await.expect(429);
        let ana = try_from(&at("203.0.113.3"), "ana@demo.com", "ana123").await;
        let (hers, table) = (mark(&ana), app.scan("INT-01").await);
        for wrong in ["known_device=a.b.c", sent_back(&hers), &format!("known_device={}", table.token)] {
            flood().await;
            try_from(&at("203.0.113.4").with_header("Cookie", wrong), WAITER, PASSWORD).await.expect(429);
        }
        flood().await;
        // The known one does not, from wherever; and it is no way to guess faster.
        let known = at("203.0.113.5").with_header("Cookie", sent_back(&mark_of_till));
        try_from(&known, WAITER, PASSWORD).await.expect(200);
        let mut guesses = Vec::new();
        while guesses.len() < 20 && guesses.last() != Some(&429) {
            guesses.push(try_from(&known, WAITER, "wrong").await.status);
        }
        assert_eq!(guesses.last(), Some(&429), "{guesses:?}");
        let lets_nobody_in = app.anonymous().with_header("Cookie", sent_back(&mark_of_till));
        lets_nobody_in.get("/api/auth/me").await.expect(401);
        lets_nobody_in.post("/api/auth/refresh", json!({})).await.expect(401);
    }

    /// Marks of devices are no way to guess faster: a refresh makes none, a device keeps its own until the password is
    /// replaced, and codes of the second factor count for the person, whatever mark comes along.
    async fn more_marks_give_no_more_guesses(
        app: App = known_secrets().rate_limits().env("COMANDA_TRUSTED_PROXIES", "127.0.0.1")
    ) {
        let at = |address: &str| app.anonymous().with_header("X-Forwarded-For", address);
        let login = async |caller: &Caller, password: &str, code: Option<&str>| {
            caller.post("/api/auth/login", json!({"email": WAITER, "password": password, "totp_code": code})).await
        };
        let first = login(&at("203.0.113.1"), PASSWORD, None).await;
        let second = login(&at("203.0.113.2"), PASSWORD, None).await;
        let marks = [mark(&first), mark(&second)];
        assert_ne!(device(&marks[0]), device(&marks[1]));
        // Refreshing brings no mark, with one or without.
        let mut refresh_token = token(&first);
        for turn in 0..10 {
            let body = json!({"refresh_token": refresh_token});
            let caller = at("203.0.113.1");
            let caller = if turn % 2 == 0 { caller.with_header("Cookie", sent_back(&marks[0])) } else { caller };
            let reply = caller.post("/api/auth/refresh", body).await;
            refresh_token = token(&reply);
            assert_eq!(mark(&reply), "");
        }
        // Nor does signing in where one did before.
        let known = |index: usize| at("203.0.113.3").with_header("Cookie", sent_back(&marks[index]));
        let again = login(&known(0), PASSWORD, None).await;
        let access = again.expect(200)["access_token"].as_str().expect("a token").to_owned();
        assert_eq!(device(&mark(&again)), device(&marks[0]));

        let waiter = app.anonymous().with_header("Authorization", &format!("Bearer {access}"));
        let setup = waiter.post_empty("/api/auth/2fa/setup").await.expect(200);
        beginning_of_a_step().await;
        let right = code(setup["secret"].as_str().expect("a secret"), 0);
        waiter.post("/api/auth/2fa/verify", json!({"code": right})).await.expect(200);
        // Whoever does not know the password uses up nothing of the person's.
        login(&at("203.0.113.4"), "wrong", Some("000000x")).await.expect(401);
        // The code of the set-up was the first of five. Each device tries less often than it may by itself.
        let mut statuses = Vec::new();
        for turn in 0..6 {
            statuses.push(login(&known(turn % 2), PASSWORD, Some("000000x")).await.status);
        }
        assert!(statuses[..4].iter().all(|status| *status == 400), "{statuses:?}");
        assert!(statuses.contains(&429), "{statuses:?}");

        // A mark ends with the password.
        let hers = "(select password_hash from app_user where email = 'ana@demo.com')";
        let no_code = "totp_enabled_at = null, totp_secret = null, totp_last_step = null";
        let replace = format!("update app_user set password_hash = {hers}, {no_code} where email = '{WAITER}'");
        app.sql_exec(&replace).await;
        let caller = at("203.0.113.5").with_header("Cookie", sent_back(&marks[0]));
        let mut statuses = Vec::new();
        for _ in 0..8 {
            statuses.push(login(&caller, "wrong", None).await.status);
        }
        assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
        // From elsewhere with the same mark: it counts there as a device that nobody knows.
        let elsewhere = at("203.0.113.6").with_header("Cookie", sent_back(&marks[0]));
        let replaced = login(&elsewhere, "ana123", None).await;
        replaced.expect(200);
        let renewed = at("203.0.113.5").with_header("Cookie", sent_back(&mark(&replaced)));
        login(&renewed, "ana123", None).await.expect(200);
    }

    /// A till is everybody's who works at it: whoever guesses at their passwords from everywhere keeps none of them off
    /// it, and one who mistypes does not keep the next one waiting.
    async fn a_shared_till_is_known_for_all_who_work_at_it(
        app: App = known_secrets().rate_limits().env("COMANDA_TRUSTED_PROXIES", "127.0.0.1")
    ) {
        let people = [(WAITER, PASSWORD), ("ana@demo.com", "ana123"), ("manager@demo.com", "manager123")];
        let at = |address: &str| app.anonymous().with_header("X-Forwarded-For", address);
        let login = async |caller: &Caller, email: &str, password: &str| {
            caller.post("/api/auth/login", json!({"email": email, "password": password})).await
        };
        // One after the other on the same browser.
        let mut cookie = String::new();
        let mut devices = Vec::new();
        for (email, password) in people {
            let till = at("203.0.113.1").with_header("Cookie", &cookie);
            let reply = login(&till, email, password).await;
            reply.expect(200);
            devices.push(device(&mark(&reply)));
            cookie = sent_back(&mark(&reply)).to_owned();
        }
        assert!(devices.iter().all(|one| *one == devices[0]), "{devices:?}");
        assert!(cookie.len() < 3_000, "{}", cookie.len());
        let (mut next, mut flooded) = (0, 0);
        for (email, _) in people {
            let mut statuses = Vec::new();
            while statuses.last() != Some(&429) {
                next += 1;
                statuses.push(login(&at(&format!("2001:db8:{next:x}::1")), email, "wrong").await.status);
                assert!(statuses.len() < 100, "nobody counts");
            }
            flooded += 1;
        }
        assert_eq!(flooded, 3);
        // The last one mistypes until the till has enough of it.
        let till = at("203.0.113.2").with_header("Cookie", &cookie);
        let mut mistyped = Vec::new();
        while mistyped.last() != Some(&429) {
            mistyped.push(login(&till, people[2].0, "wrong").await.status);
            assert!(mistyped.len() < 100, "nobody counts");
        }
        for (email, password) in &people[..2] {
            login(&till, email, password).await.expect(200);
        }
    }

    /// Whoever sits in the same house and sends what is no token keeps nobody from refreshing theirs, nor does one
    /// browser that refreshes without end.
    async fn refreshes_are_counted_for_the_login_that_they_stem_from(app: App = AppOptions::default().rate_limits()) {
        let (waiter, ana) = (app.login(WAITER, PASSWORD).await, app.login("ana@demo.com", "ana123").await);
        let flood = race(130, |_| {
            let anonymous = app.anonymous();
            async move { anonymous.post("/api/auth/refresh", json!({"refresh_token": "a.b.c"})).await.status }
        })
        .await;
        assert!(flood.contains(&401) && flood.contains(&429), "{flood:?}");
        let mut latest = token(&refresh(&app, &waiter.refresh_token).await);
        // A browser out of its mind.
        let mut statuses = vec![200];
        while statuses.last() == Some(&200) && statuses.len() < 60 {
            let reply = refresh(&app, &latest).await;
            statuses.push(reply.status);
            if reply.status == 200 {
                latest = token(&reply);
            }
        }
        assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
        assert!(statuses.len() > 15, "{statuses:?}");
        // Another login of the same person, and another person.
        let tablet = app.login(WAITER, PASSWORD).await;
        token(&refresh(&app, &tablet.refresh_token).await);
        token(&refresh(&app, &ana.refresh_token).await);
    }

    /// Whoever has a password makes as many devices known as they like; together they guess no faster than a house.
    async fn all_known_devices_of_an_account_share_a_limit(
        app: App = AppOptions::default().rate_limits().env("COMANDA_TRUSTED_PROXIES", "127.0.0.1")
    ) {
        let at = |address: &str| app.anonymous().with_header("X-Forwarded-For", address);
        let mut marks = Vec::new();
        for index in 1..=8 {
            let body = json!({"email": WAITER, "password": PASSWORD});
            let reply = at(&format!("203.0.113.{index}")).post("/api/auth/login", body).await;
            reply.expect(200);
            marks.push(mark(&reply));
        }
        // Each of them alone would be let through five times.
        let statuses = race(40, |index| {
            let caller = at("203.0.113.9").with_header("Cookie", sent_back(&marks[index % 8]));
            async move { caller.post("/api/auth/login", json!({"email": WAITER, "password": "wrong"})).await.status }
        })
        .await;
        assert!(statuses.contains(&429), "{statuses:?}");
        assert!(statuses.iter().filter(|status| **status == 401).count() >= 20, "{statuses:?}");
    }

    /// Six digits are few: whoever holds a waiter's phone gets no more guesses by scanning tables.
    async fn a_second_factor_is_guessed_at_per_person_whatever_else_is_sent(app: App = AppOptions::default().rate_limits()) {
        let waiter = app.login(WAITER, PASSWORD).await;
        waiter.post_empty("/api/auth/2fa/setup").await.expect(200);
        let mut tables = Vec::new();
        for table in ["INT-01", "INT-02", "INT-03", "INT-04"] {
            tables.push(app.scan(table).await.token.clone());
        }
        let mut statuses = Vec::new();
        for token in tables.iter().cycle().take(12) {
            let guess = waiter.with_header("X-Table-Token", token).post("/api/auth/2fa/verify", json!({"code": "000000x"})).await;
            statuses.push(guess.status);
        }
        assert!(statuses[..5].iter().all(|status| *status == 400), "{statuses:?}");
        assert!(statuses.contains(&429), "{statuses:?}");
        // It was counted for the waiter, and for nobody else.
        let ana = app.login("ana@demo.com", "ana123").await;
        ana.post("/api/auth/2fa/verify", json!({"code": "000000x"})).await.expect(400);
    }

    /// Whoever reads a backup of the database has nobody's second factor, and what an older version left is sealed.
    async fn the_secret_of_a_second_factor_is_sealed(app: App) {
        let waiter = app.login(WAITER, PASSWORD).await;
        let setup = waiter.post_empty("/api/auth/2fa/setup").await.expect(200);
        let secret = setup["secret"].as_str().unwrap();
        let kept = async |email: &str| {
            app.sql_texts(&format!("select totp_secret from app_user where email = '{email}'")).await.remove(0)
        };
        let sealed = kept(WAITER).await;
        assert!(sealed.starts_with("v1.") && !sealed.contains(secret), "{sealed}");
        beginning_of_a_step().await;
        assert_eq!(waiter.post("/api/auth/2fa/verify", json!({"code": code(secret, 0)})).await.expect(200)["enabled"], true);
        assert_eq!(kept(WAITER).await, sealed);
        // Another person's does not open, however it got there.
        let ana = app.login("ana@demo.com", "ana123").await;
        ana.post_empty("/api/auth/2fa/setup").await.expect(200);
        app.sql_exec(&format!("update app_user set totp_secret = '{sealed}' where email = 'ana@demo.com'")).await;
        ana.post("/api/auth/2fa/verify", json!({"code": code(secret, 0)})).await.expect(400);
        // As an older version kept it: it counts, and a start seals it.
        app.sql_exec(&format!("update app_user set totp_secret = '{secret}' where email = 'ana@demo.com'")).await;
        app.kill9_api();
        app.restart_api().await;
        let begin = Instant::now();
        while kept("ana@demo.com").await == secret {
            assert!(begin.elapsed() < Duration::from_secs(60), "nobody sealed it");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let after = kept("ana@demo.com").await;
        assert!(after.starts_with("v1.") && !after.contains(secret), "{after}");
        let ana = app.login("ana@demo.com", "ana123").await;
        beginning_of_a_step().await;
        ana.post("/api/auth/2fa/verify", json!({"code": code(secret, 0)})).await.expect(200);
    }

    /// Steps back and forth: each code of the window is good for one thing.
    async fn a_second_factor_asks_for_a_code_that_counts_once(app: App) {
        let waiter = app.login(WAITER, PASSWORD).await;
        let disable = async |code: &str| {
            let body = json!({"code": code}).to_string();
            waiter.send(Method::DELETE, "/api/auth/2fa/disable", "application/json", body).await
        };
        let login = async |code: Value| {
            app.anonymous().post("/api/auth/login", json!({"email": WAITER, "password": PASSWORD, "totp_code": code})).await
        };
        waiter.post("/api/auth/2fa/verify", json!({"code": "123456"})).await.expect(400);
        disable("123456").await.expect(400);
        let abandoned = waiter.post_empty("/api/auth/2fa/setup").await.expect(200);
        let setup = waiter.post_empty("/api/auth/2fa/setup").await.expect(200);
        let secret = setup["secret"].as_str().expect("a secret");
        assert_ne!(abandoned["secret"], setup["secret"]);
        assert!(setup["otpauth_url"].as_str().is_some_and(|url| url.starts_with("otpauth://totp/Buen%20Sabor:waiter%40demo.com?")), "{setup}");
        assert!(setup["qr_url"].as_str().is_some_and(|url| url.starts_with("data:image/svg+xml;base64,")));
        // Pending changes nothing yet.
        login(Value::Null).await.expect(200);

        beginning_of_a_step().await;
        let [before, present, after] = [-1, 0, 1].map(|step| code(secret, step));
        waiter.post("/api/auth/2fa/verify", json!({"code": "000000x"})).await.expect(400);
        assert_eq!(waiter.post("/api/auth/2fa/verify", json!({"code": before})).await.expect(200)["enabled"], true);
        waiter.post_empty("/api/auth/2fa/setup").await.expect(409);

        let asked = login(Value::Null).await;
        let body = asked.expect(200);
        assert_eq!((&body["requires_2fa"], &body["access_token"], &body["refresh_token"], &body["expires_in"]), (&json!(true), &json!(""), &json!(""), &json!(0)));
        assert_eq!((asked.header("set-cookie"), &body["user"]["email"]), (None, &json!(WAITER)));
        // A password is checked once, whether a code comes along or not.
        let so_far = checked_passwords(&app).await;
        assert_eq!(login(json!(before)).await.expect(400)["detail"], "Invalid 2FA code");
        assert_eq!(checked_passwords(&app).await - so_far, 1);
        try_login(&app, WAITER, "wrong").await.expect(401);
        let logins = race(4, |_| {
            let (anonymous, code) = (app.anonymous(), present.clone());
            async move { anonymous.post("/api/auth/login", json!({"email": WAITER, "password": PASSWORD, "totp_code": code})).await.status }
        })
        .await;
        assert_eq!(logins.iter().filter(|status| **status == 200).count(), 1, "{logins:?}");
        disable(&present).await.expect(400);
        assert_eq!(disable(&after).await.expect(200)["enabled"], false);
        assert_eq!(login(Value::Null).await.expect(200)["requires_2fa"], false);
        let audited = "select count(*) from audit_log where entity_type = 'staff' and action = 'UPDATE'";
        assert_eq!(app.sql_i64(audited).await, 2);
        waiter.post_empty("/api/auth/2fa/setup").await.expect(200);
    }
}
