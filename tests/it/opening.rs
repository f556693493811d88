//! A restaurant opens from nothing but the program: `comanda init`, the operator's commands, the first visit to
//! `/setup`.
//!
//! The invariants that may break here: I5 (a unique constraint decides between two), I10 (an answer comes after the
//! commit); half a business would be one that nobody can enter and nobody can open again.

use harness::{
    App, AppOptions, Mode, Process, Reply, Value, both_modes, distributed_only, embedded_only, free_port, json, race,
    reqwest::Method,
};
use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::task::block_in_place;

/// A house on the other side of the river, with a password that is read from `password`.
fn flags(password: &Path) -> Vec<String> {
    let flags = [
        ("--business", "La Orilla"),
        ("--branch", "Puerto"),
        ("--time-zone", "America/Montevideo"),
        ("--currency", "UYU"),
        ("--language", "es-UY"),
        ("--address", "Rambla 12"),
        ("--email", "Ana@Orilla.example"),
        ("--first-name", "Ana"),
        ("--tables", "INT 1-3, TER 1-2 x6"),
        ("--password-file", password.to_str().unwrap()),
    ];
    flags.iter().flat_map(|(flag, value)| [(*flag).to_owned(), (*value).to_owned()]).collect()
}

/// The same with some of them said otherwise.
fn with(mut flags: Vec<String>, others: &[(&str, &str)]) -> Vec<String> {
    for (flag, value) in others {
        match flags.iter().position(|known| known == flag) {
            Some(at) => flags[at + 1] = (*value).to_owned(),
            None => flags.extend([(*flag).to_owned(), (*value).to_owned()]),
        }
    }
    flags
}

const PASSWORD: &str = "a word of ana's own";

/// The file with the password, and the place for QR codes, in the app's directory.
fn password_file(app: &App) -> std::path::PathBuf {
    let file = app.data_directory().join("password");
    fs::write(&file, format!("{PASSWORD}\nnot this line\n")).unwrap();
    file
}

fn operate(app: &App, arguments: &[String]) -> (bool, String) {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    block_in_place(|| app.try_operate(&arguments))
}

fn command(first: &[&str], rest: Vec<String>) -> Vec<String> {
    first.iter().map(|word| (*word).to_owned()).chain(rest).collect()
}

/// `comanda init` with those flags, and the QR codes beside the data.
fn init(app: &App, flags: Vec<String>) -> (bool, String) {
    let paper = app.data_directory().join("codes.html");
    operate(app, &command(&["init"], with(flags, &[("--qr-codes", paper.to_str().unwrap())])))
}

async fn businesses(app: &App) -> i64 {
    app.sql_i64("select count(*) from tenant").await
}

/// Rows of the tables that an opening writes into.
async fn footprint(app: &App) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in
        ["tenant", "branch", "branch_stream", "app_user", "sector", "dining_table", "station", "audit_log", "category"]
    {
        counts.push(app.sql_i64(&format!("select count(*) from {table}")).await);
    }
    counts
}

