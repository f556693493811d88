//! A machine with nothing prepared: the program comes up, answers on both ports and lets the demo staff in.

use harness::{App, AppOptions, Mode, both_modes, free_port, json};

/// The demo's logins, with the passwords that the README publishes.
const DEMO: [(&str, &str); 6] = [
    ("admin@demo.com", "admin123"),
    ("manager@demo.com", "manager123"),
    ("kitchen@demo.com", "kitchen123"),
    ("waiter@demo.com", "waiter123"),
    ("ana@demo.com", "ana123"),
    ("alberto.cortez@demo.com", "waiter123"),
];

/// What production asks for, but for a database without the demo's passwords.
const PRODUCTION: [(&str, &str); 6] = [
    ("COMANDA_ENV", "production"),
    ("JWT_SECRET", "5f0c2d9be1a84763b2c8e5d71f09a634"),
    ("TABLE_TOKEN_SECRET", "c41e7a05d8f2b96370a1e4c85d2f7b98"),
    ("ALLOWED_ORIGINS", "https://menu.example.com"),
    ("COMANDA_RATE_LIMITS", "on"),
    ("MERCADOPAGO_BASE_URL", "https://127.0.0.1:9"),
];

/// Production's variables, on ports that are free.
fn production(more: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let port = |name: &str| (name.to_owned(), format!("127.0.0.1:{}", free_port()));
    let ports = [port("COMANDA_API_ADDR"), port("COMANDA_WS_ADDR")];
    PRODUCTION.iter().chain(more).map(owned).chain(ports).collect()
}

fn borrowed(variables: &[(String, String)]) -> Vec<(&str, &str)> {
    variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// What a process of production that answers for the API is called.
fn command(app: &App) -> &'static str {
    if app.mode() == Mode::Embedded { "serve" } else { "api" }
}

