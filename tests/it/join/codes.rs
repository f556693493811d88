//! Join codes: what a table's QR code says, rotated, guessed, of another business.

use super::{by_code, by_secret, hire, join, manager, order, scan, secret, waiter};
use crate::look::{audited, centro, events, live_sessions, table};
use crate::scene::{list, strangers, text};
use harness::{App, AppOptions, Caller, both_modes, duel, json, race, reqwest};

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
    /// Two houses number their tables alike: a guest who types the number orders at no stranger's table.
    async fn a_tables_code_of_two_branches_is_refused_not_guessed(app: App) {
        let [foreign, north] = strangers(&app).await;
        let nobody = app.anonymous();
        let sessions = app.sql_i64("select count(*) from table_session").await;
        let typed = async |caller: &Caller, query: &str| {
            caller.post_empty(&format!("/api/tables/code/X-01/session{query}")).await
        };
        let refused = typed(&nobody, "").await.expect(400);
        assert_eq!(refused["code"], "ambiguous_table_code", "{refused}");
        // A waiter who serves in neither is no better off; whoever serves in one of them means that one.
        let waiter = waiter(&app).await;
        typed(&waiter, "").await.expect(400);
        app.sql_exec(&format!(
            "insert into user_branch_role (user_id, tenant_id, branch_id, role) select id, tenant_id, {}, 'WAITER' from app_user where email = 'waiter@demo.com'",
            north.branch
        ))
        .await;
        let theirs = typed(&waiter, "").await.expect(200);
        assert_eq!(theirs["session_id"], json!(north.session));
        // With the branch, and where one branch alone has the code, it opens as ever.
        assert_eq!(typed(&nobody, "?branch_slug=ajena").await.expect(200)["session_id"], json!(foreign.session));
        assert_eq!(app.sql_i64("select count(*) from table_session").await, sessions);
        nobody.post_empty("/api/tables/code/INT-01/session").await.expect(200);
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
}