both_modes! {
    /// The way from an empty database to a guest at a table.
    async fn a_restaurant_opens_and_serves(app: App) {
        let menu = app.data_directory().join("menu.json");
        let dish = json!({"version": 1,
            "categories": [{"branch": "puerto", "name": "Platos"}],
            "products": [{"branch": "puerto", "category": "Platos", "name": "Chivito", "prices": {"puerto": 45000}}]});
        fs::write(&menu, dish.to_string()).unwrap();
        let (opened, said) = init(&app, with(flags(&password_file(&app)), &[("--menu", menu.to_str().unwrap())]));
        assert!(opened, "{said}");
        for word in [
            "La Orilla is open.",
            "la-orilla, language es-UY",
            "puerto, America/Montevideo, UYU",
            "qr_secret",
            "ana@orilla.example",
            "2 entries",
            "codes.html",
        ] {
            assert!(said.contains(word), "no `{word}` in {said}");
        }
        assert!(!said.contains(PASSWORD), "{said}");

        // The first administrator is in, and sees their own business alone.
        let ana = app.login("ana@orilla.example", PASSWORD).await;
        let tenant = ana.get("/api/admin/tenant").await.expect(200);
        assert_eq!((&tenant["slug"], &tenant["language"]), (&json!("la-orilla"), &json!("es-UY")));
        let branches = ana.get("/api/admin/branches").await.expect(200);
        assert_eq!(branches.as_array().map(Vec::len), Some(1), "{branches}");
        assert_eq!((&branches[0]["slug"], &branches[0]["join"]), (&json!("puerto"), &json!("qr_secret")));
        let tables = ana.get(&format!("/api/admin/tables?branch_id={}", branches[0]["id"])).await.expect(200);
        let seats: Vec<_> = tables
            .as_array()
            .unwrap()
            .iter()
            .map(|table| (table["code"].as_str().unwrap(), table["capacity"].as_i64().unwrap()))
            .collect();
        assert_eq!(seats, [("INT-01", 4), ("INT-02", 4), ("INT-03", 4), ("TER-01", 6), ("TER-02", 6)]);
        let log = ana.get("/api/admin/audit-log?entity_type=tenant").await.expect(200);
        assert_eq!(
            (&log[0]["action"], &log[0]["user_email"], &log[0]["user_id"]),
            (&json!("CREATE"), &json!("operator"), &json!(null))
        );

        // A guest sees the menu, and sits down by the code on the table alone.
        let menu = app.anonymous().get("/api/public/menu/puerto").await.expect(200);
        assert!(menu.to_string().contains("Chivito"), "{menu}");
        app.anonymous().post_empty("/api/tables/code/INT-01/session?branch_slug=puerto").await.expect(403);
        let url = ana.get(&format!("/api/admin/tables/{}/qr-url", tables[0]["id"])).await.expect(200);
        let secret = url["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let paper = fs::read_to_string(app.data_directory().join("codes.html")).unwrap();
        assert_eq!(paper.matches("<svg").count(), 5, "a code a table");
        app.anonymous().post_empty(&format!("/api/tables/code/{secret}/session?branch_slug=puerto")).await.expect(200);

        // Printed again it is the same page.
        let again = app.data_directory().join("again.html");
        let printed = ["branch", "qr", "puerto", "--business", "la-orilla", "--qr-codes", again.to_str().unwrap()];
        assert!(block_in_place(|| app.try_operate(&printed)).0);
        assert_eq!(fs::read_to_string(&again).unwrap(), paper);
        app.operate(&["audit", "verify"]);
    }

    /// An operator runs it once more, or two do at once; or somebody else's name is taken.
    async fn the_same_opens_once(app: App) {
        let app = Arc::new(app);
        let password = password_file(&app);
        let results = race(3, |_| {
            let (app, flags) = (app.clone(), flags(&password));
            async move { init(&app, flags) }
        })
        .await;
        let opened = results.iter().filter(|(opened, _)| *opened).count();
        assert_eq!(opened, 1, "{results:?}");
        let before = footprint(&app).await;
        for (opened, said) in results.iter().chain([&init(&app, flags(&password))]) {
            assert!(
                *opened || said.contains("slug: there is a business `la-orilla` already, and nothing was changed"),
                "{said}"
            );
        }
        for (others, word) in [
            (&[("--slug", "buen-sabor")][..], "slug: there is a business `buen-sabor`"),
            (&[("--slug", "otra"), ("--branch-slug", "centro")], "branch-slug: an open branch is called `centro`"),
            (
                &[("--slug", "otra"), ("--branch-slug", "otra"), ("--email", "waiter@demo.com")],
                "email: somebody has the login waiter@demo.com",
            ),
        ] {
            let (opened, said) = init(&app, with(flags(&password), others));
            assert!(!opened && said.contains(word), "{said}");
        }
        assert_eq!(footprint(&app).await, before);
        app.operate(&["audit", "verify"]);
    }

    /// The machine fails in the middle: nothing of the business is there, and it can be opened afterwards.
    async fn a_failure_in_the_middle_leaves_nothing(app: App) {
        let password = password_file(&app);
        let before = footprint(&app).await;
        let (lay, lift) = match app.mode() {
            Mode::Embedded => (
                "create trigger broken before insert on dining_table when new.code = 'TER-02' begin select raise(abort, 'broken'); end",
                "drop trigger broken",
            ),
            Mode::Distributed => (
                "create function broken() returns trigger language plpgsql as 'begin raise exception ''broken''; end';
                 create trigger broken before insert on dining_table for each row when (new.code = 'TER-02') execute function broken()",
                "drop trigger broken on dining_table; drop function broken",
            ),
        };
        app.sql_exec(lay).await;
        let (opened, said) = init(&app, flags(&password));
        assert!(!opened, "{said}");
        assert_eq!(footprint(&app).await, before);
        app.sql_exec(lift).await;
        // A menu that does not fit is found last.
        let menu = app.data_directory().join("menu.json");
        let wrong = json!({"version": 1, "categories": [{"branch": "norte", "name": "Platos"}]});
        fs::write(&menu, wrong.to_string()).unwrap();
        let (opened, said) = init(&app, with(flags(&password), &[("--menu", menu.to_str().unwrap())]));
        assert!(!opened && said.contains("--menu") && said.contains("no branch has the slug `norte`"), "{said}");
        assert_eq!(footprint(&app).await, before);
        // Killed at any moment it is there whole or not at all.
        for (turn, after) in [5_u64, 20, 40, 60, 80, 120, 200].into_iter().enumerate() {
            let slug = format!("killed-{turn}");
            let email = format!("{slug}@orilla.example");
            let flags = with(flags(&password), &[("--slug", &slug), ("--branch-slug", &slug), ("--email", &email)]);
            let mut child = spawned(&app, &command(&["init"], flags));
            tokio::time::sleep(Duration::from_millis(after)).await;
            let _ = child.kill();
            let _ = child.wait();
            // One statement, for on PostgreSQL the server may still be at work with what it was sent.
            let seen = format!(
                "select (select count(*) from tenant where slug = '{slug}')
                    + 10 * (select count(*) from app_user where email = '{email}')
                    + 100 * (select count(*) from dining_table t join tenant b on b.id = t.tenant_id
                        where b.slug = '{slug}' and t.join_code is not null)"
            );
            let seen = app.sql_i64(&seen).await;
            assert!([0, 511].contains(&seen), "{slug}: {seen}");
        }
        let (opened, said) = init(&app, flags(&password));
        assert!(opened, "{said}");
        app.operate(&["audit", "verify"]);
    }

    /// A slip in a script: one message with each flag, what it says and what it must be; and nothing was made.
    async fn bad_input_is_told_at_once_and_changes_nothing(app: App) {
        let password = password_file(&app);
        let before = footprint(&app).await;
        let (opened, said) = operate(&app, &command(&["init"], Vec::new()));
        assert!(!opened, "{said}");
        for word in [
            "nothing was changed",
            "--business is missing",
            "--branch is missing",
            "--time-zone is missing",
            "--currency is missing",
            "--email is missing",
            "--password-file",
            "--generate-password",
        ] {
            assert!(said.contains(word), "no `{word}` in {said}");
        }
        let short = app.data_directory().join("short");
        fs::write(&short, "hunter2").unwrap();
        let wrong = [
            ("--slug", "La Orilla"),
            ("--time-zone", "Montevideo"),
            ("--currency", "Peso"),
            ("--join", "anybody"),
            ("--email", "ana"),
            ("--tables", "INT 9-1"),
            ("--language", "Spanish"),
            ("--password-file", short.to_str().unwrap()),
        ];
        let (opened, said) = init(&app, with(flags(&password), &wrong));
        assert!(!opened && !said.contains("hunter2"), "{said}");
        for (flag, value) in &wrong[..7] {
            assert!(said.contains(&format!("{flag} is `{value}`: ")), "no {flag} in {said}");
        }
        assert!(said.contains("the password is `…`: must have 8 to 128 characters"), "{said}");
        for (others, word) in [
            (&[("--password-file", "-")][..], "the first line of standard input is empty"),
            (&[("--password-file", "no-such-file")], "no-such-file cannot be read"),
            (&[("--menu", "no-such-menu")], "--menu is `no-such-menu`: it cannot be read"),
            (&[("--menu", short.to_str().unwrap())], "--menu is `"),
        ] {
            let (opened, said) = init(&app, with(flags(&password), others));
            assert!(!opened && said.contains(word), "{said}");
        }
        // No flag takes a password, and none is taken for one.
        let (opened, said) = operate(&app, &command(&["init", "--password", "hunter2"], Vec::new()));
        assert!(!opened && said.contains("--password"), "{said}");
        assert_eq!(footprint(&app).await, before);
        for arguments in [
            &["user", "reset-password", "waiter@demo.com"][..],
            &["user", "reset-password", "nobody@demo.com", "--generate-password"],
            &["user", "reset-2fa", "waiter"],
            &["user", "unlock", "waiter@demo.com"],
            &["tenant", "suspend", "nobody"],
            &["branch", "qr", "nobody"],
            &["branch", "list", "--business", "nobody"],
            &["branch", "add", "--name", "Sur", "--time-zone", "Sur"],
        ] {
            let (done, said) = block_in_place(|| app.try_operate(arguments));
            assert!(!done && said.starts_with("comanda: ") && said.len() < 400, "{arguments:?}: {said}");
        }
        assert_eq!(footprint(&app).await, before);
    }

    /// A password that is made up is shown once, and works.
    async fn a_made_up_password_is_shown_once(app: App) {
        let mut flags = flags(&password_file(&app));
        let at = flags.iter().position(|flag| flag == "--password-file").unwrap();
        flags.splice(at..at + 2, ["--generate-password".to_owned()]);
        let (opened, said) = init(&app, flags);
        assert!(opened, "{said}");
        let shown = |said: &str| said.lines().find(|line| line.contains("shown this once")).unwrap().to_owned();
        let password = shown(&said).split_whitespace().nth(1).unwrap().to_owned();
        assert_eq!(password.len(), 20, "{said}");
        app.login("ana@orilla.example", &password).await;
        let (_, said) = block_in_place(|| {
            app.try_operate(&["user", "reset-password", "ana@orilla.example", "--generate-password"])
        });
        let new = shown(&said).split_whitespace().next().unwrap().to_owned();
        app.anonymous()
            .post("/api/auth/login", json!({"email": "ana@orilla.example", "password": password}))
            .await
            .expect(401);
        app.login("ana@orilla.example", &new).await;
        assert!(!app.whole_logs().contains(&password) && !app.whole_logs().contains(&new));
    }

    /// What an operator does beside a running server, one business at a time.
    async fn an_operator_keeps_businesses_branches_and_logins(app: App) {
        let (opened, said) = operate(
            &app,
            &command(
                &["tenant", "add"],
                with(
                    flags(&password_file(&app)),
                    &[("--tables", "RIO 1-3"), ("--qr-codes", app.data_directory().join("codes.html").to_str().unwrap())],
                ),
            ),
        );
        assert!(opened, "{said}");
        let told = |arguments: &[&str]| block_in_place(|| app.operate(arguments));
        let listed = told(&["tenant", "list"]);
        assert!(
            listed.contains("buen-sabor") && listed.contains("la-orilla") && listed.matches("open").count() == 2,
            "{listed}"
        );
        let (done, said) = block_in_place(|| app.try_operate(&["branch", "list"]));
        assert!(!done && said.contains("--business: buen-sabor, la-orilla"), "{said}");
        told(&["branch", "add", "--business", "la-orilla", "--name", "Isla", "--time-zone", "America/Montevideo"]);
        let branches = told(&["branch", "list", "--business", "la-orilla"]);
        assert!(
            branches.contains("isla") && branches.matches("UYU").count() == 2 && !branches.contains("centro"),
            "{branches}"
        );

        let people = told(&["user", "list"]);
        assert!(
            people.contains("ana@orilla.example")
                && people.contains("ADMIN@puerto")
                && people.contains("WAITER@centro"),
            "{people}"
        );
        let own = told(&["user", "list", "--business", "la-orilla"]);
        assert!(!own.contains("demo.com"), "{own}");
        told(&["user", "lock", "waiter@demo.com"]);
        let waiter = json!({"email": "waiter@demo.com", "password": "waiter123"});
        app.anonymous().post("/api/auth/login", waiter.clone()).await.expect(401);
        assert!(
            told(&["user", "list"]).lines().any(|line| line.contains("waiter@demo.com") && line.ends_with("locked"))
        );
        told(&["user", "unlock", "waiter@demo.com"]);
        app.anonymous().post("/api/auth/login", waiter.clone()).await.expect(200);

        let admin = app.login("admin@demo.com", "admin123").await;
        let ana = app.login("ana@orilla.example", PASSWORD).await;
        let another = format!("/api/admin/staff/{}/invitation", admin.user_id);
        ana.post_empty(&another).await.expect(404);
        told(&["tenant", "suspend", "buen-sabor"]);
        assert!(told(&["tenant", "list"]).contains("suspended since"));
        let refused = app.anonymous().post("/api/auth/login", waiter.clone()).await.expect(403);
        assert_eq!(refused["code"], "business_suspended");
        assert!([401, 403].contains(&admin.get("/api/admin/branches").await.status));
        app.anonymous().get("/api/public/menu/centro").await.expect(404);
        app.anonymous().post_empty("/api/tables/code/INT-01/session?branch_slug=centro").await.expect(404);
        ana.get("/api/admin/branches").await.expect(200);
        told(&["tenant", "resume", "buen-sabor"]);
        app.anonymous().post("/api/auth/login", waiter).await.expect(200);
        admin.get("/api/admin/branches").await.expect(200);
        app.anonymous().get("/api/public/menu/centro").await.expect(200);
        let phone = app.scan("INT-01").await;
        let (done, said) = block_in_place(|| app.try_operate(&["tenant", "suspend", "buen-sabor"]));
        assert!(!done && said.contains("INT-01"), "{said}");
        drop(phone);
        told(&["audit", "verify"]);
    }

    /// Somebody looked over the waiter's shoulder.
    async fn staff_change_their_own_password(app: App) {
        let (here, elsewhere) =
            (app.login("waiter@demo.com", "waiter123").await, app.login("waiter@demo.com", "waiter123").await);
        let body = |old: &str, new: &str| json!({"old_password": old, "new_password": new});
        let wrong = here.post("/api/auth/password", body("waiter124", "a word of my own")).await.expect(400);
        assert_eq!(wrong["code"], "wrong_password");
        here.post("/api/auth/password", body("waiter123", "short")).await.expect(422);
        here.post("/api/auth/password", body("waiter123", "waiter123")).await.expect(422);
        here.post("/api/auth/password", body("waiter123", &"x".repeat(129))).await.expect(422);
        here.get("/api/auth/me").await.expect(200);
        elsewhere.get("/api/auth/me").await.expect(200);

        let reply = here.post("/api/auth/password", body("waiter123", "a word of my own")).await;
        let tokens = reply.expect(200);
        let cookie = format!("refresh_token={}; ", tokens["refresh_token"].as_str().unwrap());
        let kept: Vec<_> =
            reply.headers.get_all("set-cookie").into_iter().filter_map(|kept| kept.to_str().ok()).collect();
        assert!(kept.iter().any(|kept| kept.starts_with(&cookie) && kept.contains("HttpOnly")), "{kept:?}");
        assert!(kept.iter().any(|kept| kept.starts_with("known_device=")), "the device stays known: {kept:?}");
        // This session goes on with the new tokens, every other one is over.
        let bearer = |token: &str| app.anonymous().with_header("Authorization", &format!("Bearer {token}"));
        bearer(tokens["access_token"].as_str().unwrap()).get("/api/auth/me").await.expect(200);
        here.get("/api/auth/me").await.expect(401);
        elsewhere.get("/api/auth/me").await.expect(401);
        let refresh =
            async |token: &str| app.anonymous().post("/api/auth/refresh", json!({"refresh_token": token})).await;
        refresh(&elsewhere.refresh_token).await.expect(401);
        refresh(tokens["refresh_token"].as_str().unwrap()).await.expect(200);
        app.anonymous()
            .post("/api/auth/login", json!({"email": "waiter@demo.com", "password": "waiter123"}))
            .await
            .expect(401);
        app.login("waiter@demo.com", "a word of my own").await;

        let admin = app.login("admin@demo.com", "admin123").await;
        let log = admin
            .get(&format!("/api/admin/audit-log?entity_type=staff&entity_id={}&limit=1", here.user_id))
            .await
            .expect(200);
        assert_eq!(
            (&log[0]["user_email"], &log[0]["new_values"]),
            (&json!("waiter@demo.com"), &json!({"password_changed": true}))
        );
        assert!(!app.whole_logs().contains("a word of my own"));
    }

    /// Two browsers of one person change it at once.
    async fn of_two_changes_at_once_one_counts(app: App) {
        let waiter = Arc::new(app.login("waiter@demo.com", "waiter123").await);
        let replies = race(4, |turn| {
            let waiter = waiter.clone();
            async move {
                let body = json!({"old_password": "waiter123", "new_password": format!("a word of turn {turn}")});
                waiter.post("/api/auth/password", body).await.status
            }
        })
        .await;
        assert_eq!(replies.iter().filter(|status| **status == 200).count(), 1, "{replies:?}");
        let won = replies.iter().position(|status| *status == 200).unwrap();
        app.login("waiter@demo.com", &format!("a word of turn {won}")).await;
    }

    /// A new waiter chooses the password; nobody in the office ever knew it.
    async fn an_invitation_is_good_once_and_ends_with_whatever_ends_tokens(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        let post = json!([{"branch_id": admin.branch_ids[0], "role": "WAITER"}]);
        let new = json!({"email": "nuevo@demo.com", "branch_roles": post});
        let id = admin.post("/api/admin/staff", new).await.expect(201)["id"].as_i64().unwrap();
        let path = format!("/api/admin/staff/{id}/invitation");
        let invite = async || admin.post_empty(&path).await.expect(201);
        let link = |invitation: &Value| {
            let url = invitation["url"].as_str().unwrap().to_owned();
            url[url.find("/invitation/").unwrap()..].to_owned()
        };
        let choose = async |link: &str, password: &str, again: &str| {
            let body = format!("password={}&again={}", percent(password), percent(again));
            app.anonymous().send(Method::POST, link, "application/x-www-form-urlencoded", body).await
        };
        let (first, second) = (invite().await, invite().await);
        assert_eq!(second["email"], "nuevo@demo.com");
        assert_eq!(app.anonymous().get(&link(&first)).await.status, 410, "a newer one counts");
        let second = link(&second);
        let page = app.anonymous().get(&second).await;
        assert!(page.status == 200 && page.text().contains("nuevo@demo.com"), "{}", page.text());
        assert_eq!(choose(&second, PASSWORD, "another").await.status, 422);
        assert_eq!(choose(&second, "short", "short").await.status, 422);
        let mut forged = second.clone();
        forged.pop();
        for wrong in [forged, format!("/invitation/{}", admin.access_token), "/invitation/x".to_owned()] {
            assert_eq!(app.anonymous().get(&wrong).await.status, 410, "{wrong}");
            assert_eq!(choose(&wrong, PASSWORD, PASSWORD).await.status, 410, "{wrong}");
        }
        let secret = second.rsplit('/').next().unwrap();
        let bearer = app.anonymous().with_header("Authorization", &format!("Bearer {secret}"));
        bearer.get("/api/auth/me").await.expect(401);
        let (one, two) = tokio::join!(choose(&second, PASSWORD, PASSWORD), choose(&second, PASSWORD, PASSWORD));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 410], "of two at once one counts");
        app.login("nuevo@demo.com", PASSWORD).await;
        assert_eq!(choose(&second, "another password", "another password").await.status, 410);

        // One is repeated by its key, and ends when the office lets nobody in any more.
        let keyed = app.login("admin@demo.com", "admin123").await.keyed("invite-nuevo");
        let (one, two) = (keyed.post_empty(&path).await.expect(201), keyed.post_empty(&path).await.expect(201));
        assert_eq!(one, two);
        admin.patch(&format!("/api/admin/staff/{id}"), json!({"is_active": false})).await.expect(200);
        assert_eq!(app.anonymous().get(&link(&one)).await.status, 410);
        admin.post_empty(&path).await.expect(400);
        admin.post_empty(&format!("/api/admin/staff/{}/invitation", admin.user_id)).await.expect(400);
        let manager = app.login("manager@demo.com", "manager123").await;
        manager.post_empty(&format!("/api/admin/staff/{}/invitation", admin.user_id)).await.expect(403);
        assert!(!app.whole_logs().contains(secret), "the link is in nobody's log");
        app.operate(&["audit", "verify"]);
    }

    /// Who has a waiter's open app tries passwords no faster than at the door.
    async fn old_passwords_are_guessed_slowly(app: App = AppOptions::default().env("COMANDA_RATE_LIMITS", "on")) {
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let body = json!({"old_password": "guess", "new_password": "a word of my own"});
        let mut statuses = Vec::new();
        for _ in 0..12 {
            statuses.push(waiter.post("/api/auth/password", body.clone()).await.status);
        }
        assert!(statuses.contains(&429) && statuses[..5].iter().all(|status| *status == 400), "{statuses:?}");
    }
}

