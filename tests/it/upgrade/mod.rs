//! From an earlier release's database, an evening's rows in every table of it, to today's schema: nothing is lost,
//! whatever others do to the database meanwhile, and the evening goes on (decisions/002).
//!
//! The invariants that may break here: I10 ("done" means stored), I7 (a key's first answer), I8 (the ledger's sums), I3
//! (whoever was away hears what it missed).

mod evening;
mod past;
mod release;

use harness::{
    App, AppOptions, CREDENTIALS_KEY, Held, JWT_SECRET, Mode, TABLE_TOKEN_SECRET, both_modes, distributed_only,
    embedded_only, free_port, json, race,
};
use past::{EAD24F1, HISTORY};
use std::{
    thread,
    time::{Duration, Instant},
};
use tokio::{runtime::Handle, task::block_in_place};

/// How long somebody else keeps a lock: longer than a request may wait for one (5 s).
const HELD: Duration = Duration::from_secs(6);

/// How long a thing may take that comes by itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// With the secrets that the dumped database was sealed and signed with.
fn known_secrets() -> AppOptions {
    AppOptions::default()
        .provider_at(&format!("http://127.0.0.1:{}", free_port()))
        .env("JWT_SECRET", JWT_SECRET)
        .env("TABLE_TOKEN_SECRET", TABLE_TOKEN_SECRET)
        .env("COMANDA_CREDENTIALS_KEY", CREDENTIALS_KEY)
        // Nobody looks for payments: the provider of that evening is gone.
        .env("COMANDA_PAYMENT_SWEEP_EVERY", "24h")
        .env("COMANDA_BREAKER_COOLDOWN", "100ms")
}

/// Somebody who is in the way of every migration: on PostgreSQL a backup, which has read every table; on SQLite, a
/// program that is writing.
async fn in_the_way(app: &App) -> Held {
    let tables = past::tables(app).await.into_keys().collect::<Vec<_>>().join(", ");
    match app.mode() {
        Mode::Embedded => app.sql_hold("begin immediate; update tenant set description = 'nobody sees this'").await,
        Mode::Distributed => app.sql_hold(&format!("begin; lock table {tables} in access share mode")).await,
    }
}

