//! Background work goes on: after a row that cannot be done, with more to forget than one batch, and it says how it is.

use harness::{App, Mode, Value, both_modes};
use std::time::Duration;

/// The report of the job of that name: its runs, failures and last error.
pub(crate) async fn job(app: &App, name: &str) -> Value {
    let report = app.anonymous().get("/api/health/detailed").await.json();
    let jobs = report["jobs"].as_array().unwrap();
    jobs.iter().find(|job| job["name"] == name).unwrap_or_else(|| panic!("{name}: {report}")).clone()
}

/// Waits until the job has begun and ended a run since now.
pub(crate) async fn ran_again(app: &App, name: &str) {
    // One may be under way, which began before.
    let enough = job(app, name).await["runs"].as_i64().unwrap() + 2;
    for _ in 0..600 {
        if job(app, name).await["runs"].as_i64().unwrap() >= enough {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{name} does not run: {}", job(app, name).await);
}

async fn wait_for(app: &App, what: &str, query: &str, wanted: i64) {
    for _ in 0..300 {
        if app.sql_i64(query).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}: {} in place of {wanted}", app.sql_i64(query).await);
}

both_modes! {
    /// One product that cannot be brought back keeps no other one waiting, and the health report tells of it.
    async fn a_row_that_cannot_be_done_keeps_no_other_waiting(app: App) {
        let poison = match app.mode() {
            Mode::Embedded => "create trigger poison before update on branch_product when old.product_id = 111
                begin select raise(abort, 'poisoned'); end",
            Mode::Distributed => "create function poison() returns trigger language plpgsql as
                $$ begin if old.product_id = 111 then raise exception 'poisoned'; end if; return new; end $$;
                create trigger poison before update on branch_product for each row execute function poison()",
        };
        let end = "update branch_product set is_available = false, restricted_until = '2020-01-01T00:00:00+00:00'";
        // In one transaction, so that nobody brings the first one back before the trigger is there.
        let both = format!("begin; {end} where product_id in (111, 118); {poison}; commit");
        app.sql_exec(&both).await;
        let left = "select count(*) from branch_product where restricted_until is not null";
        wait_for(&app, "restrictions", left, 1).await;
        for tries in 0.. {
            let failing = job(&app, "menu.end_restrictions").await;
            if failing["last_error"].as_str().is_some_and(|why| why.starts_with("1 rows failed")) {
                assert!(failing["failures"].as_i64().unwrap() > 0, "{failing}");
                break;
            }
            assert!(tries < 100, "{failing}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        app.sql_exec(if app.mode() == Mode::Embedded { "drop trigger poison" } else { "drop function poison cascade" }).await;
        wait_for(&app, "restrictions", left, 0).await;
    }

    /// More than one statement's worth of old keys is forgotten in one go, and fresh ones stay.
    async fn what_is_too_old_is_forgotten_to_the_last_row(app: App) {
        let phone = app.scan("INT-01").await.with_header("X-Idempotency-Key", "fresh");
        let order = harness::json!({"items": [{"product_id": 111, "qty": 1}]});
        phone.post("/api/diner/rounds/submit", order).await.expect(200);
        app.sql_exec("with recursive n (i) as (select 1 union all select i + 1 from n where i < 12000)
            insert into idempotency_key (tenant_id, caller, key, fingerprint, created_at)
            select 1, 'old', 'k' || cast(i as text), 'f', '2020-01-01T00:00:00+00:00' from n").await;
        // A job runs at the start of its process, then once a minute.
        app.restart_api().await;
        wait_for(&app, "keys", "select count(*) from idempotency_key", 1).await;
        let forgetting = job(&app, "idempotency_key.forget").await;
        assert_eq!((&forgetting["failures"], forgetting.get("last_error")), (&harness::json!(0), None));
    }
}
