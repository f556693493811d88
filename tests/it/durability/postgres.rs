//! PostgreSQL's failed commits, dropped requests, slow answers and migrations.

use super::{come_back, database, order, sent, stored, wait_for_database};
use crate::scene::assert_gap_free;
use harness::{AppOptions, distributed_only, json};
use std::{collections::BTreeSet, time::Duration};

distributed_only! {
    /// What the database cannot do now is no fault of the order: the phone is told to come back, whatever the reason.
    async fn what_the_database_cannot_do_now_is_a_503_with_its_class(app: App) {
        let phone = app.scan("INT-01").await;
        sent(&phone, "before").await;
        for (state, class) in [
            ("25006", "read_only"),
            ("53100", "disk_full"),
            ("53200", "out_of_memory"),
            ("53300", "too_many_connections"),
            ("57P01", "server_stopping"),
            ("57P02", "server_stopping"),
            ("57P03", "server_stopping"),
            ("25P03", "idle_transaction"),
            ("55P03", "lock_timeout"),
            ("57014", "statement_timeout"),
            ("40001", "serialization"),
            ("40P01", "deadlock"),
            ("08006", "connection_lost"),
        ] {
            app.sql_exec(&format!(
                "create function refuse() returns trigger language plpgsql as
                    $$ begin raise exception 'not now' using errcode = '{state}'; end $$;
                 create trigger refuse before insert on round for each statement execute function refuse()"
            ))
            .await;
            come_back(&order(&phone, state).await);
            app.sql_exec("drop function refuse cascade").await;
            let found = database(&app).await;
            assert_eq!(found["status"], "degraded", "{state}: {found}");
            let metrics = app.anonymous().get("/metrics").await.text();
            let counted = format!("database_failures_total{{class=\"{class}\"}}");
            assert!(metrics.contains(&counted), "{state}: no {counted}");
            sent(&phone, &format!("after {state}")).await;
        }
        // A read as well: somebody has the tables for himself.
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let tables = format!("/api/waiter/tables?branch_id={}", waiter.branch_ids[0]);
        let held = app.sql_hold("begin; lock table table_session in access exclusive mode").await;
        come_back(&waiter.get(&tables).await);
        drop(held);
        waiter.get(&tables).await.expect(200);
    }

    /// PostgreSQL refuses the COMMIT itself, for want of room, for an IO error, for anything: nothing is acknowledged,
    /// the connection is not used again, and what comes afterwards is stored.
    async fn a_failed_commit_is_no_answer(app: App) {
        let phone = app.scan("INT-01").await;
        let mut acknowledged = BTreeSet::from([sent(&phone, "before").await]);
        for (state, wanted) in [("53100", 503), ("58030", 503), ("53200", 503), ("25006", 503), ("P0001", 500)] {
            app.sql_exec(&format!(
                "create function refuse_commit() returns trigger language plpgsql as
                    $$ begin raise exception 'no' using errcode = '{state}'; end $$;
                 create constraint trigger refuse_commit after insert on round deferrable initially deferred
                    for each row execute function refuse_commit()"
            ))
            .await;
            for number in 0..3 {
                let reply = order(&phone, &format!("{state} {number}")).await;
                reply.expect(wanted);
                assert_eq!(reply.header("retry-after").is_some(), wanted == 503);
                phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 999_999, "qty": 1}]})).await;
            }
            app.anonymous().get("/api/health/detailed").await.expect(200);
            assert_eq!(database(&app).await["status"], "degraded", "a failed commit is remembered for a minute");
            app.sql_exec("drop function refuse_commit cascade").await;
            for number in 0..4 {
                acknowledged.insert(sent(&phone, &format!("after {state} {number}")).await);
            }
        }
        assert_eq!(stored(&app).await, acknowledged);
        app.kill9_api();
        app.restart_api().await;
        assert_eq!(stored(&app).await, acknowledged);
        assert_gap_free(&app).await;
    }

    /// A hundred phones hang up while their order waits for a lock: no connection stays inside a transaction, their
    /// number stays bounded, and the next orders are stored.
    async fn hang_ups_behind_a_lock_leave_no_open_transaction(app: App) {
        let phone = app.scan("INT-01").await;
        let session = phone.session_id;
        let lock = format!("begin; select id from table_session where id = {session} for update; select pg_sleep(3); commit");
        let hang_ups = harness::race(100, |number| {
            let phone = phone.clone();
            async move {
                let note = format!("hung up {number}");
                tokio::time::timeout(Duration::from_millis(100 + 15 * number as u64), order(&phone, &note)).await.ok();
            }
        });
        let most = async {
            let mut most = 0;
            for _ in 0..20 {
                let ours = "select count(*) from pg_stat_activity where datname = current_database()";
                most = most.max(app.sql_i64(ours).await);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            most
        };
        let ((), _, most) = tokio::join!(app.sql_exec(&lock), hang_ups, most);
        assert!(most < 60, "{most} connections");
        let mut acknowledged = BTreeSet::new();
        for number in 0..20 {
            acknowledged.insert(sent(&phone, &format!("good {number}")).await);
        }
        let open = "select count(*) from pg_stat_activity where datname = current_database()
            and state like 'idle in transaction%' and pid <> pg_backend_pid()";
        for tries in 0.. {
            if app.sql_i64(open).await == 0 {
                break;
            }
            assert!(tries < 100, "somebody is still inside a transaction");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(acknowledged.is_subset(&stored(&app).await));
        assert_gap_free(&app).await;
    }

    /// Two servers on one database leave marks of their own, restarts included: neither takes the other's for a
    /// stranger's.
    async fn two_servers_on_one_database_raise_no_false_alarm(app: App = AppOptions::default().api_processes(2)) {
        let phone = app.scan("INT-01").await;
        let doors: Vec<_> = (0..2).map(|index| app.anonymous().at(&app.api_url_at(index))).collect();
        for turn in 0..4 {
            for door in &doors {
                let report = door.get("/api/health/detailed").await.expect(200);
                let components = report["components"].as_array().unwrap();
                let found = components.iter().find(|component| component["name"] == "database").unwrap();
                assert_eq!(found["status"], "up", "{report}");
            }
            app.operate(&["dead-letters"]);
            sent(&phone, &format!("{turn}")).await;
            if turn == 1 {
                app.kill9_api();
                app.restart_api().await;
            }
            // Longer than a look counts as fresh.
            tokio::time::sleep(Duration::from_millis(2_200)).await;
        }
        assert!(app.sql_i64("select count(*) from write_probe").await >= 2, "a mark for each");
        assert!(!app.whole_logs().contains("CANNOT STORE"), "{}", app.logs());
    }

    /// Nobody waits for a report on a database that does not answer: it says so while the lock is still held.
    async fn a_report_does_not_wait_for_the_database(app: App) {
        app.anonymous().get("/api/health/detailed").await.expect(200);
        tokio::time::sleep(Duration::from_millis(2_100)).await;
        let mut hold = std::pin::pin!(app.sql_exec("begin; lock table write_probe in access exclusive mode; select pg_sleep(12); commit"));
        let caller = app.anonymous();
        let asking = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            caller.get("/api/health/detailed").await
        };
        let report = tokio::select! {
            report = asking => report,
            () = &mut hold => panic!("the report waited for the lock"),
        };
        let report = report.expect(503);
        let database = report["components"].as_array().unwrap().iter().find(|component| component["name"] == "database").unwrap();
        assert!(database["detail"].as_str().unwrap().contains("no answer after"), "{report}");
        assert!(report["jobs"].is_array());
        hold.await;
        wait_for_database(&app, "up").await;
    }

    /// A time-out that comes with the role is none of a migration's.
    async fn a_migration_has_no_time_out_of_the_roles(app: App) {
        app.sql_exec("create role hasty login superuser password 'hasty'; alter role hasty set statement_timeout = '1s'").await;
        let hold = app.sql_exec("begin; select pg_advisory_xact_lock(724861001); select pg_sleep(3); commit");
        let mut url = url::Url::parse(&app.database_url().unwrap()).unwrap();
        url.set_username("hasty").unwrap();
        url.set_password(Some("hasty")).unwrap();
        let migrate = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_comanda"));
            command.arg("migrate").env_clear().env("DATABASE_URL", url.as_str());
            command.env("COMANDA_DATA_DIR", app.data_directory()).env("COMANDA_ENV", "development");
            tokio::task::block_in_place(|| command.output().unwrap())
        };
        let ((), migrated) = tokio::join!(hold, migrate);
        app.sql_exec("drop role hasty").await;
        assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    }

    /// A second process migrates while somebody else holds the lock for longer than a request may wait.
    async fn a_migration_waits_longer_than_a_request(app: App) {
        let hold = app.sql_exec("begin; select pg_advisory_xact_lock(724861001); select pg_sleep(6.5); commit");
        let migrate = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            tokio::task::block_in_place(|| app.operate(&["migrate"]))
        };
        tokio::join!(hold, migrate);
    }
}
