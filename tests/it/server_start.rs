//! Starts against a PostgreSQL that cannot be used: each says what is wrong and what to do, in one line.

use harness::{App, distributed_only, embedded_only, free_port, json, race};
use std::{fmt::Display, sync::Arc};

/// The app's database with another user, password, host and port, or name.
fn url(app: &App, change: impl FnOnce(&mut url::Url)) -> String {
    let mut url: url::Url = app.database_url().unwrap().parse().unwrap();
    change(&mut url);
    url.into()
}

/// What `command` says that must fail with that `DATABASE_URL`.
fn refused(app: &App, database: &str, command: &str) -> String {
    let (up, said) = tokio::task::block_in_place(|| app.try_operate_with(&[("DATABASE_URL", database)], &[command]));
    assert!(!up, "{command}: {said}");
    said
}

fn says(said: &str, words: &[impl Display]) {
    for word in words {
        assert!(said.contains(&word.to_string()), "no `{word}` in: {said}");
    }
}

/// A role of this test, gone with it as its database is; nobody else's has the name.
async fn role(app: &App, rights: &str) -> (String, String) {
    let name = url(app, |_| ()).rsplit('/').next().unwrap().to_owned();
    let role = format!("{name}_waiter");
    app.sql_exec(&format!("create role {role} login password 'secret-7' {rights}")).await;
    let url = url(app, |url| {
        url.set_username(&role).unwrap();
        url.set_password(Some("secret-7")).unwrap();
    });
    (role, url)
}

async fn drop_role(app: &App, role: &str) {
    app.sql_exec(&format!("drop owned by {role}; drop role {role}")).await;
}

