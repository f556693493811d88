//! `comanda doctor`: what is wrong is one line with its cure, and `--deep` finds each row that breaks an invariant, and
//! nothing on a house that is whole.

mod deep;
mod scene;

pub(crate) use scene::{assert_whole, evening};

use harness::{Value, both_modes, distributed_only, embedded_only, json};
use scene::report;
use std::{fs, os::unix::fs::PermissionsExt};

/// The lines about `check`.
fn lines<'a>(report: &'a Value, check: &str) -> Vec<&'a Value> {
    let lines = report["checks"].as_array().expect("checks");
    lines.iter().filter(|line| line["check"] == *check).collect()
}

/// The states and names of the lines that are not ok.
fn wrong(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let lines = report["checks"].as_array().expect("checks").iter().filter(|line| line["state"] != "ok");
    lines.map(|line| (text(&line["state"]), text(&line["check"]))).collect()
}

/// That one line says so, with a cure in which `cure` stands.
#[track_caller]
fn assert_line(report: &Value, check: &str, state: &str, what: &str, cure: &str) {
    let found = lines(report, check);
    let fits = |line: &&&Value| {
        let has = |field: &str, part: &str| line[field].as_str().unwrap_or_default().contains(part);
        line["state"] == *state && has("what", what) && has("cure", cure)
    };
    assert_eq!(found.iter().filter(fits).count(), 1, "{check} {state} `{what}` `{cure}` in {report:#}");
}

