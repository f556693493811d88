//! The database file deleted, replaced, written over or moved while it is served.

use super::{come_back, database, order, sent, stored, wait_for_database};
use harness::{embedded_only, json};
use std::{fs, time::Duration};

embedded_only! {
    /// `rm comanda.db`: 30 orders were acknowledged and gone at the next start.
    async fn a_deleted_database_acknowledges_nothing(app: App) {
        let phone = app.scan("INT-01").await;
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let before = sent(&phone, "before").await;
        let (file, aside) = (app.data_directory().join("comanda.db"), app.data_directory().join("aside"));
        fs::rename(&file, &aside).unwrap();
        for number in 0..30 {
            come_back(&order(&phone, &format!("{number}")).await);
        }
        app.anonymous().get("/api/health/detailed").await.expect(503);
        assert!(database(&app).await["detail"].as_str().unwrap().contains("gone"));
        // Whatever else is asked for says the same, and not that we have a bug.
        let who = json!({"email": "waiter@demo.com", "password": "waiter123"});
        come_back(&app.anonymous().post("/api/auth/login", who).await);
        come_back(&app.anonymous().post("/api/auth/refresh", json!({"refresh_token": waiter.refresh_token})).await);
        come_back(&app.anonymous().post_empty("/api/tables/code/INT-02/session?branch_slug=centro").await);
        for path in ["/api/auth/me", "/api/waiter/tables", "/api/waiter/service-calls", "/api/kitchen/rounds"] {
            come_back(&waiter.get(path).await);
        }
        for path in ["/api/public/menu/centro", "/api/public/branches"] {
            come_back(&app.anonymous().get(path).await);
        }
        let rounds = format!("/api/diner/session/{}/rounds", phone.session_id);
        come_back(&phone.get(&rounds).await);
        assert!(!file.exists(), "no empty database appears in its place");
        fs::rename(&aside, &file).unwrap();
        sent(&phone, "it is back").await;
        wait_for_database(&app, "up").await;
        assert!(stored(&app).await.contains(&before));
    }

    /// `mv backup.db comanda.db`
    async fn a_replaced_database_acknowledges_nothing(app: App) {
        let phone = app.scan("INT-01").await;
        sent(&phone, "before").await;
        let data = app.data_directory();
        fs::copy(data.join("comanda.db"), data.join("backup.db")).unwrap();
        fs::rename(data.join("backup.db"), data.join("comanda.db")).unwrap();
        come_back(&order(&phone, "after").await);
        app.anonymous().get("/api/health/detailed").await.expect(503);
        assert!(database(&app).await["detail"].as_str().unwrap().contains("replaced"));
        assert!(app.logs().contains("replaced"), "loudly");
        app.restart_api().await;
        sent(&app.scan("INT-02").await, "the file that is there now is served").await;
    }

    /// `cp backup.db comanda.db`: the same file with other content. Noticed by the look that comes every ten seconds.
    async fn a_database_that_is_written_over_is_noticed(app: App) {
        let phone = app.scan("INT-01").await;
        let backup = app.data_directory().join("backup.db");
        app.sql_exec(&format!("vacuum into '{}'", backup.display())).await;
        wait_for_database(&app, "up").await;
        // The look after the backup leaves a mark that the backup does not have.
        tokio::time::sleep(Duration::from_secs(3)).await;
        wait_for_database(&app, "up").await;
        fs::copy(&backup, app.data_directory().join("comanda.db")).unwrap();
        wait_for_database(&app, "down").await;
        come_back(&order(&phone, "after").await);
    }

    /// What an operator does to a running house is no fault: VACUUM moves every page, a second process leaves marks of
    /// its own.
    async fn a_vacuum_and_a_neighbour_are_no_fault(app: App) {
        let phone = app.scan("INT-01").await;
        for turn in 0..3 {
            app.sql_exec("vacuum").await;
            app.operate(&["migrate"]);
            sent(&phone, &format!("{turn}")).await;
            // Longer than a look counts as fresh, so that the next report looks again.
            tokio::time::sleep(Duration::from_millis(2_200)).await;
            app.anonymous().get("/api/health/detailed").await.expect(200);
            assert_eq!(database(&app).await["status"], "up");
        }
    }

    /// The write-ahead log holds what the file does not hold yet: the same orders would be gone. Without its index,
    /// connections would not know of one another.
    async fn a_deleted_write_ahead_log_acknowledges_nothing(app: App) {
        for companion in ["comanda.db-wal", "comanda.db-shm"] {
            let phone = app.scan("INT-01").await;
            sent(&phone, companion).await;
            fs::remove_file(app.data_directory().join(companion)).unwrap();
            come_back(&order(&phone, "after").await);
            assert_eq!(database(&app).await["status"], "down");
            app.restart_api().await;
        }
    }

    /// Commands of the operator open and close the same file: the last one to close it would take its log away, and the
    /// server is there. (Reading the file past SQLite and closing it would give up SQLite's own locks.)
    async fn an_operator_beside_the_server_leaves_the_log_alone(app: App) {
        let phone = app.scan("INT-01").await;
        for turn in 0..3 {
            let acknowledged = sent(&phone, &format!("{turn}")).await;
            // Two looks of the health report, each with a mark of its own.
            for _ in 0..2 {
                wait_for_database(&app, "up").await;
                tokio::time::sleep(Duration::from_millis(2_100)).await;
            }
            app.operate(&["dead-letters"]);
            assert!(app.data_directory().join("comanda.db-wal").exists());
            assert!(stored(&app).await.contains(&acknowledged));
        }
        wait_for_database(&app, "up").await;
    }

    /// A data directory that is renamed under the running program, with everything in it.
    async fn a_moved_data_directory_acknowledges_nothing(app: App) {
        let phone = app.scan("INT-01").await;
        let aside = app.data_directory().with_extension("aside");
        fs::rename(app.data_directory(), &aside).unwrap();
        come_back(&order(&phone, "after").await);
        fs::rename(&aside, app.data_directory()).unwrap();
        sent(&phone, "back").await;
    }
}