both_modes! {
    /// What the README promises first.
    async fn the_program_comes_up_and_the_demo_waiter_signs_in(app: App) {
        app.anonymous().get("/api/health").await.expect(200);
        app.anonymous().at(&app.gateway_url()).get("/ws/health").await.expect(200);

        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let me = waiter.get("/api/auth/me").await.expect(200);
        assert_eq!((&me["email"], &me["roles"]), (&json!("waiter@demo.com"), &json!(["WAITER"])));
    }

    /// Nobody who reads the README walks into a restaurant that serves guests.
    async fn production_does_not_start_over_the_demos_passwords(app: App) {
        let variables = production(&[]);
        let refused = || tokio::task::block_in_place(|| app.try_operate_with(&borrowed(&variables), &[command(&app)]));
        let (up, said) = refused();
        assert!(!up, "{said}");
        let all = DEMO.map(|(email, _)| email).join(" ");
        assert!(said.contains(&format!("`comanda user lock {all}`")), "{said}");

        // A password of its own is as good as a lock; so is leaving, and the other way round one login is enough.
        let admin = app.login("admin@demo.com", "admin123").await;
        let ana = app.login("ana@demo.com", "ana123").await;
        let own = json!({"password": "a-word-of-their-own-7"});
        admin.patch(&format!("/api/admin/staff/{}", ana.user_id), own).await.expect(200);
        let alberto = app.login("alberto.cortez@demo.com", "waiter123").await;
        admin.patch(&format!("/api/admin/staff/{}", alberto.user_id), json!({"is_active": false})).await.expect(200);
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let lock = |logins: &[&str]| {
            let arguments = [&["user", "lock"], logins].concat();
            tokio::task::block_in_place(|| app.try_operate(&arguments))
        };
        let (locked, said) = lock(&["admin@demo.com", "Manager@Demo.com ", "kitchen@demo.com"]);
        assert!(locked, "{said}");
        let (up, said) = refused();
        assert!(!up && said.contains("`comanda user lock waiter@demo.com`"), "{said}");

        // A lock is at once, and once.
        waiter.get("/api/auth/me").await.expect(200);
        assert!(lock(&["waiter@demo.com"]).0);
        waiter.get("/api/auth/me").await.expect(401);
        admin.get("/api/auth/me").await.expect(401);
        let waiters = json!({"email": "waiter@demo.com", "password": "waiter123"});
        app.anonymous().post("/api/auth/login", waiters).await.expect(401);
        for wrong in ["waiter@demo.com", "nobody@demo.com", "waiter", "' or 1=1 --"] {
            let (locked, said) = lock(&[wrong]);
            assert!(!locked && said.contains("login"), "{wrong}: {said}");
        }

        app.kill9_api();
        let (process, said) = app.start_another("production", &borrowed(&variables)).await;
        assert!(process.exited().is_none(), "{said}");
        let base = format!("http://{}", variables.iter().find(|(name, _)| name == "COMANDA_API_ADDR").unwrap().1);
        let ana = json!({"email": "ana@demo.com", "password": "a-word-of-their-own-7"});
        app.anonymous().at(&base).post("/api/auth/login", ana).await.expect(200);
    }

    /// A diner app that anybody on the way may change, or an address with a password in it, is no production.
    async fn production_does_not_start_with_addresses_that_are_not_safe(app: App) {
        for (name, value, problem) in [
            ("COMANDA_DINER_URL", "http://menu.example.com", "COMANDA_DINER_URL is not https"),
            ("COMANDA_PUBLIC_URL", "http://api.example.com", "COMANDA_PUBLIC_URL is not https"),
            ("COMANDA_PUBLIC_URL", "https://ana:secret@api.example.com", "COMANDA_PUBLIC_URL has a user name or password"),
            ("COMANDA_PUBLIC_URL", "https://api.example.com/?a=b", "COMANDA_PUBLIC_URL has a query"),
            ("COMANDA_PUBLIC_URL", "https://api.example.com/#a", "COMANDA_PUBLIC_URL has a fragment"),
            ("ALLOWED_ORIGINS", "https://menu.example.com,http://waiter.example.com", "`http://waiter.example.com`, which is not https"),
        ] {
            let mut variables = production(&[]);
            variables.retain(|(known, _)| known != name);
            variables.push((name.to_owned(), value.to_owned()));
            let (up, said) = tokio::task::block_in_place(|| app.try_operate_with(&borrowed(&variables), &[command(&app)]));
            assert!(!up && said.contains(problem) && !said.contains("secret@"), "{name}={value}: {said}");
        }
    }

    /// How busy the house is, and how its API is built, is nobody's business in production who was not let in on it.
    async fn production_shows_metrics_and_documents_only_where_it_is_told(app: App) {
        let own = app.anonymous();
        assert_eq!(own.get("/metrics").await.status, 200);
        let all = DEMO.map(|(email, _)| email);
        let (locked, said) = tokio::task::block_in_place(|| app.try_operate(&[&["user", "lock"], &all[..]].concat()));
        assert!(locked, "{said}");
        app.kill9_api();
        for (told, status) in [(&[][..], 404), (&[("COMANDA_METRICS", "on"), ("COMANDA_DOCS", "on")][..], 200)] {
            let variables = production(told);
            let (process, said) = app.start_another(&format!("production-{status}"), &borrowed(&variables)).await;
            assert!(process.exited().is_none(), "{said}");
            let at = |name: &str| format!("http://{}", variables.iter().find(|(known, _)| known == name).unwrap().1);
            for path in ["/metrics", "/docs/", "/openapi.json"] {
                assert_eq!(own.at(&at("COMANDA_API_ADDR")).get(path).await.status, status, "{path}");
            }
            if app.mode() == Mode::Embedded {
                for path in ["/ws/metrics", "/asyncapi.json"] {
                    assert_eq!(own.at(&at("COMANDA_WS_ADDR")).get(path).await.status, status, "{path}");
                }
            }
            own.at(&at("COMANDA_API_ADDR")).get("/api/health").await.expect(200);
        }
    }

    /// Whoever sits in the same network does not find the demo by its published passwords.
    async fn development_is_for_this_machine_alone(app: App) {
        let ports = [format!("0.0.0.0:{}", free_port()), format!("[::]:{}", free_port())];
        for variable in ["COMANDA_API_ADDR", "COMANDA_WS_ADDR"] {
            for address in &ports {
                let said = tokio::task::block_in_place(|| app.try_operate_with(&[(variable, address)], &[command(&app)]));
                assert!(!said.0 && said.1.contains(&format!("{variable} is {address}")), "{said:?}");
                assert!(said.1.contains("COMANDA_ALLOW_OPEN_DEVELOPMENT"), "{said:?}");
            }
        }
        app.anonymous().get("/api/health").await.expect(200);
    }

    /// A kill -9 loses nothing that was answered, and the start after it is a plain start.
    async fn the_program_comes_up_again_after_a_kill(app: App) {
        let phone = app.scan("INT-01").await;
        app.kill9_api();
        app.restart_api().await;
        assert_eq!(app.scan("INT-01").await.session_id, phone.session_id);
    }
}

both_modes! {
    /// In a network of one's own, to try the applications on phones, it is one setting.
    async fn development_can_be_opened_on_purpose(app: App = AppOptions::default().env("COMANDA_ALLOW_OPEN_DEVELOPMENT", "true")) {
        let api = format!("0.0.0.0:{}", free_port());
        let gateway = format!("127.0.0.1:{}", free_port());
        app.kill9_api();
        let (process, said) = app.start_another("open", &[("COMANDA_API_ADDR", &api), ("COMANDA_WS_ADDR", &gateway)]).await;
        assert!(process.exited().is_none(), "{said}");
        let here = format!("http://{}", api.replace("0.0.0.0", "127.0.0.1"));
        app.anonymous().at(&here).get("/api/health").await.expect(200);
    }
}
