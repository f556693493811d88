//! The office lays the floor: sectors, tables one by one and in batches, their QR codes, and who has which sector when.

use crate::{
    look::table,
    scene::{list, number, text},
};
use harness::{App, StaffClient, Value, both_modes, duel, json};
use std::time::Duration;

const TABLES: &str = "/api/admin/tables";
const SECTORS: &str = "/api/admin/sectors";
const ROSTER: &str = "/api/admin/assignments";

async fn manager(app: &App) -> StaffClient {
    app.login("manager@demo.com", "manager123").await
}

async fn admin(app: &App) -> StaffClient {
    app.login("admin@demo.com", "admin123").await
}

async fn sector(app: &App, prefix: &str) -> i64 {
    app.sql_i64(&format!("select id from sector where prefix = '{prefix}' and is_active")).await
}

async fn user(app: &App, email: &str) -> i64 {
    app.sql_i64(&format!("select id from app_user where email = '{email}'")).await
}

fn codes(tables: &Value) -> Vec<&str> {
    list(tables).iter().map(|table| text(&table["code"])).collect()
}

/// The prefixes of the sectors with the names of their waiters.
fn staffed(overview: &Value) -> Vec<(&str, Vec<&str>)> {
    list(&overview["sectors"])
        .iter()
        .map(|sector| {
            (
                text(&sector["sector_prefix"]),
                list(&sector["waiters"]).iter().map(|waiter| text(&waiter["name"])).collect(),
            )
        })
        .collect()
}

