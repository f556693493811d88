//! What was answered "done" is stored, whatever happens to the disk, the file or the connections under it (I9, I10).

use crate::scene::assert_gap_free;
use harness::{App, AppOptions, DinerPhone, Reply, Value, distributed_only, embedded_only, json};
use std::{collections::BTreeSet, fs, time::Duration};

async fn order(phone: &DinerPhone, note: &str) -> Reply {
    let order = json!({"items": [{"product_id": 111, "qty": 1, "notes": note}]});
    phone.post("/api/diner/rounds/submit", order).await
}

async fn sent(phone: &DinerPhone, note: &str) -> i64 {
    order(phone, note).await.expect(200)["round_id"].as_i64().unwrap()
}

/// A refusal that the phone can repeat: 503, and when to come back.
fn come_back(reply: &Reply) {
    reply.expect(503);
    assert!(reply.header("retry-after").is_some(), "{}", reply.text());
}

/// Orders until one is refused for want of room; what was acknowledged on the way joins `acknowledged`.
async fn until_refused(phone: &DinerPhone, acknowledged: &mut BTreeSet<i64>) {
    for number in 0..3_000 {
        let reply = order(phone, &format!("until full {number}")).await;
        if reply.status == 503 {
            return come_back(&reply);
        }
        acknowledged.insert(reply.expect(200)["round_id"].as_i64().unwrap());
    }
    panic!("the disk was never full");
}

async fn stored(app: &App) -> BTreeSet<i64> {
    let rounds = app.sql_texts("select cast(id as text) from round").await;
    rounds.iter().map(|id| id.parse().unwrap()).collect()
}

async fn database(app: &App) -> Value {
    let report = app.anonymous().get("/api/health/detailed").await.json();
    let components = report["components"].as_array().unwrap().clone();
    components.into_iter().find(|component| component["name"] == "database").unwrap()
}

async fn wait_for_database(app: &App, status: &str) {
    for _ in 0..300 {
        if database(app).await["status"] == status {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the database is not {status} after a minute: {}", database(app).await);
}

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

distributed_only! {
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