distributed_only! {
    /// Somebody sets it up for the first time, and something is written wrongly.
    async fn a_wrong_url_is_told_by_what_is_wrong_in_it(app: App) {
        for command in ["migrate", "api", "ws-gateway", "new-epoch"] {
            let password = url(&app, |url| url.set_password(Some("hunter2")).unwrap());
            let said = refused(&app, &password, command);
            says(&said, &["password authentication failed", "28P01", "password in DATABASE_URL"]);
            assert!(!said.contains("hunter2"), "{said}");
        }
        let name = url(&app, |url| url.set_path("no_such_restaurant"));
        says(&refused(&app, &name, "migrate"), &["no_such_restaurant", "3D000", "createdb"]);
        let host = url(&app, |url| url.set_host(Some("no-such-host.invalid")).unwrap());
        says(&refused(&app, &host, "migrate"), &["no-such-host.invalid", "Nobody knows the host"]);
        let port = free_port();
        let nothing = url(&app, |url| url.set_port(Some(port)).unwrap());
        says(&refused(&app, &nothing, "migrate"), &[format!("127.0.0.1:{port}"), "Nothing listens there".into()]);
        // A server that does not speak TLS.
        for mode in ["require", "verify-ca", "verify-full"] {
            let tls = url(&app, |url| url.set_query(Some(&format!("sslmode={mode}"))));
            says(&refused(&app, &tls, "migrate"), &["does not support TLS", "sslmode=disable"]);
        }
        for mode in ["disable", "allow", "prefer"] {
            let plain = url(&app, |url| url.set_query(Some(&format!("sslmode={mode}"))));
            let migrate = || app.try_operate_with(&[("DATABASE_URL", &plain)], &["migrate"]);
            let (up, said) = tokio::task::block_in_place(migrate);
            assert!(up, "{mode}: {said}");
        }
    }

    /// Redis 7 grants a user no channel unless it is told to; nobody saw it, and every screen was a second late.
    async fn a_redis_user_without_channels_is_told(app: App) {
        assert_eq!(app.ask_redis("ACL SETUSER waiter on >secret ~* +@all resetchannels"), "+OK");
        let redis = app.redis_url().replace("redis://", "redis://waiter:secret@");
        let address = format!("127.0.0.1:{}", free_port());
        let variables = [("REDIS_URL", redis.as_str()), ("COMANDA_API_ADDR", address.as_str())];
        let (process, _) = app.start_another("acl", &variables).await;
        let there = app.anonymous().at(&format!("http://{address}"));
        let bus = async || {
            let report = there.get("/api/health/detailed").await.expect(200);
            let components = report["components"].as_array().unwrap();
            components.iter().find(|component| component["name"] == "bus").unwrap().clone()
        };
        let until = async |status: &str| {
            for _ in 0..300 {
                let found = bus().await;
                if found["status"] == status {
                    return found;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            panic!("the bus stays {}", bus().await);
        };
        let found = until("degraded").await;
        says(found["detail"].as_str().unwrap(), &["PUBLISH", "branch:0:admin", "session:0"]);
        says(&process.log(), &["WARN", "PUBLISH", "&branch:*"]);
        assert_eq!(app.ask_redis("ACL SETUSER waiter allchannels"), "+OK");
        until("up").await;
    }

    /// An operator's commands need no bus, and what they say is their answer.
    async fn an_operators_command_says_nothing_but_its_answer(app: App) {
        let nowhere = format!("redis://127.0.0.1:{}", free_port());
        let told = |arguments: &[&str]| {
            let variables = [("REDIS_URL", nowhere.as_str())];
            let (done, said) = tokio::task::block_in_place(|| app.try_operate_with(&variables, arguments));
            assert!(done, "{arguments:?}: {said}");
            said
        };
        assert_eq!(told(&["migrate"]), "");
        assert_eq!(told(&["seed"]), "");
        assert_eq!(told(&["new-epoch"]), "1 streams began a new epoch; clients will read again.\n");
        assert_eq!(told(&["user", "lock", "kitchen@demo.com"]), "kitchen@demo.com is locked.\n");
        assert_eq!(told(&["user", "unlock", "kitchen@demo.com"]), "kitchen@demo.com is let in again.\n");
        assert_eq!(told(&["tenant", "suspend", "buen-sabor"]), "buen-sabor is suspended; `comanda tenant resume buen-sabor` lets it go on.\n");
        assert_eq!(told(&["tenant", "resume", "buen-sabor"]), "buen-sabor goes on.\n");
        for arguments in [&["dead-letters"][..], &["audit", "verify"], &["tenant", "list"], &["branch", "list"], &["user", "list"]] {
            let said = told(arguments);
            assert!(!["Redis", "INFO", "WARN"].iter().any(|word| said.contains(word)), "{said}");
        }
    }

    /// libpq's way to name several servers, which the driver does not know.
    async fn several_hosts_are_refused_with_a_sentence(app: App) {
        let one = app.database_url().unwrap();
        let (scheme_and_user, server) = one.rsplit_once('@').unwrap();
        let two = format!("{scheme_and_user}@127.0.0.1:1,{server}?target_session_attrs=read-write");
        let said = refused(&app, &two, "migrate");
        says(&said, &["DATABASE_URL", "several hosts"]);
        for attributes in ["read-write", "primary", "any"] {
            let wanted = url(&app, |url| url.set_query(Some(&format!("target_session_attrs={attributes}"))));
            let migrate = || app.try_operate_with(&[("DATABASE_URL", &wanted)], &["migrate"]);
            let (up, said) = tokio::task::block_in_place(migrate);
            assert!(up && !said.contains("unrecognized"), "{said}");
        }
        let standby = url(&app, |url| url.set_query(Some("target_session_attrs=standby")));
        says(&refused(&app, &standby, "migrate"), &["target_session_attrs"]);
    }

    /// A fail-over, and the address still leads to what is the standby now.
    async fn a_server_that_takes_no_writes_is_named_so(app: App) {
        let read_only = url(&app, |url| url.set_query(Some("options[default_transaction_read_only]=on")));
        for command in ["migrate", "api"] {
            says(&refused(&app, &read_only, command), &["takes no writes", "standby", "primary"]);
        }
    }

    /// An operator goes back to the program of last week.
    async fn a_newer_schema_is_named_so(app: App) {
        app.sql_exec("insert into seaql_migrations (version, applied_at) values ('m20991231_000001_tomorrow', 0)").await;
        for command in ["migrate", "api"] {
            let database = app.database_url().unwrap();
            says(&refused(&app, &database, command), &["newer version", "m20991231_000001_tomorrow", "backup"]);
        }
    }

    /// In the middle of an update a process of the release before is started again, beside a schema that only grew.
    async fn a_schema_that_only_grew_keeps_nobody_from_starting(app: App) {
        app.sql_exec("insert into seaql_migrations (version, applied_at) values ('m20991231_000001_tomorrow', 0);
            insert into schema_addition (version) values ('m20991231_000001_tomorrow');
            create table of_tomorrow (id bigint primary key)").await;
        let (done, said) = tokio::task::block_in_place(|| app.try_operate(&["migrate", "--status"]));
        assert!(done, "{said}");
        says(&said, &["m20991231_000001_tomorrow", "only adds"]);
        app.restart_api().await;
        app.login("waiter@demo.com", "waiter123").await;
        app.sql_exec("insert into seaql_migrations (version, applied_at) values ('m20991231_000002_other', 0)").await;
        says(&refused(&app, &app.database_url().unwrap(), "api"), &["newer version", "m20991231_000002_other"]);
        // It does not wait its ten minutes for what does not come.
        let (done, said) = tokio::task::block_in_place(|| app.try_operate(&["migrate", "--wait"]));
        assert!(!done && said.contains("newer version") && !said.contains("seconds"), "{said}");
    }

    /// What a deployment asks before and while it migrates.
    async fn what_is_to_be_migrated_is_told(app: App) {
        let asked = |arguments: &[&str]| tokio::task::block_in_place(|| app.try_operate(arguments));
        let (done, said) = asked(&["migrate", "--plan"]);
        assert!(done && said.contains("up to date"), "{said}");
        let newest = app.sql_texts("select max(version) from seaql_migrations").await.remove(0);
        app.sql_exec("delete from seaql_migrations where version = (select max(version) from seaql_migrations)").await;
        let (done, said) = asked(&["migrate", "--plan"]);
        assert!(done && said.contains(&newest), "{said}");
        for question in [&["migrate", "--status"][..], &["migrate", "--wait", "--timeout", "1"]] {
            let (done, said) = asked(question);
            assert!(!done && said.contains("lacks 1 migrations"), "{said}");
        }
        let app = Arc::new(app);
        let waiting = tokio::spawn({
            let app = app.clone();
            async move { tokio::task::block_in_place(|| app.try_operate(&["migrate", "--wait", "--timeout", "60"])) }
        });
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        app.sql_exec(&format!("insert into seaql_migrations (version, applied_at) values ('{newest}', 0)")).await;
        let (done, said) = waiting.await.unwrap();
        assert!(done, "{said}");
    }

    /// The office of a chain hands out a role that owns nothing.
    async fn the_api_runs_as_a_role_that_only_reads_and_writes(app: App) {
        let (role, url) = role(&app, "").await;
        // No right at all.
        says(&refused(&app, &url, "api"), &["42501", "comanda migrate"]);
        app.sql_exec(&format!("grant select, insert, update, delete on all tables in schema public to {role};
            grant usage on all sequences in schema public to {role}")).await;
        let ports = [("COMANDA_API_ADDR", format!("127.0.0.1:{}", free_port()))];
        let variables = [("DATABASE_URL", url.as_str()), (ports[0].0, ports[0].1.as_str())];
        {
            let (process, said) = app.start_another("api", &variables).await;
            assert!(process.exited().is_none(), "{said}");
            let there = app.anonymous().at(&format!("http://{}", ports[0].1));
            let waiter = json!({"email": "waiter@demo.com", "password": "waiter123"});
            there.post("/api/auth/login", waiter).await.expect(200);
            let running = app.sql_i64(&format!("select count(*) from pg_stat_activity
                where usename = '{role}' and application_name = 'comanda'")).await;
            assert!(running > 0, "the program says its name to the server");
        }
        // One migration is missing, and this role may not make it.
        app.sql_exec("delete from seaql_migrations where version = (select max(version) from seaql_migrations)").await;
        says(&refused(&app, &url, "api"), &["lacks 1 migrations", "permission denied", "comanda migrate", "owner"]);
        drop_role(&app, &role).await;
    }
}

embedded_only! {
    /// Two servers of one file would not hear each other's events; a command beside the server is no server.
    async fn one_file_has_one_server(app: App) {
        let ports = [("COMANDA_API_ADDR", free_port()), ("COMANDA_WS_ADDR", free_port())]
            .map(|(name, port)| (name, format!("127.0.0.1:{port}")));
        let elsewhere = [(ports[0].0, ports[0].1.as_str()), (ports[1].0, ports[1].1.as_str())];
        let (second, said) = app.start_another("second", &elsewhere).await;
        assert!(second.exited().is_some_and(|status| !status.success()), "{said}");
        says(&said, &["another Comanda serves", "comanda.db", "COMANDA_DATA_DIR"]);
        app.scan("INT-01").await;
        let (done, said) = tokio::task::block_in_place(|| app.try_operate(&["tenant", "list"]));
        assert!(done, "{said}");
        // However the first ended.
        app.kill9_api();
        let (second, said) = app.start_another("second", &elsewhere).await;
        assert!(second.exited().is_none(), "{said}");
    }
}

embedded_only! {
    /// A deployment starts several containers on one volume, and each begins with `comanda migrate`.
    async fn several_migrations_of_one_file_at_once_all_succeed(app: App) {
        let directory = app.data_directory().join("another");
        let app = Arc::new(app);
        let results = race(6, |_| {
            let (app, directory) = (app.clone(), directory.display().to_string());
            async move {
                let migrate = || app.try_operate_with(&[("COMANDA_DATA_DIR", &directory)], &["migrate"]);
                tokio::task::block_in_place(migrate)
            }
        })
        .await;
        for (done, said) in results {
            assert!(done, "{said}");
        }
        let (done, said) = app.try_operate_with(&[("COMANDA_DATA_DIR", &directory.display().to_string())], &["seed"]);
        assert!(done, "{said}");
    }

    /// A file that is no database, a directory that may not be written, a schema of next year.
    async fn a_file_that_cannot_be_used_is_told_by_what_is_wrong_with_it(app: App) {
        let refused = |directory: &std::path::Path| {
            let variables = [("COMANDA_DATA_DIR", directory.to_str().unwrap())];
            let (up, said) = tokio::task::block_in_place(|| app.try_operate_with(&variables, &["migrate"]));
            assert!(!up, "{said}");
            said
        };
        let folder = app.data_directory().join("nonsense");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("comanda.db"), "this is no database, only a letter".repeat(300)).unwrap();
        says(&refused(&folder), &["comanda.db", "no sound SQLite database"]);
        app.sql_exec("insert into seaql_migrations (version, applied_at) values ('m20991231_000001_tomorrow', 0)").await;
        says(&refused(app.data_directory()), &["newer version", "m20991231_000001_tomorrow"]);
    }
}
