//! PgBouncer and Pgpool-II in front of PostgreSQL: which pooling is refused, and what must hold behind the other.

use crate::peer::{Peer, operate, says};
use harness::{App, Caller, Process, distributed_only, free_port, json, race};
use std::time::Duration;
use url::Url;

/// PgBouncer with its defaults but for `more`, and the URL of the app's database through it.
fn bouncer(app: &App, more: &str) -> (Peer, String) {
    let mut url: Url = app.database_url().unwrap().parse().unwrap();
    let peer = Peer::start(
        "pgbouncer",
        |file, _| vec!["-u".into(), "nobody".into(), file.display().to_string()],
        |port, directory| {
            let users = directory.join("users");
            let (name, password) = (url.username(), url.password().unwrap());
            std::fs::write(&users, format!("\"{name}\" \"{password}\"\n")).unwrap();
            format!(
                "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
                 unix_socket_dir =\nauth_type = md5\nauth_file = {}\n{more}\n",
                url.port().unwrap(),
                users.display()
            )
        },
    );
    url.set_port(Some(peer.port)).unwrap();
    (peer, url.into())
}

/// Pgpool-II with its defaults in front of the app's database and its standby, as `docs/servers.md` says.
fn pgpool(app: &App) -> (Peer, String) {
    let mut url: Url = app.database_url().unwrap().parse().unwrap();
    let standby: Url = std::env::var("COMANDA_TEST_STANDBY").expect("scripts/test --peers sets it").parse().unwrap();
    let peer = Peer::start(
        "pgpool",
        |file, directory| {
            std::fs::write(directory.join("pcp"), "").unwrap();
            let pcp = directory.join("pcp").display().to_string();
            vec!["-n".into(), "-f".into(), file.display().to_string(), "-F".into(), pcp]
        },
        |port, directory| {
            let at = directory.display();
            format!(
                "listen_addresses = '127.0.0.1'\nport = {port}\npcp_port = {}\n\
                 unix_socket_directories = '{at}'\npcp_socket_dir = '{at}'\npid_file_name = '{at}/pid'\nlogdir = '{at}'\n\
                 backend_clustering_mode = 'streaming_replication'\nsr_check_period = 0\n\
                 backend_hostname0 = '127.0.0.1'\nbackend_port0 = {}\nbackend_flag0 = 'ALWAYS_PRIMARY|DISALLOW_TO_FAILOVER'\n\
                 backend_hostname1 = '127.0.0.1'\nbackend_port1 = {}\nbackend_flag1 = 'DISALLOW_TO_FAILOVER'\n\
                 allow_clear_text_frontend_auth = on\nload_balance_mode = off\n",
                free_port(),
                url.port().unwrap(),
                standby.port().unwrap(),
            )
        },
    );
    url.set_port(Some(peer.port)).unwrap();
    (peer, url.into())
}

/// An API process that reaches its database by `database`, and where it answers.
async fn behind(app: &App, database: &str) -> (Process, String) {
    let address = format!("127.0.0.1:{}", free_port());
    let variables = [("DATABASE_URL", database), ("COMANDA_API_ADDR", address.as_str())];
    let (process, said) = app.start_another("pooled", &variables).await;
    assert!(process.exited().is_none(), "{said}");
    (process, format!("http://{address}"))
}

distributed_only! {
    /// Before, it started and answered 404 for tables that exist.
    async fn a_pooler_that_lends_by_transaction_is_refused(app: App) {
        for mode in ["transaction", "statement"] {
            let (_peer, database) = bouncer(&app, &format!("pool_mode = {mode}"));
            for command in ["api", "ws-gateway", "migrate", "new-epoch"] {
                // Not once: whether two clients get one server is the pooler's chance.
                for _ in 0..3 {
                    let (up, said) = operate(&app, &[("DATABASE_URL", &database)], command);
                    assert!(!up, "{mode} {command}: {said}");
                    says(&said, &["session pooling", "pool_mode = session"]);
                }
            }
        }
    }

    /// PgBouncer as Debian installs it, without a line of ours: what is set on a session holds.
    async fn a_session_pooler_needs_no_special_lines_and_loses_no_time_out(app: App) {
        let (peer, database) = bouncer(&app, "");
        let (_process, base) = behind(&app, &database).await;
        let phone = serves(&app, &base).await;
        comes_back(&peer, &phone).await;
    }

    /// Pgpool-II in front of a primary and its standby, without its read balancing: what is set on a session holds, and
    /// everything is read where it was written.
    async fn pgpool_without_read_balancing_loses_no_time_out(app: App) {
        let (_peer, database) = pgpool(&app);
        let (_process, base) = behind(&app, &database).await;
        serves(&app, &base).await;
    }
}

/// Orders, a lock that is waited for, and orders at once, of a phone at the process that answers at `base`.
async fn serves(app: &App, base: &str) -> Caller {
    let phone = app.scan("INT-01").await.at(base);
    let order = json!({"items": [{"product_id": 111, "qty": 1}]});
    phone.post("/api/diner/rounds/submit", order.clone()).await.expect(200);

    // Somebody holds what the order needs, for as long as it takes: the answer comes without it.
    let held = app.sql_hold("begin; select 1 from table_session for update").await;
    let other = json!({"items": [{"product_id": 111, "qty": 2}]});
    let reply = phone.post("/api/diner/rounds/submit", other.clone()).await;
    reply.expect(503);
    assert!(reply.header("retry-after").is_some());
    drop(held);
    phone.post("/api/diner/rounds/submit", other).await.expect(200);

    // Twenty phones at once, each with an order of its own.
    let sent = race(20, |number| {
        let phone = phone.clone();
        let order = json!({"items": [{"product_id": 111, "qty": 1, "notes": format!("race {number}")}]});
        async move { phone.post("/api/diner/rounds/submit", order).await.expect(200)["round_id"].as_i64().unwrap() }
    })
    .await;
    let stored = app.sql_i64("select count(distinct id) from round").await;
    assert_eq!(stored, 2 + i64::try_from(sent.len()).unwrap());
    phone
}

/// The pooler is restarted: what was asked meanwhile is a 503, and then everything goes on.
async fn comes_back(peer: &Peer, phone: &Caller) {
    peer.process.kill9();
    let gone = phone.get("/api/public/menu/centro").await;
    assert!(matches!(gone.status, 200 | 503), "{}", gone.text());
    peer.process.restart();
    peer.wait();
    for turn in 0..100 {
        let order = json!({"items": [{"product_id": 111, "qty": 1, "notes": format!("after {turn}")}]});
        let reply = phone.post("/api/diner/rounds/submit", order).await;
        if reply.status == 200 {
            return;
        }
        reply.expect(503);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not come back");
}
