//! A standby of PostgreSQL: it answers reads, late, and takes no writes.

use crate::peer::{operate, says};
use harness::{App, Socket, distributed_only, free_port, json};
use std::{process::Command, time::Duration};
use url::Url;

/// The app's database at the standby, once it is there.
async fn at_the_standby(app: &App) -> String {
    let standby = std::env::var("COMANDA_TEST_STANDBY").expect("scripts/test --peers sets it");
    let mut url: Url = standby.parse().unwrap();
    url.set_path(app.database_url().unwrap().parse::<Url>().unwrap().path());
    let url = String::from(url);
    for _ in 0..600 {
        if psql(&url, "select count(*) from branch_stream").is_some() {
            return url;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the database does not reach the standby");
}

/// What the standby answers; none when it refuses.
fn psql(url: &str, statement: &str) -> Option<String> {
    let output = Command::new("psql").args([url, "-X", "-A", "-t", "-c", statement]).output().expect("psql");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

distributed_only! {
    /// After a fail-over an address still leads to what is the standby now.
    async fn a_standby_is_named_so(app: App) {
        let standby = at_the_standby(&app).await;
        for command in ["migrate", "api"] {
            let (up, said) = operate(&app, &[("DATABASE_URL", &standby)], command);
            assert!(!up, "{command}: {said}");
            says(&said, &["takes no writes", "standby", "primary"]);
        }
        let (done, said) = operate(&app, &[("DATABASE_URL", &standby)], "new-epoch");
        assert!(!done, "{said}");
        says(&said, &["read-only"]);
    }

    /// A gateway that reads at a standby far behind hears by the bus what the standby has not: nothing went back.
    async fn a_standby_that_is_behind_begins_no_epoch(app: App) {
        let standby = at_the_standby(&app).await;
        let address = format!("127.0.0.1:{}", free_port());
        let variables = [("DATABASE_URL", standby.as_str()), ("COMANDA_WS_ADDR", address.as_str())];
        let (gateway, said) = app.start_another_gateway("reader", &variables).await;
        assert!(gateway.exited().is_none(), "{said}");
        let screen = app.login("kitchen@demo.com", "kitchen123").await;
        let path = format!("/ws/kitchen?token={}", screen.access_token);
        let kitchen = Socket::connect(&format!("ws://{address}"), &path).await;
        let phone = app.scan("INT-01").await;
        let send = async |qty: i64| {
            let order = json!({"items": [{"product_id": 111, "qty": qty}]});
            phone.post("/api/diner/rounds/submit", order).await.expect(200);
        };
        send(1).await;
        kitchen.wait_for("ROUND_SUBMITTED").await;
        let epochs = app.sql_texts("select epoch from branch_stream order by branch_id").await;
        psql(&standby, "select pg_wal_replay_pause()").expect("a standby that can be paused");
        send(2).await;
        send(3).await;
        kitchen.wait_until(|events| events.len() >= 3).await;
        // Several comparisons with a head that is behind.
        tokio::time::sleep(Duration::from_secs(8)).await;
        send(4).await;
        kitchen.wait_until(|events| events.len() >= 4).await;
        psql(&standby, "select pg_wal_replay_resume()").expect("and goes on");
        send(5).await;
        kitchen.wait_until(|events| events.len() >= 5).await;
        assert_eq!(kitchen.types(), ["ROUND_SUBMITTED"; 5]);
        assert_eq!(app.sql_texts("select epoch from branch_stream order by branch_id").await, epochs);
        assert!(gateway.log().contains("cannot tell yet"), "the standby was asked and refused: {}", gateway.log_tail());
    }
}