/// Starts `comanda <arguments>` as this app's operator.
fn spawned(app: &App, arguments: &[String]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_comanda"));
    command.args(arguments).current_dir(app.data_directory()).env_clear().env("COMANDA_DATA_DIR", app.data_directory());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    if let Some(url) = app.database_url() {
        command.env("DATABASE_URL", url).env("REDIS_URL", app.redis_url());
        let secret = |of: &str| format!("{of}-secret-of-at-least-thirty-two-characters");
        command.env("JWT_SECRET", secret("jwt")).env("TABLE_TOKEN_SECRET", secret("table"));
        command.env("COMANDA_CREDENTIALS_KEY", secret("credentials"));
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A terminal with the program on it: `script` of util-linux makes one.
struct Terminal {
    child: Child,
    seen: Arc<Mutex<String>>,
}

impl Terminal {
    fn start(directory: &Path, arguments: &str) -> Self {
        let run = format!("{} {arguments}", env!("CARGO_BIN_EXE_comanda"));
        let mut command = Command::new("script");
        command.args(["-qefc", &run, "/dev/null"]).current_dir(directory).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("TERM", "dumb").env("SHELL", "/bin/sh");
        command.env("COMANDA_DATA_DIR", directory);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("`script` of util-linux");
        let seen = Arc::<Mutex<String>>::default();
        let (mut out, into) = (child.stdout.take().unwrap(), seen.clone());
        std::thread::spawn(move || {
            let mut part = [0; 1024];
            while let Ok(length @ 1..) = out.read(&mut part) {
                into.lock().unwrap().push_str(&String::from_utf8_lossy(&part[..length]));
            }
        });
        Self { child, seen }
    }

    fn seen(&self) -> String {
        self.seen.lock().unwrap().clone()
    }

    /// Waits for `question`, and types `answer`.
    fn answer(&mut self, question: &str, answer: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.seen().rsplit('\n').next().unwrap_or_default().contains(question) {
            assert!(Instant::now() < deadline, "no question `{question}`: {}", self.seen());
            std::thread::sleep(Duration::from_millis(20));
        }
        // What is typed before the terminal's echo is off is lost.
        std::thread::sleep(Duration::from_millis(100));
        self.seen.lock().unwrap().push('\n');
        writeln!(self.child.stdin.as_mut().unwrap(), "{answer}").unwrap();
    }

    fn end(mut self) -> (bool, String) {
        let status = self.child.wait().unwrap();
        std::thread::sleep(Duration::from_millis(100));
        (status.success(), self.seen())
    }
}

embedded_only! {
    /// Somebody sits down at a new machine and answers what they are asked, with slips.
    async fn init_asks_at_a_terminal(app: App) {
        let directory = app.data_directory().join("new");
        fs::create_dir(&directory).unwrap();
        let (done, seen) = block_in_place(|| {
            let mut terminal = Terminal::start(&directory, "init --business 'La Orilla'");
            terminal.answer("Short name of the business", "La Orilla!");
            terminal.answer("Short name of the business", "");
            terminal.answer("Language", "");
            terminal.answer("Name of the first branch", "");
            terminal.answer("Name of the first branch", "Puerto");
            terminal.answer("Short name of the branch", "");
            terminal.answer("Time zone", "Montevideo");
            terminal.answer("Time zone", "America/Montevideo");
            terminal.answer("Currency", "uyu");
            terminal.answer("Address", "");
            terminal.answer("How phones join", "");
            terminal.answer("E-mail", "ana@orilla.example");
            terminal.answer("given name", "Ana");
            terminal.answer("family name", "");
            terminal.answer("Tables", "INT 1-2");
            terminal.answer("Password", "short");
            terminal.answer("Password", PASSWORD);
            terminal.answer("The same again", "something else");
            terminal.answer("Password", PASSWORD);
            terminal.answer("The same again", PASSWORD);
            terminal.end()
        });
        assert!(done && seen.contains("La Orilla is open."), "{seen}");
        assert!(seen.contains("This is `La Orilla!`: must be lower-case letters"), "{seen}");
        assert!(seen.contains("The two differ") && !seen.contains(PASSWORD), "a password is not shown: {seen}");
        assert!(directory.join("qr-codes-puerto.html").exists());
    }

    /// The terminal goes away in the middle: nothing is left, and no password was made up for nobody.
    async fn a_terminal_that_closes_leaves_nothing(app: App) {
        let directory = app.data_directory().join("new");
        fs::create_dir(&directory).unwrap();
        let said = block_in_place(|| {
            let mut terminal = Terminal::start(&directory, "init --business 'La Orilla'");
            terminal.answer("Short name of the business", "");
            terminal.answer("Language", "\u{4}");
            terminal.end()
        });
        assert!(!said.0, "{}", said.1);
        let (done, listed) =
            app.try_operate_with(&[("COMANDA_DATA_DIR", directory.to_str().unwrap())], &["tenant", "list"]);
        assert!(done && listed.is_empty(), "{listed}");
    }

    /// The first visit to an empty server in production.
    async fn the_first_visit_opens_once(app: App) {
        let directory = app.data_directory().join("fresh");
        let (process, base) = empty_server(&app, &directory).await;
        let code_file = directory.join("setup-code");
        let code = fs::read_to_string(&code_file).unwrap().trim().to_owned();
        assert_eq!(fs::metadata(&code_file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!process.log().contains(&code) && process.log().contains("setup-code"), "{}", process.log());
        let visitor = app.anonymous().at(&base);
        let page = visitor.get("/setup").await;
        assert!(page.status == 200 && page.text().contains("Open your restaurant"), "{}", page.text());
        assert!(page.header("content-security-policy").is_some_and(|policy| policy.contains("style-src 'sha256-")));

        let fields = |code: &str, others: &[(&str, &str)]| {
            let mut fields = vec![
                ("code", code),
                ("business", "La Orilla"),
                ("branch", "Puerto"),
                ("time-zone", "America/Montevideo"),
                ("currency", "UYU"),
                ("email", "ana@orilla.example"),
                ("tables", "INT 1-2"),
                ("password", PASSWORD),
                ("password-again", PASSWORD),
            ];
            for (name, value) in others {
                fields.retain(|(known, _)| known != name);
                fields.push((name, value));
            }
            let encoded = fields.iter().map(|(name, value)| format!("{name}={}", percent(value)));
            encoded.collect::<Vec<_>>().join("&")
        };
        let post = async |body: String| -> Reply {
            app.anonymous().at(&base).send(Method::POST, "/setup", "application/x-www-form-urlencoded", body).await
        };
        let wrong = post(fields("AAAA-BBBB-CCCC-DDDD", &[])).await;
        assert!(wrong.status == 403 && wrong.text().contains("not the code"), "{}", wrong.text());
        let wrong = post(fields(&code, &[("time-zone", "<b>Mars</b>"), ("password-again", "another")])).await;
        let text = wrong.text();
        assert!(
            wrong.status == 422 && text.contains("time zone") && text.contains("The two passwords differ"),
            "{text}"
        );
        assert!(
            text.contains("&lt;b&gt;Mars")
                && !text.contains("<b>Mars")
                && !text.contains(PASSWORD)
                && !text.contains(&code),
            "{text}"
        );
        let wrong = post(fields(&code, &[("menu", "kind,branch\nproduct,norte")])).await;
        assert!([409, 422].contains(&wrong.status), "{}", wrong.text());

        // Two press at once: one business, and the other is told.
        let bodies = [
            fields(&code.to_lowercase().replace('-', " "), &[]),
            fields(&code, &[("business", "La Otra"), ("branch", "Otra"), ("email", "eva@orilla.example")]),
        ];
        let [one, two] = bodies;
        let (one, two) = tokio::join!(post(one), post(two));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 410], "{} {}", one.text(), two.text());
        let done = if one.status == 200 { one } else { two };
        assert_eq!(done.text().matches("<svg").count(), 2, "{}", done.text());
        assert!(!code_file.exists(), "the code goes with its use");
        let (email, login) = if done.text().contains("ana@orilla") {
            ("ana@orilla.example", PASSWORD)
        } else {
            ("eva@orilla.example", PASSWORD)
        };
        visitor.post("/api/auth/login", json!({"email": email, "password": login})).await.expect(200);
        assert_eq!(visitor.get("/setup").await.status, 410);
        assert_eq!(
            post(fields(&code, &[("slug", "third"), ("branch-slug", "third"), ("email", "third@orilla.example")]))
                .await
                .status,
            410
        );

        // The next start has no door at all.
        process.kill9();
        let (process, base) = empty_server(&app, &directory).await;
        assert_eq!(app.anonymous().at(&base).get("/setup").await.status, 404);
        assert!(!code_file.exists() && !process.log_tail().contains("There is no business here yet"));
    }

    /// The code cannot be written: the server starts, and whoever runs it opens by the command line.
    async fn a_code_that_cannot_be_kept_keeps_no_server_from_starting(app: App) {
        let directory = app.data_directory().join("fresh");
        fs::create_dir_all(directory.join("setup-code/in the way")).unwrap();
        let (process, base) = empty_server(&app, &directory).await;
        assert!(process.log().contains("the code of /setup cannot be kept"), "{}", process.log());
        assert_eq!(app.anonymous().at(&base).get("/setup").await.status, 404);
    }

    /// A code of the start before, or a business by the command line meanwhile: the door is shut.
    async fn an_old_code_opens_nothing(app: App) {
        let directory = app.data_directory().join("fresh");
        let (process, _) = empty_server(&app, &directory).await;
        let old = fs::read_to_string(directory.join("setup-code")).unwrap();
        process.kill9();
        let (_process, base) = empty_server(&app, &directory).await;
        assert_ne!(fs::read_to_string(directory.join("setup-code")).unwrap(), old);
        let body = format!("code={}&business=x", old.trim());
        let reply =
            app.anonymous().at(&base).send(Method::POST, "/setup", "application/x-www-form-urlencoded", body).await;
        assert_eq!(reply.status, 403);
        let arguments = command(
            &["init"],
            with(flags(&password_file(&app)), &[("--qr-codes", directory.join("codes.html").to_str().unwrap())]),
        );
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (opened, said) = app.try_operate_with(&[("COMANDA_DATA_DIR", directory.to_str().unwrap())], &arguments);
        assert!(opened, "{said}");
        assert_eq!(app.anonymous().at(&base).get("/setup").await.status, 410);
        // The demo has a business: no door there, in whichever mode.
        app.anonymous().get("/setup").await.expect(404);
        assert_eq!(businesses(&app).await, 1);
    }

    /// Somebody forgets one variable: the demo does not move in beside the guests.
    async fn the_demo_never_enters_a_restaurants_database(app: App) {
        let directory = app.data_directory().join("fresh");
        let data = directory.to_str().unwrap();
        let variables = production(data);
        let borrowed: Vec<(&str, &str)> =
            variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (seeded, said) = block_in_place(|| app.try_operate_with(&borrowed, &["seed"]));
        assert!(
            !seeded && said.contains("never enters a production database") && said.contains("comanda init"),
            "{said}"
        );
        let arguments = command(
            &["init"],
            with(
                flags(&password_file(&app)),
                &[("--qr-codes", app.data_directory().join("codes.html").to_str().unwrap())],
            ),
        );
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (opened, said) = block_in_place(|| app.try_operate_with(&borrowed, &arguments));
        assert!(opened, "{said}");
        // In development's mode by mistake.
        let (seeded, said) = block_in_place(|| app.try_operate_with(&[("COMANDA_DATA_DIR", data)], &["seed"]));
        assert!(!seeded && said.contains("there is a business in this database"), "{said}");
        let ports = [("COMANDA_API_ADDR", free_port()), ("COMANDA_WS_ADDR", free_port())]
            .map(|(name, port)| (name, format!("127.0.0.1:{port}")));
        let development = [("COMANDA_DATA_DIR", data), (ports[0].0, &ports[0].1), (ports[1].0, &ports[1].1)];
        let (process, said) = app.start_another("mistaken", &development).await;
        assert!(process.exited().is_none() && !said.contains("admin123"), "{said}");
        let there = app.anonymous().at(&format!("http://{}", ports[0].1));
        there.post("/api/auth/login", json!({"email": "admin@demo.com", "password": "admin123"})).await.expect(401);
        there.post("/api/auth/login", json!({"email": "ana@orilla.example", "password": PASSWORD})).await.expect(200);
    }
}

distributed_only! {
    /// Each of two servers has a code of its own, and each finds the database empty.
    async fn two_servers_on_one_empty_database_open_one_business(app: App) {
        app.sql_exec("truncate tenant cascade").await;
        let mut servers = Vec::new();
        for name in ["first", "second"] {
            let directory = app.data_directory().join(name);
            let mut variables: BTreeMap<String, String> = production(directory.to_str().unwrap()).into_iter().collect();
            variables.insert("DATABASE_URL".into(), app.database_url().unwrap());
            variables.insert("REDIS_URL".into(), app.redis_url().to_owned());
            variables.insert("COMANDA_CREDENTIALS_KEY".into(), "7b1e9c04d5f2a8361c0e4b97a5d2f8e3".into());
            let base = format!("http://{}", variables["COMANDA_API_ADDR"]);
            let program = Path::new(env!("CARGO_BIN_EXE_comanda"));
            let process = Process::start(name, program, &["serve"], variables, app.data_directory());
            let deadline = Instant::now() + Duration::from_secs(60);
            while !process.log().contains("Comanda is open") {
                assert!(process.exited().is_none() && Instant::now() < deadline, "{}", process.log());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let code = fs::read_to_string(directory.join("setup-code")).unwrap().trim().to_owned();
            servers.push((process, base, code));
        }
        let post = async |name: &str, (_, base, code): &(Process, String, String)| -> Reply {
            let email = format!("{name}@orilla.example");
            let fields = [("code", code.as_str()), ("business", name), ("branch", name), ("email", &email),
                ("time-zone", "America/Montevideo"), ("currency", "UYU"), ("password", PASSWORD), ("password-again", PASSWORD)];
            let body: Vec<String> = fields.iter().map(|(field, value)| format!("{field}={}", percent(value))).collect();
            let there = app.anonymous().at(base);
            there.send(Method::POST, "/setup", "application/x-www-form-urlencoded", body.join("&")).await
        };
        // Both are on their way before either has written.
        let held = app.sql_hold("begin; lock table tenant in exclusive mode").await;
        let both_wait = async {
            let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
            while app.sql_i64(waiting).await < 2 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            held.release().await;
        };
        let (one, two, ()) = tokio::join!(post("Uno", &servers[0]), post("Dos", &servers[1]), both_wait);
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", one.text(), two.text());
        assert_eq!(businesses(&app).await, 1);
    }
}

/// What production asks for.
fn production(data: &str) -> Vec<(String, String)> {
    let fixed = [
        ("COMANDA_ENV", "production"),
        ("COMANDA_DATA_DIR", data),
        ("JWT_SECRET", "5f0c2d9be1a84763b2c8e5d71f09a634"),
        ("TABLE_TOKEN_SECRET", "c41e7a05d8f2b96370a1e4c85d2f7b98"),
        ("ALLOWED_ORIGINS", "https://menu.example.com"),
        ("COMANDA_RATE_LIMITS", "on"),
        ("MERCADOPAGO_BASE_URL", "https://127.0.0.1:9"),
    ];
    let port = |name: &str| (name.to_owned(), format!("127.0.0.1:{}", free_port()));
    let fixed = fixed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    fixed.chain([port("COMANDA_API_ADDR"), port("COMANDA_WS_ADDR")]).collect()
}

/// A production server over that directory, and where it answers.
async fn empty_server(app: &App, directory: &Path) -> (Process, String) {
    let variables = production(directory.to_str().unwrap());
    let borrowed: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let name = format!("empty-{}", free_port());
    let (process, said) = app.start_another(&name, &borrowed).await;
    assert!(process.exited().is_none(), "{said}");
    let api = variables.iter().find(|(name, _)| name == "COMANDA_API_ADDR").unwrap();
    (process, format!("http://{}", api.1))
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