both_modes! {
    async fn a_table_is_laid_changed_and_taken_away(app: App) {
        let manager = manager(&app).await;
        let branch = manager.branch_ids[0];
        let screen = manager.socket(&app, "/ws/admin").await;
        let interior = sector(&app, "INT").await;
        let made = manager.post(TABLES, json!({"branch_id": branch, "code": " Mesa 12 ", "sector": "interior", "is_active": true})).await.expect(201);
        assert_eq!(
            made,
            json!({"id": made["id"], "tenant_id": made["tenant_id"], "branch_id": branch, "code": "Mesa 12", "capacity": 4, "sector": "Interior",
                "sector_id": interior, "status": "FREE", "is_active": true, "session_id": null, "active_round_statuses": {}, "confirmed_by_name": null})
        );
        assert_eq!(screen.wait_for("ENTITY_CREATED").await["entity"]["entity_type"], "table");
        let path = format!("{TABLES}/{}", made["id"]);
        assert_eq!(manager.get(&path).await.expect(200), made);
        assert_eq!(manager.post(TABLES, json!({"branch_id": branch, "code": "Mesa 12"})).await.expect(409)["code"], "code_taken");
        assert_eq!(
            manager.get(&format!("{path}/qr-url")).await.expect(200),
            json!({"url": "http://localhost:5176/join/centro/Mesa%2012", "table_code": "Mesa 12", "branch_slug": "centro"})
        );
        let terrace = sector(&app, "TER").await;
        let patched = manager.lenient().patch(&path, json!({"code": "Mesa 13", "capacity": 50, "sector_id": terrace, "number": 3})).await.expect(200);
        assert_eq!((&patched["code"], &patched["capacity"], &patched["sector"]), (&json!("Mesa 13"), &json!(50), &json!("Terraza")));
        assert_eq!(manager.patch(&path, json!({"sector": null})).await.expect(200)["sector_id"], Value::Null);

        // Out of service and back; who scans it meanwhile hears so.
        let id = made["id"].as_i64().unwrap();
        assert_eq!(manager.patch(&path, json!({"status": "OUT_OF_SERVICE"})).await.expect(200)["status"], "OUT_OF_SERVICE");
        let told = screen.wait_for("TABLE_STATUS_CHANGED").await;
        assert_eq!((&told["table_id"], &told["entity"]["table_status"]), (&json!(id), &json!("OUT_OF_SERVICE")));
        app.anonymous().post_empty(&format!("/api/tables/{id}/session")).await.expect(400);
        manager.patch(&path, json!({"status": "FREE"})).await.expect(200);
        manager.patch(&path, json!({"status": "ACTIVE"})).await.expect(409);
        // Switched off: the office's only.
        manager.patch(&path, json!({"is_active": false})).await.expect(200);
        assert_eq!(codes(&manager.get(TABLES).await.expect(200)).len(), 11);
        assert_eq!(codes(&manager.get("/api/waiter/tables").await.expect(200)).len(), 10);
        app.anonymous().post_empty(&format!("/api/tables/{id}/session")).await.expect(404);
        manager.patch(&path, json!({"is_active": true})).await.expect(200);

        manager.delete(&path).await.expect(204);
        manager.get(&path).await.expect(404);
        manager.patch(&path, json!({"capacity": 2})).await.expect(404);
        assert!(!codes(&manager.get(TABLES).await.expect(200)).contains(&"Mesa 13"));
        assert!(codes(&manager.get(&format!("{TABLES}?include_deleted=true")).await.expect(200)).contains(&"Mesa 13"));
        manager.post(TABLES, json!({"branch_id": branch, "code": "Mesa 13"})).await.expect(201);
        admin(&app).await.post_empty(&format!("{path}/restore")).await.expect(409);
        let page = manager.get(&format!("{TABLES}?limit=2&offset=1")).await;
        assert!(page.header("link").unwrap().contains("offset=3"));
        assert_eq!(codes(&page.expect(200)), ["BAR-02", "INT-01"]);
    }

    async fn a_party_keeps_its_table(app: App) {
        let manager = manager(&app).await;
        let phone = app.scan("INT-01").await;
        let path = format!("{TABLES}/{}", phone.table_id);
        for patch in [json!({"status": "FREE"}), json!({"status": "OUT_OF_SERVICE"}), json!({"status": "PAYING"}), json!({"is_active": false})] {
            let reply = manager.patch(&path, patch.clone()).await;
            assert_eq!(reply.status, 409, "{patch}: {}", reply.text());
        }
        assert_eq!(manager.delete(&path).await.expect(409)["code"], "in_use");
        // What is no change is none, and the furniture is the office's.
        let after = manager.patch(&path, json!({"status": "ACTIVE", "capacity": 6})).await.expect(200);
        assert_eq!((&after["status"], &after["capacity"], &after["session_id"]), (&json!("ACTIVE"), &json!(6), &json!(phone.session_id)));
        phone.get("/api/diner/cart").await.expect(200);
        // A party sits down, or the table goes; never both.
        for code in ["INT-02", "INT-03", "TER-01", "BAR-01"] {
            let id = table(&app, code).await;
            let (boss, guest) = (manager.clone(), app.anonymous());
            let (deleted, seated) = duel(
                async move { boss.delete(&format!("{TABLES}/{id}")).await.status },
                async move { guest.post_empty(&format!("/api/tables/{id}/session")).await.status },
            ).await;
            assert!(matches!((deleted, seated), (204, 404) | (409, 200)), "{deleted} {seated}");
        }
    }

    async fn what_does_not_fit_a_table_is_refused(app: App) {
        let admin = admin(&app).await;
        let branch = admin.branch_ids[0];
        app.sql_exec("insert into branch (tenant_id, name, slug, timezone, created_at) select id, 'Norte', 'norte', 'UTC', '2026-01-01T00:00:00+00:00' from tenant;
            insert into branch_stream (branch_id, tenant_id, epoch, seq) select id, tenant_id, 'e', 0 from branch where slug = 'norte';
            insert into sector (tenant_id, branch_id, name, prefix, created_at) select tenant_id, id, 'Salón', 'SAL', '2026-01-01T00:00:00+00:00' from branch where slug = 'norte'").await;
        let elsewhere = sector(&app, "SAL").await;
        let path = format!("{TABLES}/{}", table(&app, "INT-01").await);
        let wrong = [
            json!({"code": ""}), json!({"code": "a/b"}), json!({"code": "x".repeat(31)}), json!({"capacity": 0}), json!({"capacity": 51}),
            json!({"capacity": 2.5}), json!({"sector": "Sótano"}), json!({"sector_id": elsewhere}), json!({"status": "BROKEN"}), json!({"is_active": null}),
        ];
        for wrong in wrong {
            let reply = admin.patch(&path, wrong.clone()).await;
            assert_eq!(reply.status, 422, "{wrong}: {}", reply.text());
            assert!(reply.json()["detail"].as_str().unwrap().starts_with(wrong.as_object().unwrap().keys().next().unwrap()), "{}", reply.text());
        }
        admin.patch(&path, json!({"sector_id": 999_999})).await.expect(404);
        admin.post(TABLES, json!({"branch_id": 999_999, "code": "X"})).await.expect(404);
        manager(&app).await.post(TABLES, json!({"branch_id": branch + 1, "code": "X"})).await.expect(403);
        assert_eq!(admin.patch(&path, json!({"code": "INT-02"})).await.expect(409)["code"], "code_taken");
        let batch = |tables: Value| json!({"branch_id": branch, "tables": tables});
        let interior = sector(&app, "INT").await;
        for tables in [json!([]), json!([{"sector_id": interior, "capacity": 0, "count": 1}]), json!([{"sector_id": interior, "capacity": 4, "count": 201}]),
            json!([{"sector_id": interior, "capacity": 4, "count": 150}, {"sector_id": interior, "capacity": 4, "count": 51}]),
            json!([{"sector_id": elsewhere, "capacity": 4, "count": 1}])] {
            admin.post(&format!("{TABLES}/batch"), batch(tables)).await.expect(422);
        }
        let half = json!([{"sector_id": interior, "capacity": 4, "count": 2}, {"sector_id": 999_999, "capacity": 4, "count": 1}]);
        admin.post(&format!("{TABLES}/batch"), batch(half)).await.expect(404);
        assert_eq!(app.sql_i64("select count(*) from dining_table").await, 10);
    }

    async fn a_batch_finds_free_numbers(app: App) {
        let manager = manager(&app).await;
        let branch = manager.branch_ids[0];
        let (interior, bar) = (sector(&app, "INT").await, sector(&app, "BAR").await);
        manager.delete(&format!("{TABLES}/{}", table(&app, "INT-03").await)).await.expect(204);
        manager.post(TABLES, json!({"branch_id": branch, "code": "INT-07"})).await.expect(201);
        let body = json!({"branch_id": branch, "tables": [
            {"sector_id": interior, "capacity": 4, "count": 2}, {"sector_id": bar, "capacity": 2, "count": 1}, {"sector_id": interior, "capacity": 8, "count": 1}]});
        let keyed = manager.clone().keyed("batch-1");
        let first = keyed.post(&format!("{TABLES}/batch"), body.clone()).await;
        let laid = first.expect(201);
        assert_eq!(laid["created_count"], 4);
        assert_eq!(codes(&laid["tables"]), ["INT-06", "INT-08", "BAR-03", "INT-09"]);
        assert_eq!((&laid["tables"][3]["capacity"], &laid["tables"][3]["sector"], &laid["tables"][3]["sector_id"]), (&json!(8), &json!("Interior"), &json!(interior)));
        assert_eq!(keyed.post(&format!("{TABLES}/batch"), body.clone()).await.bytes, first.bytes);
        assert_eq!(app.sql_i64("select count(*) from audit_log where entity_type = 'table' and action = 'CREATE'").await, 5);
        // Two at once do not collide.
        let (one, other, again) = (manager.clone(), manager.clone(), body.clone());
        let path = format!("{TABLES}/batch");
        let second = path.clone();
        let (one, other) = duel(async move { one.post(&path, body).await.status }, async move { other.post(&second, again).await.status }).await;
        assert_eq!((one, other), (201, 201));
        assert_eq!(app.sql_i64("select count(*) - count(distinct code) from dining_table where is_active").await, 0);
    }

    async fn sectors_are_a_branchs_or_everybodys(app: App) {
        let (admin, manager) = (admin(&app).await, manager(&app).await);
        let branch = admin.branch_ids[0];
        let made = manager.post(SECTORS, json!({"branch_id": branch, "name": "Patio", "prefix": " pat "})).await.expect(201);
        let expected = json!({"id": made["id"], "tenant_id": made["tenant_id"], "branch_id": branch, "name": "Patio", "prefix": "PAT", "display_order": 1, "is_active": true, "is_global": false});
        assert_eq!(made, expected);
        assert_eq!(manager.post(SECTORS, json!({"branch_id": branch, "name": "Otro", "prefix": "PAT"})).await.expect(409)["code"], "prefix_taken");
        for wrong in [json!({"branch_id": branch, "name": "X", "prefix": "A"}), json!({"branch_id": branch, "name": "X", "prefix": "A1"}), json!({"branch_id": branch, "name": "", "prefix": "AB"}), json!({"branch_id": branch, "prefix": "AB"})] {
            manager.post(SECTORS, wrong).await.expect(422);
        }
        manager.post(SECTORS, json!({"name": "Global", "prefix": "GLO"})).await.expect(403);
        let global = admin.post(SECTORS, json!({"branch_id": null, "name": "Global", "prefix": "GLO"})).await.expect(201);
        assert_eq!((&global["is_global"], &global["branch_id"]), (&json!(true), &Value::Null));
        let prefixes = |sectors: Value| list(&sectors).iter().map(|sector| text(&sector["prefix"]).to_owned()).collect::<Vec<_>>();
        assert_eq!(prefixes(admin.get(SECTORS).await.expect(200)), ["GLO"]);
        let all = ["BAR", "GLO", "INT", "TER", "PAT"];
        assert_eq!(prefixes(manager.get(SECTORS).await.expect(200)), all);
        assert_eq!(prefixes(admin.get(&format!("{SECTORS}?branch_id={branch}")).await.expect(200)), all);
        // It is the administrator's to delete, and comes back as it was.
        let path = format!("{SECTORS}/{}", global["id"]);
        manager.delete(&path).await.expect(403);
        admin.delete(&path).await.expect(204);
        assert_eq!(prefixes(manager.get(SECTORS).await.expect(200)), ["BAR", "INT", "TER", "PAT"]);
        admin.delete(&path).await.expect(404);
        admin.post_empty(&format!("{path}/restore")).await.expect(200);
        assert_eq!(prefixes(manager.get(SECTORS).await.expect(200)), all);

        // A sector goes with its roster; its tables stand in none until it is back.
        let screen = manager.socket(&app, "/ws/admin").await;
        let interior = sector(&app, "INT").await;
        manager.delete(&format!("{SECTORS}/{interior}")).await.expect(204);
        assert_eq!(screen.wait_for("CASCADE_DELETE").await["entity"]["entity_type"], "sector");
        let path = format!("{TABLES}/{}", table(&app, "INT-01").await);
        let bare = manager.get(&path).await.expect(200);
        assert_eq!((&bare["sector"], &bare["sector_id"]), (&Value::Null, &Value::Null));
        assert_eq!(app.sql_i64(&format!("select count(*) from waiter_sector_assignment where sector_id = {interior} and is_active")).await, 0);
        manager.post(SECTORS, json!({"branch_id": branch, "name": "Interior", "prefix": "INT"})).await.expect(201);
        admin.post_empty(&format!("{SECTORS}/{interior}/restore")).await.expect(409);
        let again = sector(&app, "INT").await;
        manager.delete(&format!("{SECTORS}/{again}")).await.expect(204);
        admin.post_empty(&format!("{SECTORS}/{interior}/restore")).await.expect(200);
        assert_eq!(manager.get(&path).await.expect(200)["sector"], "Interior");
    }

    async fn a_days_roster_is_written_copied_and_cleared(app: App) {
        let manager = manager(&app).await;
        let branch = manager.branch_ids[0];
        let (interior, bar) = (sector(&app, "INT").await, sector(&app, "BAR").await);
        let (ana, carlos, cook) = (user(&app, "ana@demo.com").await, user(&app, "waiter@demo.com").await, user(&app, "kitchen@demo.com").await);
        let day = |day: &str| format!("{ROSTER}?branch_id={branch}&assignment_date={day}");
        let standing = [("BAR", vec!["Alberto Cortez"]), ("INT", vec!["Ana Martínez", "Carlos López"]), ("TER", vec!["Alberto Cortez", "Carlos López"])];
        let overview = manager.get(&day("2030-05-01")).await.expect(200);
        assert_eq!(staffed(&overview), standing);
        assert_eq!((&overview["branch_name"], &overview["assignment_date"], &overview["shift"], &overview["unassigned_waiters"]), (&json!("Sucursal Centro"), &json!("2030-05-01"), &Value::Null, &json!([])));
        let first = &overview["sectors"][0]["waiters"][0];
        assert_eq!((&first["email"], &first["is_standing"]), (&json!("alberto.cortez@demo.com"), &json!(true)));

        let plan = json!([{"sector_id": bar, "waiter_ids": [ana, ana, cook, 999_999]}, {"sector_id": 999_999, "waiter_ids": [ana]}, {"sector_id": interior, "waiter_ids": [carlos]}]);
        let body = json!({"branch_id": branch, "assignment_date": "2030-05-01", "shift": null, "assignments": plan});
        let done = manager.post(&format!("{ROSTER}/bulk"), body.clone()).await.expect(200);
        assert_eq!((&done["created_count"], &done["skipped_count"]), (&json!(2), &json!(4)));
        let made = &done["assignments"][0];
        assert_eq!(
            made,
            &json!({"id": made["id"], "tenant_id": made["tenant_id"], "branch_id": branch, "sector_id": bar, "sector_name": "Barra", "sector_prefix": "BAR",
                "waiter_id": ana, "waiter_name": "Ana Martínez", "waiter_email": "ana@demo.com", "assignment_date": "2030-05-01", "shift": null, "is_active": true})
        );
        assert_eq!(manager.post(&format!("{ROSTER}/bulk"), body).await.expect(200)["skipped_count"], 6);
        // The day's word replaces the standing one, sector by sector, on that day only.
        let written = [("BAR", vec!["Ana Martínez"]), ("INT", vec!["Carlos López"]), ("TER", vec!["Alberto Cortez", "Carlos López"])];
        assert_eq!(staffed(&manager.get(&day("2030-05-01")).await.expect(200)), written);
        assert_eq!(staffed(&manager.get(&day("2030-05-02")).await.expect(200)), standing);
        let waiter = app.login("ana@demo.com", "ana123").await;
        let own = waiter.get("/api/waiter/my-assignments?assignment_date=2030-05-01").await.expect(200);
        assert_eq!(own["sector_ids"], json!([bar]));
        assert_eq!(waiter.get("/api/waiter/my-assignments?assignment_date=2030-05-02").await.expect(200)["sector_ids"], json!([interior]));

        let copy = format!("{ROSTER}/copy?branch_id={branch}&from_date=2030-05-01&to_date=2030-05-03");
        assert_eq!(manager.post_empty(&copy).await.expect(200)["created_count"], 2);
        assert_eq!(manager.post_empty(&copy).await.expect(200)["skipped_count"], 2);
        assert_eq!(staffed(&manager.get(&day("2030-05-03")).await.expect(200)), written);
        // Shifts: a morning's word leaves the rest of the day to the standing one; clearing matches the shift exactly.
        let morning = json!({"branch_id": branch, "assignment_date": "2030-05-04", "shift": "MORNING", "assignments": [{"sector_id": bar, "waiter_ids": [ana]}]});
        manager.post(&format!("{ROSTER}/bulk"), morning).await.expect(200);
        assert_eq!(staffed(&manager.get(&day("2030-05-04&shift=MORNING")).await.expect(200))[0], ("BAR", vec!["Alberto Cortez", "Ana Martínez"]));
        assert_eq!(staffed(&manager.get(&day("2030-05-04&shift=NIGHT")).await.expect(200)), standing);
        let bulk = |of: &str| format!("/api/admin/assignments-bulk?branch_id={branch}&assignment_date={of}");
        assert_eq!(manager.delete(&bulk("2030-05-04&shift=NIGHT")).await.expect(200)["deleted_count"], 0);
        assert_eq!(manager.delete(&bulk("2030-05-04")).await.expect(200)["deleted_count"], 1);
        assert_eq!(manager.delete(&bulk("2030-05-01")).await.expect(200)["deleted_count"], 2);
        assert_eq!(staffed(&manager.get(&day("2030-05-01")).await.expect(200)), standing);
        // A standing one ends by itself only.
        let one = number(&first["assignment_id"]);
        assert_eq!(manager.delete(&format!("{ROSTER}/{one}")).await.expect(200)["id"], one);
        manager.delete(&format!("{ROSTER}/{one}")).await.expect(404);
        assert_eq!(staffed(&manager.get(&day("2030-05-01")).await.expect(200))[0], ("BAR", vec![]));

        for wrong in ["assignment_date=2030-5-1", "assignment_date=12030-05-01", "assignment_date=2030-05-01&shift=BRUNCH", ""] {
            manager.get(&format!("{ROSTER}?branch_id={branch}&{wrong}")).await.expect(422);
        }
        manager.get(&format!("{ROSTER}?branch_id=999999&assignment_date=2030-05-01")).await.expect(404);
        manager.post(&format!("{ROSTER}/bulk"), json!({"branch_id": branch, "assignment_date": "2030-05-01", "shift": "BRUNCH", "assignments": []})).await.expect(422);
        manager.post_empty(&format!("{ROSTER}/copy?branch_id={branch}&from_date=2030-05-01&to_date=2030-05-01")).await.expect(422);
        waiter.get(&day("2030-05-01")).await.expect(200);
    }

    async fn a_new_roster_reroutes_connected_waiters_at_once(app: App) {
        let manager = manager(&app).await;
        let branch = manager.branch_ids[0];
        let (bar, ana) = (sector(&app, "BAR").await, app.login("ana@demo.com", "ana123").await);
        let (screen, office) = (ana.socket(&app, "/ws/waiter").await, manager.socket(&app, "/ws/admin").await);
        screen.ping().await;
        let call = async |code: &str| {
            let phone = app.scan(code).await;
            phone.post("/api/diner/service-call", json!({"type": "WAITER_CALL"})).await.expect(200);
        };
        call("BAR-01").await;
        assert!(!screen.quiet(Duration::from_millis(1200)).await.iter().any(|event| event["type"] == "SERVICE_CALL_CREATED"));
        let today = text(&manager.get("/api/waiter/my-assignments").await.expect(200)["assignment_date"]).to_owned();
        let plan = json!({"branch_id": branch, "assignment_date": today, "assignments": [{"sector_id": bar, "waiter_ids": [ana.user_id]}]});
        manager.post(&format!("{ROSTER}/bulk"), plan).await.expect(200);
        assert_eq!(office.wait_for("ENTITY_CREATED").await["entity"]["entity_type"], "sector_assignment");
        call("BAR-02").await;
        screen.wait_for("SERVICE_CALL_CREATED").await;
        assert_eq!(list(&ana.get("/api/waiter/tables").await.expect(200)).len(), 7);
        manager.delete(&format!("/api/admin/assignments-bulk?branch_id={branch}&assignment_date={today}")).await.expect(200);
        assert_eq!(list(&ana.get("/api/waiter/tables").await.expect(200)).len(), 5);
    }
}
