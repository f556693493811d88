//! A full disk under the embedded database: what was acknowledged is there, and room again is service again.

use super::{come_back, database, order, sent, stored, until_refused, wait_for_database};
use crate::scene::assert_gap_free;
use harness::{AppOptions, embedded_only, json};
use std::{collections::BTreeSet, fs, time::Duration};

embedded_only! {
    /// A full disk, then room again, refusals in between: 9 orders were answered 200 and stored nowhere.
    async fn a_full_disk_refuses_and_loses_nothing(app: App = AppOptions::default().small_disk(24)) {
        let phone = app.scan("INT-01").await;
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let mut acknowledged = BTreeSet::new();
        for turn in 0..3 {
            acknowledged.insert(sent(&phone, &format!("before {turn}")).await);
            app.disk().fill(&app.pids().0);
            until_refused(&phone, &mut acknowledged).await;
            for number in 0..3 {
                // Ordinary refusals too: a transaction that looks and says no.
                phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 999_999, "qty": 1}]})).await;
                order(&phone, &format!("no room {turn} {number}")).await;
            }
            let report = app.anonymous().get("/api/health/detailed").await;
            // Where the limit of the process plays the disk, there is room for the report's own small write.
            let down = matches!(app.disk(), harness::SmallDisk::Mounted(_));
            assert_eq!(report.status, if down { 503 } else { 200 }, "{}", report.text());
            assert_ne!(database(&app).await["status"], "up");
            waiter.get("/api/waiter/tables").await;

            app.disk().free(&app.pids().0);
            for number in 0..3 {
                phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 999_999, "qty": 1}]})).await;
                acknowledged.insert(sent(&phone, &format!("refused, then good {turn} {number}")).await);
            }
            for number in 0..14 {
                acknowledged.insert(sent(&phone, &format!("good {turn} {number}")).await);
            }
            wait_for_database(&app, "degraded").await;
        }
        assert!(acknowledged.is_subset(&stored(&app).await), "read by a connection of somebody else");
        app.kill9_api();
        app.restart_api().await;
        assert!(acknowledged.is_subset(&stored(&app).await), "and after the next start");
        assert_gap_free(&app).await;
        sent(&app.scan("INT-01").await, "and on it goes").await;
    }

    /// Once there is room again nobody is told that the file is another: failed commits are remembered, and that is
    /// all.
    async fn a_disk_that_was_full_raises_no_false_alarm(app: App = AppOptions::default().small_disk(24)) {
        let phone = app.scan("INT-01").await;
        let mut acknowledged = BTreeSet::from([sent(&phone, "before").await]);
        wait_for_database(&app, "up").await;
        app.disk().fill(&app.pids().0);
        until_refused(&phone, &mut acknowledged).await;
        // Looks by reports, and by the job that comes every ten seconds.
        for _ in 0..12 {
            let found = database(&app).await;
            assert_ne!(found["status"], "up", "{found}");
            assert!(!found["detail"].as_str().unwrap().contains("wrote over"), "{found}");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        app.disk().free(&app.pids().0);
        acknowledged.insert(sent(&phone, "again").await);
        wait_for_database(&app, "degraded").await;
        for turn in 0..6 {
            acknowledged.insert(sent(&phone, &format!("after {turn}")).await);
            tokio::time::sleep(Duration::from_millis(2_200)).await;
            let found = database(&app).await;
            assert_ne!(found["status"], "down", "{found}");
        }
        assert!(!app.whole_logs().contains("wrote over"), "{}", app.logs());
        assert!(acknowledged.is_subset(&stored(&app).await));
    }

    /// The disk is full while the write-ahead log is carried over into the file: what was acknowledged stays in the
    /// log, is read from there, survives a kill, and is carried over when there is room.
    async fn a_checkpoint_without_room_loses_nothing(app: App = AppOptions::default().small_disk(24)) {
        let phone = app.scan("INT-01").await;
        let mut acknowledged = BTreeSet::new();
        // Once around: the log has its size, and is written anew from its beginning.
        for number in 0..150 {
            acknowledged.insert(sent(&phone, &format!("before {number} {}", "x".repeat(150))).await);
        }
        app.sql_exec("pragma wal_checkpoint(restart)").await;
        app.disk().fill(&app.pids().0);
        let file = app.data_directory().join("comanda.db");
        let on_disk = fs::metadata(&file).unwrap().len();
        until_refused(&phone, &mut acknowledged).await;
        let pages = "select (select page_count from pragma_page_count) * (select page_size from pragma_page_size)";
        let (now, needed) = (fs::metadata(&file).unwrap().len(), app.sql_i64(pages).await);
        assert!(i64::try_from(now).unwrap() < needed, "{on_disk} then {now} bytes, and {needed} to be carried over");
        // The report's look tries it, too.
        assert_ne!(database(&app).await["status"], "up");
        assert!(acknowledged.is_subset(&stored(&app).await));
        app.kill9_api();
        app.disk().free(&app.pids().0);
        app.restart_api().await;
        assert!(acknowledged.is_subset(&stored(&app).await), "out of the log");
        app.sql_exec("pragma wal_checkpoint(truncate)").await;
        assert!(acknowledged.is_subset(&stored(&app).await), "and out of the file");
        assert!(!app.whole_logs().contains("wrote over"));
        assert_gap_free(&app).await;
        sent(&app.scan("INT-01").await, "and on it goes").await;
    }

    /// Money on a full disk: refused with 503, and taken once when there is room.
    async fn a_full_disk_takes_no_payment_and_no_second_one(app: App = AppOptions::default().small_disk(24)) {
        let phone = app.scan("INT-01").await;
        let waiter = app.login("waiter@demo.com", "waiter123").await.with_header("X-Idempotency-Key", "cash-1");
        sent(&phone, "dinner").await;
        let check = phone.post_empty("/api/billing/check/request").await.expect(200);
        let pay = json!({"check_id": check["check_id"], "amount_cents": check["total_cents"]});
        let other = app.scan("INT-02").await;
        app.disk().fill(&app.pids().0);
        until_refused(&other, &mut BTreeSet::new()).await;
        for _ in 0..3 {
            come_back(&waiter.post("/api/billing/cash/pay", pay.clone()).await);
        }
        app.disk().free(&app.pids().0);
        let first = waiter.post("/api/billing/cash/pay", pay.clone()).await;
        first.expect(200);
        assert_eq!(waiter.post("/api/billing/cash/pay", pay).await.bytes, first.bytes);
        app.kill9_api();
        app.restart_api().await;
        assert_eq!(app.sql_i64("select count(*) from payment").await, 1);
    }

    /// The first start on a disk that is too small: nothing half done is left, and with room it goes through.
    async fn a_migration_without_room_leaves_nothing(app: App) {
        let data = app.data_directory().join("second");
        fs::create_dir(&data).unwrap();
        let migrate = |room: &str| {
            let mut command = std::process::Command::new("prlimit");
            command.arg(format!("--fsize={room}:")).arg(env!("CARGO_BIN_EXE_comanda")).arg("migrate");
            command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("COMANDA_DATA_DIR", &data);
            command.output().unwrap()
        };
        for room in ["20000", "150000", "400000"] {
            let failed = migrate(room);
            assert!(!failed.status.success(), "{room} bytes were enough");
            assert!(failed.status.code().is_some(), "an error, not a signal");
        }
        let migrated = migrate("unlimited");
        assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    }
}
