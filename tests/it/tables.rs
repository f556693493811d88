//! The grid of tables: what a row says, and who sees which.

use crate::look;
use chrono::{DateTime, Days, NaiveDate, Timelike, Utc};
use harness::{Value, both_modes, json};

#[track_caller]
fn codes(tables: &Value) -> Vec<&str> {
    tables.as_array().expect("a list").iter().filter_map(|table| table["code"].as_str()).collect()
}

/// A zone in which it is another day than in UTC, and the day there; neither changes within the hour.
fn other_day() -> (&'static str, NaiveDate) {
    let now: DateTime<Utc> = std::time::SystemTime::now().into();
    let today = now.date_naive();
    if now.hour() < 11 { ("Etc/GMT+12", today - Days::new(1)) } else { ("Etc/GMT-14", today + Days::new(1)) }
}

both_modes! {
    /// One object in W7 and W8, because the client replaces one by the other; the dashboard's shape says the same.
    async fn a_row_says_who_sits_there_what_cooks_and_who_calls(app: App) {
        let (waiter, admin) = (app.login("waiter@demo.com", "waiter123").await, app.login("admin@demo.com", "admin123").await);
        let table = look::table(&app, "INT-01").await;
        let free = waiter.get(&format!("/api/tables/{table}")).await.expect(200);
        assert_eq!((&free["status"], &free["session_id"], &free["active_service_call_ids"]), (&json!("FREE"), &Value::Null, &json!([])));

        let phone = app.scan("INT-01").await;
        let order = json!({"items": [{"product_id": look::product(&app).await, "qty": 2}]});
        let round = phone.post("/api/diner/rounds/submit", order).await.expect(200)["round_id"].as_i64().unwrap();
        let call = phone.post("/api/diner/service-call", json!({"type": "OTHER"})).await.expect(200)["id"].clone();
        let ana = app.login("ana@demo.com", "ana123").await.user_id;
        app.sql_exec(&format!("update round set confirmed_by_id = {ana} where id = {round}")).await;

        let row = waiter.get(&format!("/api/tables/{table}")).await.expect(200);
        assert_eq!(row["table_id"], json!(table));
        assert_eq!(row["status"], json!("ACTIVE"));
        assert_eq!(row["session_id"], json!(phone.session_id));
        assert_eq!((&row["open_rounds"], &row["pending_calls"]), (&json!(1), &json!(1)));
        assert_eq!(row["active_service_call_ids"], json!([call]));
        assert_eq!(row["activeServiceCallIds"], json!([call]));
        assert_eq!(row["active_round_statuses"], json!({round.to_string(): "SUBMITTED"}));
        assert_eq!((&row["sector_name"], &row["confirmed_by_name"]), (&json!("Interior"), &json!("Ana Martínez")));
        assert_eq!(row.get("check_status"), Some(&Value::Null));
        let branch = look::centro(&app).await;
        for path in [format!("/api/waiter/tables?branch_id={branch}"), "/api/waiter/tables".into()] {
            let rows = waiter.get(&path).await.expect(200);
            let same = rows.as_array().unwrap().iter().find(|row| row["table_id"] == json!(table));
            assert_eq!(same, Some(&row), "{path}");
        }

        let office = admin.get(&format!("/api/admin/tables/{table}")).await.expect(200);
        assert_eq!((&office["id"], &office["sector"], &office["is_active"]), (&json!(table), &json!("Interior"), &json!(true)));
        assert_eq!(office["active_round_statuses"], json!({round.to_string(): "SUBMITTED"}));
        let listed = app.login("kitchen@demo.com", "kitchen123").await.get("/api/admin/tables").await.expect(200);
        assert!(listed.as_array().unwrap().contains(&office));
        assert_eq!(listed.as_array().unwrap().len(), 10);

        // Served rounds and answered calls are nobody's work any more.
        app.sql_exec("update round set status = 'SERVED'; update service_call set status = 'ACKED'").await;
        let row = waiter.get(&format!("/api/tables/{table}")).await.expect(200);
        assert_eq!((&row["open_rounds"], &row["pending_calls"]), (&json!(0), &json!(0)));
        assert_eq!((&row["active_round_statuses"], &row["activeServiceCallIds"]), (&json!({}), &json!([])));
    }

    /// A waiter with the wrong roster sees the wrong half of the restaurant.
    async fn a_waiter_sees_the_sectors_of_the_branchs_today(app: App) {
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let (zone, today) = other_day();
        app.sql_exec(&format!("update branch set timezone = '{zone}'; update waiter_sector_assignment set is_active = false")).await;
        let sector = app.sql_i64("select id from sector where prefix = 'BAR'").await;
        let assign = |date: Option<NaiveDate>| {
            let date = date.map_or("null".to_owned(), |date| format!("'{date}'"));
            format!("update waiter_sector_assignment set is_active = false;
                insert into waiter_sector_assignment (tenant_id, branch_id, sector_id, waiter_id, assignment_date, created_at)
                select tenant_id, branch_id, id, {}, {date}, '2026-01-01 00:00:00+00:00' from sector where id = {sector}", waiter.user_id)
        };
        assert_eq!(waiter.get("/api/waiter/tables").await.expect(200), json!([]));
        assert_eq!(codes(&waiter.get("/api/waiter/my-tables").await.expect(200)).len(), 10);
        for (date, seen) in [
            (None, true),
            (Some(today), true),
            (Some(today - Days::new(1)), false),
            (Some(today + Days::new(1)), false),
        ] {
            app.sql_exec(&assign(date)).await;
            let expected: &[&str] = if seen { &["BAR-01", "BAR-02"] } else { &[] };
            assert_eq!(codes(&waiter.get("/api/waiter/tables").await.expect(200)), expected, "{date:?} in {zone}");
            let mine = waiter.get("/api/waiter/my-tables").await.expect(200);
            assert_eq!(codes(&mine).len(), if seen { 2 } else { 10 }, "{date:?} in {zone}");
        }
        let manager = app.login("manager@demo.com", "manager123").await;
        assert_eq!(codes(&manager.get("/api/waiter/tables").await.expect(200)).len(), 10);
    }

    /// Another branch is forbidden, another business does not exist.
    async fn nobody_looks_into_another_restaurant(app: App) {
        let there = look::elsewhere(&app).await;
        let (waiter, admin) = (app.login("waiter@demo.com", "waiter123").await, app.login("admin@demo.com", "admin123").await);
        for path in ["/api/tables/{}", "/api/admin/tables/{}", "/api/waiter/tables/{}/session"] {
            waiter.get(&path.replace("{}", &there.table.to_string())).await.expect(403);
            admin.get(&path.replace("{}", &there.table.to_string())).await.expect(200);
            admin.get(&path.replace("{}", &there.foreign_table.to_string())).await.expect(404);
            admin.get(&path.replace("{}", "x")).await.expect(422);
        }
        for path in ["/api/waiter/tables", "/api/waiter/my-tables", "/api/admin/tables", "/api/waiter/service-calls"] {
            waiter.get(&format!("{path}?branch_id={}", there.branch)).await.expect(403);
            admin.get(&format!("{path}?branch_id={}", there.branch)).await.expect(200);
            admin.get(&format!("{path}?branch_id=9002")).await.expect(404);
            app.anonymous().get(path).await.expect(401);
        }
        assert_eq!(codes(&admin.get("/api/waiter/tables").await.expect(200)).len(), 11);
        assert_eq!(codes(&waiter.get("/api/admin/tables").await.expect(200)).len(), 10);
        waiter.get(&format!("/api/waiter/sessions/{}/summary", there.session)).await.expect(403);
        admin.get(&format!("/api/waiter/sessions/{}/summary", there.foreign_session)).await.expect(404);
        app.login("kitchen@demo.com", "kitchen123").await.get("/api/waiter/tables").await.expect(403);
    }
}