/// Waits until somebody waits for such a lock (PostgreSQL).
fn wait_for_a_waiter(app: &App, what: &str) {
    let here = "(select oid from pg_database where datname = current_database())";
    let waiting = format!("select count(*) from pg_locks where not granted and database = {here} and {what}");
    let deadline = Instant::now() + PATIENCE;
    while Handle::current().block_on(app.sql_i64(&waiting)) == 0 {
        assert!(Instant::now() < deadline, "nobody waits where {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

both_modes! {
    /// The update of a restaurant that is never quite closed: every row of the evening before is there afterwards.
    async fn every_row_is_there_after_a_lock_of_six_seconds(app: App = known_secrets()) {
        let fresh = past::schema(&app).await;
        EAD24F1.restore(&app).await;
        let tables = past::tables(&app).await;
        let wanted = past::rows(&app, &tables, true).await;
        let empty: Vec<_> = wanted.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table).collect();
        assert!(empty.is_empty(), "no row of that release in {empty:?}");
        let changed = past::rows(&app, &tables, false).await.into_iter().filter(|(table, rows)| wanted[table] != *rows);
        assert_eq!(changed.map(|(table, _)| table).collect::<Vec<_>>(), ["cash_movement", "provider_notice", "tip"], "what migrations change is in the data");

        let held = in_the_way(&app).await;
        block_in_place(|| {
            thread::scope(|scope| {
                let migrations = [(); 2].map(|()| scope.spawn(|| app.try_operate(&["migrate"])));
                if app.mode() == Mode::Distributed {
                    wait_for_a_waiter(&app, "locktype = 'relation'");
                    wait_for_a_waiter(&app, "locktype = 'advisory'");
                }
                thread::sleep(HELD);
                let ended = migrations.iter().any(thread::ScopedJoinHandle::is_finished);
                Handle::current().block_on(held.release());
                let said = migrations.map(|migration| migration.join().expect("no panic"));
                assert!(!ended, "a migration waited for nobody: {said:?}");
                assert!(said.iter().all(|(succeeded, _)| *succeeded), "{said:?}");
            });
        });

        let mut found = past::rows(&app, &tables, false).await;
        let history = found.remove(HISTORY).expect("the list of what was migrated");
        assert!(wanted[HISTORY].iter().all(|row| history.contains(row)) && history.len() > wanted[HISTORY].len());
        for (table, rows) in &found {
            assert_eq!(rows, &wanted[table], "{table}");
        }
        assert_eq!(past::schema(&app).await, fresh, "an upgraded database is like a new one");

        let everything = past::tables(&app).await;
        let before = past::rows(&app, &everything, false).await;
        app.operate(&["migrate"]);
        assert_eq!(past::rows(&app, &everything, false).await, before, "a second time there is nothing to do");
        assert_eq!(past::schema(&app).await, fresh);
        app.operate(&["audit", "verify"]);
    }

    /// The program that is started while somebody has the database waits, comes up, and the evening goes on.
    async fn the_evening_goes_on(app: App = known_secrets()) {
        EAD24F1.restore(&app).await;
        let tables = past::tables(&app).await;
        let wanted = past::rows(&app, &tables, true).await;
        let _provider = evening::provider(&app).await;
        let held = in_the_way(&app).await;
        let gateway = async {
            // It migrates nothing and may be up before the schema is what it knows.
            if app.mode() == Mode::Distributed {
                app.restart_gateway().await;
            }
        };
        let lock = async {
            tokio::time::sleep(HELD).await;
            let early = app.anonymous().try_send(harness::reqwest::Method::GET, "/api/health", "application/json", "").await;
            held.release().await;
            assert!(early.is_err(), "it served before it had migrated");
        };
        tokio::join!(app.restart_api(), gateway, lock);
        evening::goes_on(&app, &EAD24F1, &wanted).await;
        // A plain start, as every other.
        app.stop_api();
        app.restart_api().await;
        app.operate(&["audit", "verify"]);
        crate::ledger::assert_ledger(&app).await;
        crate::doctor::assert_whole(&app);
    }
}

embedded_only! {
    /// A backup that was made with VACUUM INTO has no write-ahead log: the program gives it one, and waits for it too.
    async fn a_restored_backup_is_waited_for(app: App = known_secrets()) {
        EAD24F1.restore(&app).await;
        app.sql_exec("pragma journal_mode = delete").await;
        let held = in_the_way(&app).await;
        let lock = async {
            tokio::time::sleep(HELD).await;
            held.release().await;
        };
        tokio::join!(app.restart_api(), lock);
        assert_eq!(app.sql_texts("select journal_mode from pragma_journal_mode").await, ["wal"]);
        app.operate(&["audit", "verify"]);
    }
}

distributed_only! {
    /// The older program still serves and takes its locks in another order: PostgreSQL ends one of the two, and where
    /// it is the migration, it begins again.
    async fn a_deadlock_with_who_still_serves_is_tried_again(app: App = known_secrets()) {
        EAD24F1.restore(&app).await;
        // Only the migration looks for deadlocks, and late enough for this test to make one.
        app.sql_exec("do $$ begin execute format('alter database %I set deadlock_timeout = ''2s''', current_database()); end $$").await;
        let mut held = app.sql_hold("set deadlock_timeout = '1h'; begin; lock table table_session in access share mode").await;
        block_in_place(|| {
            thread::scope(|scope| {
                let migration = scope.spawn(|| app.try_operate(&["migrate"]));
                wait_for_a_waiter(&app, "locktype = 'relation' and relation = 'table_session'::regclass");
                let had = Handle::current().block_on(held.run("select count(*) from branch"));
                Handle::current().block_on(held.release());
                let (succeeded, said) = migration.join().expect("no panic");
                had.expect("the migration gave way");
                assert!(succeeded, "{said}");
            });
        });
        app.operate(&["audit", "verify"]);
    }

    /// A database whose transactions see one state from their first statement on: who waited for a lock must see what
    /// its holder did, be it a migration or an order.
    async fn waiting_is_not_in_vain_under_another_default_isolation(app: App = known_secrets()) {
        for level in ["repeatable read", "serializable"] {
            EAD24F1.restore(&app).await;
            let set = format!("alter database %I set default_transaction_isolation = ''{level}''");
            app.sql_exec(&format!("do $$ begin execute format('{set}', current_database()); end $$")).await;
            let held = app.sql_hold("begin; lock table table_session in access share mode").await;
            block_in_place(|| {
                thread::scope(|scope| {
                    let migrations = [(); 2].map(|()| scope.spawn(|| app.try_operate(&["migrate"])));
                    wait_for_a_waiter(&app, "locktype = 'relation'");
                    wait_for_a_waiter(&app, "locktype = 'advisory'");
                    Handle::current().block_on(held.release());
                    let said = migrations.map(|migration| migration.join().expect("no panic"));
                    assert!(said.iter().all(|(succeeded, _)| *succeeded), "{level}: {said:?}");
                });
            });
        }
        app.restart_api().await;
        let phone = app.scan("INT-02").await;
        let statuses = race(16, |number| {
            let phone = phone.clone();
            let order = json!({"items": [{"product_id": 111, "qty": 1, "notes": format!("{number}")}]});
            async move { phone.post("/api/diner/rounds/submit", order).await.status }
        });
        assert_eq!(statuses.await, [200; 16], "the orders of one table");
    }
}