both_modes! {
    /// Beside a running server, in its environment: nothing is wrong, the ports are ours, and nothing is written.
    async fn a_sound_house_has_nothing_wrong(app: App) {
        let before: Vec<_> = fs::read_dir(app.data_directory()).unwrap().map(|file| file.unwrap().file_name()).collect();
        let (sound, report) = report(&app, &[], &[]);
        assert!(sound, "{report:#}");
        assert_eq!((&report["ok"], &report["wrong"], &report["deep"]), (&json!(true), &json!(0), &Value::Null));
        assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(wrong(&report), Vec::new(), "{report:#}");
        for check in ["database.connection", "database.rights", "database.timeouts", "database.migrations",
            "bus.connection", "zones.release", "zones.branches", "disk.room", "disk.writable", "payments.accounts",
            "payments.queue", "configuration", "ports.api", "ports.gateway", "reach"] {
            assert!(!lines(&report, check).is_empty(), "no {check} in {report:#}");
        }
        assert!(report.to_string().contains("is ours: a server of Comanda answers"), "{report:#}");
        let mut after: Vec<_> = fs::read_dir(app.data_directory()).unwrap().map(|file| file.unwrap().file_name()).collect();
        let mut before = before;
        before.sort();
        after.sort();
        assert_eq!(before, after, "the doctor left something behind");
    }

    /// At a terminal, or where nobody asked for JSON, it is a table.
    async fn the_table_says_the_same(app: App) {
        let (sound, said) = tokio::task::block_in_place(|| app.try_operate_with(&scene::SECRETS, &["doctor"]));
        assert!(sound, "{said}");
        for word in ["ok       database.connection", "ok       database.migrations", "Nothing is wrong; 0 to look at."] {
            assert!(said.contains(word), "no `{word}` in {said}");
        }
    }

    /// Everything that is wrong with the settings is told, and the rest is looked at all the same.
    async fn wrong_settings_hide_nothing(app: App) {
        let variables = [
            ("COMANDA_DB_POOL", "many"),
            ("COMANDA_LOG", "comanda=loud=very"),
            ("COMANDA_WS_ADDR", "nowhere"),
            ("COMANDA_PUBLIC_URL", "ftp://x"),
            ("COMANDA_ENV", "production"),
            ("JWT_SECRET", "short"),
            ("TABLE_TOKEN_SECRET", "change-me-please-0123456789abcdef-xyz"),
        ];
        let (sound, report) = report(&app, &variables, &[]);
        assert!(!sound, "{report:#}");
        assert_line(&report, "configuration", "wrong", "COMANDA_DB_POOL cannot be read", "comanda configuration");
        assert_line(&report, "configuration", "wrong", "COMANDA_WS_ADDR cannot be read", "comanda configuration");
        assert_line(&report, "configuration", "wrong", "COMANDA_LOG is `comanda=loud=very`", "info,sqlx=warn");
        assert_line(&report, "configuration", "wrong", "COMANDA_PUBLIC_URL is `ftp://x`", "https://api.example.com");
        assert_line(&report, "configuration", "wrong", "ALLOWED_ORIGINS", "");
        assert_line(&report, "secrets", "wrong", "JWT_SECRET is shorter than 32 characters", "openssl rand -hex 32");
        assert_line(&report, "secrets", "wrong", "TABLE_TOKEN_SECRET looks like a default", "openssl rand -hex 32");
        assert_line(&report, "logins.demo", "wrong", "waiter@demo.com", "comanda user lock");
        assert_eq!(lines(&report, "database.connection")[0]["state"], "ok", "{report:#}");
        // Every other command ends at the first, as before.
        let (started, said) = tokio::task::block_in_place(|| app.try_operate_with(&variables[..1], &["tenant", "list"]));
        assert!(!started && said.contains("invalid value 'many'"), "{said}");
    }

    /// A secret that development lets pass is a warning; `--strict` makes it a failure.
    async fn a_weak_secret_is_told_before_production(app: App) {
        let weak = [("JWT_SECRET", "a-secret-that-is-written-in-an-example")];
        let (sound, report) = report(&app, &weak, &[]);
        assert!(sound, "{report:#}");
        assert_line(&report, "secrets", "warning", "JWT_SECRET looks like a default", "openssl rand -hex 32");
        assert_eq!((&report["ok"], &report["warnings"]), (&json!(true), &json!(1)));
        assert!(!scene::report(&app, &weak, &["--strict"]).0);
    }

    /// Who may read the secrets; a directory that cannot be written.
    async fn files_are_looked_at(app: App) {
        let key = app.data_directory().join("credentials.key");
        fs::write(&key, "0123456789abcdef0123456789abcdef").unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        let (sound, found) = report(&app, &[], &[]);
        assert!(!sound, "{found:#}");
        assert_line(&found, "secrets.files", "wrong", "credentials.key: its mode is 644", "chmod 600");
        // Nobody may write there, root neither.
        let (sound, found) = report(&app, &[("COMANDA_IMAGE_DIR", "/proc/self/fdinfo")], &[]);
        assert!(!sound, "{found:#}");
        assert_line(&found, "disk.writable", "wrong", "/proc/self/fdinfo cannot be written", "COMANDA_IMAGE_DIR");
    }

    /// The schema is of an older version, or of a newer one.
    async fn migrations_are_counted(app: App) {
        let last = app.sql_texts("select max(version) from seaql_migrations").await.remove(0);
        app.sql_exec(&format!("update seaql_migrations set version = 'm29991231_999999_tomorrow' where version = '{last}'")).await;
        let (sound, found) = report(&app, &[], &["--deep"]);
        assert!(!sound, "{found:#}");
        assert_line(&found, "database.migrations", "wrong", "newer version of Comanda (m29991231", "start that version");
        assert_eq!((&found["deep"]["complete"], &found["deep"]["rows"]), (&json!(false), &json!(0)), "{found:#}");
        app.sql_exec("delete from seaql_migrations where version = 'm29991231_999999_tomorrow'").await;
        let (_, found) = report(&app, &[], &[]);
        assert_line(&found, "database.migrations", "warning", &format!("1 are pending, from {last}"), "comanda migrate");
        app.sql_exec(&format!("insert into seaql_migrations (version, applied_at) values ('{last}', 1)")).await;
        assert!(report(&app, &[], &[]).0);
    }

    /// Accounts are judged by what is stored: refused credentials, a key that is not theirs; and a zone that nobody
    /// knows.
    async fn accounts_and_zones_are_looked_at(app: App) {
        // The sweep would find out the same.
        app.stop_api();
        app.sql_exec("insert into provider_account (tenant_id, provider, currency, sealed, webhook_token, webhook_mode, status, created_at, updated_at)
            select id, 'MERCADO_PAGO', 'ARS', 'v1.AAAA', 'w1', 'strict', 'ACTIVE', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00' from tenant
            where not exists (select 1 from provider_account where provider = 'MERCADO_PAGO' and status = 'ACTIVE')").await;
        app.sql_exec("update provider_account set sealed = 'v1.AAAA' where provider = 'MERCADO_PAGO';
            update branch set timezone = 'America/Nowhere' where slug = 'centro'").await;
        let key = [("COMANDA_CREDENTIALS_KEY", "another-key-0123456789-abcdefghijklmnop")];
        let (sound, found) = report(&app, &key, &[]);
        assert!(!sound, "{found:#}");
        assert_line(&found, "payments.accounts", "wrong", "of buen-sabor", "COMANDA_CREDENTIALS_KEY");
        assert_line(&found, "zones.branches", "wrong", "America/Nowhere", "time zone");
        app.sql_exec("update provider_account set status = 'BROKEN'").await;
        let (_, found) = report(&app, &key, &[]);
        assert_line(&found, "payments.accounts", "wrong", "refused its credentials", "dashboard");
    }

    /// A port that another program has is not ours.
    async fn a_port_that_somebody_else_has_is_told(app: App) {
        let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = other.local_addr().unwrap().to_string();
        let (sound, found) = report(&app, &[("COMANDA_API_ADDR", &address)], &[]);
        assert!(!sound, "{found:#}");
        assert_line(&found, "ports.api", "wrong", "is taken by another program", "COMANDA_API_ADDR");
        let (sound, found) = report(&app, &[("COMANDA_PUBLIC_URL", "http://127.0.0.1:9")], &[]);
        assert!(sound, "a warning alone: {found:#}");
        assert_line(&found, "reach.public", "warning", "does not answer from here", "COMANDA_PUBLIC_URL");
    }
}

embedded_only! {
    /// Before the first start there is nothing to look at, and the doctor makes nothing.
    async fn an_empty_machine_is_no_fault(app: App) {
        let empty = app.data_directory().join("none");
        let empty = empty.to_str().unwrap();
        let (sound, found) = report(&app, &[("COMANDA_DATA_DIR", empty)], &[]);
        assert!(sound, "{found:#}");
        assert_line(&found, "database.connection", "warning", "comanda.db yet", "comanda migrate");
        assert!(!std::path::Path::new(empty).exists());
        assert!(!report(&app, &[("COMANDA_DATA_DIR", empty)], &["--deep"]).0, "there is nothing to look at");
    }

    /// A file that is no database.
    async fn a_damaged_file_is_told(app: App) {
        let file = app.data_directory().join("other.db");
        fs::write(&file, "not a database, however long this text is, and it is long enough for a header of SQLite").unwrap();
        let url = format!("sqlite://{}", file.display());
        let (sound, found) = report(&app, &[("DATABASE_URL", &url)], &[]);
        assert!(!sound, "{found:#}");
        assert_line(&found, "database.connection", "wrong", "other.db cannot be used", "restore a backup");
    }
}

distributed_only! {
    /// Wrong password, no such database, nobody there: one line with its cure, and everything else is looked at.
    async fn a_database_that_cannot_be_used_is_one_line(app: App) {
        let url = app.database_url().unwrap();
        let mut silent = url.parse::<harness::reqwest::Url>().unwrap();
        silent.set_port(Some(9)).unwrap();
        let mut missing = url.parse::<harness::reqwest::Url>().unwrap();
        missing.set_path("no_such_database");
        // Somebody listens there, and says nothing.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut mute = silent.clone();
        mute.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        for (url, what, cure) in [
            (silent, "refused", "is the server started"),
            (missing, "does not exist", "createdb"),
            (mute, "does not answer", "host and port"),
        ] {
            let (sound, found) = report(&app, &[("DATABASE_URL", url.as_str())], &["--deep"]);
            assert!(!sound, "{found:#}");
            assert_line(&found, "database.connection", "wrong", what, cure);
            assert_eq!(lines(&found, "bus.connection")[0]["state"], "ok", "{found:#}");
            assert_eq!(found["deep"]["complete"], json!(false));
        }
        app.sql_exec("create role doctor_stranger login password 'right'").await;
        let mut wrong = url.parse::<harness::reqwest::Url>().unwrap();
        wrong.set_username("doctor_stranger").unwrap();
        wrong.set_password(Some("right")).unwrap();
        let (sound, found) = report(&app, &[("DATABASE_URL", wrong.as_str())], &[]);
        assert!(!sound, "{found:#}");
        assert_line(&found, "database.rights", "wrong", "doctor_stranger may not use", "grant select");
        app.sql_exec("drop role doctor_stranger").await;
    }

    /// Redis is down, wants another password, or grants no channels.
    async fn a_bus_that_cannot_be_used_is_one_line(app: App) {
        assert_eq!(app.ask_redis("ACL SETUSER doctor on >secret ~* +@all resetchannels"), "+OK");
        let port = app.redis_url().rsplit(':').next().unwrap().to_owned();
        let at = |who: &str| format!("redis://{who}@127.0.0.1:{port}");
        let (sound, found) = report(&app, &[("REDIS_URL", &at("doctor:secret"))], &[]);
        assert!(!sound, "{found:#}");
        assert_line(&found, "bus.rights", "wrong", "refuses this user", "ACL SETUSER");
        let (sound, found) = report(&app, &[("REDIS_URL", &at("doctor:wrong"))], &[]);
        assert!(!sound, "{found:#}");
        assert_line(&found, "bus.connection", "wrong", "WRONGPASS", "REDIS_URL");
        assert!(!found.to_string().contains("doctor:wrong"), "{found:#}");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mute = format!("redis://{}", listener.local_addr().unwrap());
        let (_, found) = report(&app, &[("REDIS_URL", &mute)], &[]);
        assert_line(&found, "bus.connection", "wrong", "cannot be used", "REDIS_URL");
        app.stop_redis();
        let (sound, found) = report(&app, &[], &[]);
        assert!(!sound, "{found:#}");
        assert_line(&found, "bus.connection", "wrong", "cannot be used", "REDIS_URL");
        assert_eq!(lines(&found, "database.connection")[0]["state"], "ok", "{found:#}");
        app.start_redis();
    }

    /// A server that takes no writes.
    async fn a_standby_is_told(app: App) {
        let url = app.database_url().unwrap();
        let name = url.rsplit('/').next().unwrap();
        app.sql_exec(&format!("alter database {name} set default_transaction_read_only = on")).await;
        let (sound, found) = report(&app, &[], &[]);
        assert!(!sound, "{found:#}");
        assert_line(&found, "database.writes", "wrong", "takes no writes", "primary");
    }
}
