//! Branches as the waiter app and the office see them, and whose they are.

use harness::{App, AppOptions, StaffClient, Value, both_modes, json, race};

const NORTH: i64 = 9001;
const FOREIGN: i64 = 9002;

/// A second branch of the demo's business, where nobody has a role, and a branch of another business.
async fn build_more(app: &App) {
    app.sql_exec(
        "insert into branch (id, tenant_id, name, slug, timezone, created_at)
             select 9001, id, 'Sucursal Norte', 'norte', 'Pacific/Kiritimati', '2026-01-01T00:00:00+00:00'
             from tenant where slug = 'buen-sabor';
         insert into tenant (id, name, slug, created_at) values (9000, 'Otra', 'otra', '2026-01-01T00:00:00+00:00');
         insert into branch (id, tenant_id, name, slug, timezone, created_at)
             values (9002, 9000, 'Ajena', 'ajena', 'UTC', '2026-01-01T00:00:00+00:00');
         insert into branch_stream (branch_id, tenant_id, epoch, seq) select id, tenant_id, 'e', 0 from branch where id > 9000",
    )
    .await;
}

async fn manager(app: &App) -> StaffClient {
    app.login("manager@demo.com", "manager123").await
}

async fn admin(app: &App) -> StaffClient {
    app.login("admin@demo.com", "admin123").await
}

fn names(branches: &Value) -> Vec<&str> {
    branches.as_array().expect("an array").iter().filter_map(|branch| branch["name"].as_str()).collect()
}

async fn verify(staff: &StaffClient, branch: i64) -> Value {
    staff.get(&format!("/api/waiter/verify-branch-assignment?branch_id={branch}")).await.expect(200)
}

both_modes! {
    async fn anybody_reads_the_open_branches_and_staff_their_own(app: App) {
        build_more(&app).await;
        let public = app.anonymous().get("/api/public/branches").await.expect(200);
        assert_eq!(names(&public), ["Ajena", "Sucursal Centro", "Sucursal Norte"]);
        assert_eq!(public[2], json!({"id": NORTH, "name": "Sucursal Norte", "slug": "norte", "address": null}));

        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let centro = waiter.branch_ids[0];
        assert_eq!(names(&waiter.get("/api/admin/branches").await.expect(200)), ["Sucursal Centro"]);
        assert_eq!(names(&admin(&app).await.get("/api/admin/branches").await.expect(200)), ["Sucursal Centro", "Sucursal Norte"]);
        let branch = waiter.get(&format!("/api/admin/branches/{centro}")).await.expect(200);
        assert_eq!((&branch["slug"], &branch["opening_time"], &branch["round_confirmation"]), (&json!("centro"), &json!("09:00"), &json!("none")));
        waiter.get(&format!("/api/admin/branches/{NORTH}")).await.expect(403);
        waiter.get(&format!("/api/admin/branches/{FOREIGN}")).await.expect(404);
        waiter.get("/api/admin/branches/x").await.expect(422);
        app.anonymous().get("/api/admin/branches").await.expect(401);

        // A closed branch is still the office's; a deleted one only on request.
        let admin = admin(&app).await;
        admin.patch(&format!("/api/admin/branches/{NORTH}"), json!({"is_active": false})).await.expect(200);
        assert_eq!(names(&app.anonymous().get("/api/public/branches").await.expect(200)), ["Ajena", "Sucursal Centro"]);
        let closed = admin.get("/api/admin/branches").await.expect(200);
        assert_eq!((names(&closed), &closed[1]["is_active"]), (vec!["Sucursal Centro", "Sucursal Norte"], &json!(false)));
        admin.delete(&format!("/api/admin/branches/{NORTH}")).await.expect(204);
        assert_eq!(names(&admin.get("/api/admin/branches").await.expect(200)), ["Sucursal Centro"]);
        let all = admin.get("/api/admin/branches?include_deleted=true").await.expect(200);
        assert_eq!(names(&all), ["Sucursal Centro", "Sucursal Norte"]);
    }

    async fn the_office_changes_what_it_names_and_nothing_else(app: App) {
        let manager = manager(&app).await;
        let path = format!("/api/admin/branches/{}", manager.branch_ids[0]);
        let before = manager.get(&path).await.expect(200);
        let patch = json!({"name": " Centro ", "phone": null, "closing_time": "00:30", "round_confirmation": "waiter", "order": 3});
        let after = manager.lenient().patch(&path, patch).await.expect(200);
        let mut expected = before.clone();
        for (field, value) in [("name", json!("Centro")), ("phone", Value::Null), ("closing_time", json!("00:30")), ("round_confirmation", json!("waiter"))] {
            expected[field] = value;
        }
        assert_eq!(after, expected);
        assert_eq!(manager.get(&path).await.expect(200), expected);

        let told = "select count(*) from event where type = 'ENTITY_UPDATED' and entity like '%\"branch\"%Centro%'";
        let audited = "select count(*) from audit_log where entity_type = 'branch' and action = 'UPDATE'
            and cast(old_values as text) like '%Sucursal Centro%' and cast(new_values as text) not like '%slug%'";
        assert_eq!((app.sql_i64(told).await, app.sql_i64(audited).await), (1, 1));
        // A change of nothing is told to nobody.
        assert_eq!(manager.patch(&path, json!({"name": "Centro"})).await.expect(200), expected);
        assert_eq!(manager.patch(&path, json!({})).await.expect(200), expected);
        assert_eq!((app.sql_i64(told).await, app.sql_i64(audited).await), (1, 1));
    }

    async fn what_does_not_fit_a_branch_is_refused(app: App) {
        build_more(&app).await;
        let admin = admin(&app).await;
        let path = format!("/api/admin/branches/{}", admin.branch_ids[0]);
        let before = admin.get(&path).await.expect(200);
        let wrong = [
            json!({"name": ""}), json!({"name": null}), json!({"name": "x".repeat(101)}), json!({"slug": "Con Espacios"}),
            json!({"timezone": "Mars/Olympus"}), json!({"timezone": null}), json!({"opening_time": "25:00"}),
            json!({"opening_time": "10:00", "closing_time": "10:00"}), json!({"opening_time": "23:00"}),
            json!({"round_confirmation": "maybe"}), json!({"is_active": "no"}),
        ];
        for patch in wrong {
            let reply = admin.patch(&path, patch.clone()).await;
            assert_eq!(reply.status, 422, "{patch}: {}", reply.text());
        }
        assert_eq!(admin.patch(&path, json!({"slug": "norte"})).await.expect(409)["code"], "slug_taken");
        assert_eq!(admin.get(&path).await.expect(200), before);
        admin.patch(&format!("/api/admin/branches/{FOREIGN}"), json!({"name": "Mía"})).await.expect(404);
        admin.patch(&format!("/api/admin/branches/{NORTH}"), json!({"name": "Norte"})).await.expect(200);
    }

    async fn a_branch_is_changed_by_those_who_run_it(app: App) {
        build_more(&app).await;
        let manager = manager(&app).await;
        let path = format!("/api/admin/branches/{}", manager.branch_ids[0]);
        manager.patch(&format!("/api/admin/branches/{NORTH}"), json!({"name": "Mía"})).await.expect(403);
        manager.patch(&path, json!({"is_active": false})).await.expect(403);
        for (email, password) in [("waiter@demo.com", "waiter123"), ("kitchen@demo.com", "kitchen123")] {
            app.login(email, password).await.patch(&path, json!({"name": "Mía"})).await.expect(403);
        }
        // A manager there and a waiter here is a waiter here: a role counts in its branch.
        let grant = "insert into user_branch_role (tenant_id, user_id, branch_id, role)
            select tenant_id, id, 9001, 'MANAGER' from app_user where email = 'waiter@demo.com'";
        app.sql_exec(grant).await;
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        waiter.patch(&path, json!({"name": "Mía"})).await.expect(403);
        waiter.patch(&format!("/api/admin/branches/{NORTH}"), json!({"name": "Norte"})).await.expect(200);
    }

    async fn a_new_branch_is_its_administrators_at_once(app: App) {
        let admin = admin(&app).await;
        let screen = admin.socket(&app, "/ws/admin").await;
        screen.ping().await;
        let body = json!({"name": "Ñuñoa Sur", "slug": "", "address": "", "opening_time": "09:00", "closing_time": "01:00", "order": 4});
        let made = admin.lenient().post("/api/admin/branches", body.clone()).await.expect(201);
        let id = made["id"].as_i64().unwrap();
        assert_eq!(
            made,
            json!({"id": id, "tenant_id": made["tenant_id"], "name": "Ñuñoa Sur", "slug": "nunoa-sur", "address": null, "phone": null,
                "timezone": "America/Argentina/Mendoza", "opening_time": "09:00", "closing_time": "01:00", "round_confirmation": "none", "currency": "ARS", "cash_rounding": null,
                "join": "open", "is_active": true, "created_at": made["created_at"]})
        );
        assert_eq!(admin.lenient().post("/api/admin/branches", body).await.expect(409)["code"], "slug_taken");
        for wrong in [json!({}), json!({"name": ""}), json!({"name": "寿司"}), json!({"name": "X", "slug": "No Slug"}), json!({"name": "X", "timezone": "Mars"}),
            json!({"name": "X", "opening_time": "10:00", "closing_time": "10:00"})] {
            admin.post("/api/admin/branches", wrong).await.expect(422);
        }
        // In every list, with the token from before, and on the socket from before.
        assert_eq!(screen.wait_for("ENTITY_CREATED").await["entity"]["entity_id"], id);
        for path in ["/api/admin/categories", "/api/admin/tables", "/api/admin/staff", "/api/kitchen/rounds", "/api/waiter/tables"] {
            admin.get(&format!("{path}?branch_id={id}")).await.expect(200);
        }
        manager(&app).await.get(&format!("/api/admin/categories?branch_id={id}")).await.expect(403);
        screen.ping().await;
        for attempt in 0.. {
            admin.post("/api/admin/categories", json!({"branch_id": id, "name": format!("Carta {attempt}")})).await.expect(201);
            let events = screen.quiet(std::time::Duration::from_millis(300)).await;
            if events.iter().any(|event| event["branch_id"] == id && event["entity"]["entity_type"] == "category") {
                break;
            }
            assert!(attempt < 10, "the socket never heard the new branch");
        }
    }

    async fn a_branch_closes_and_goes_only_when_nobody_sits_there(app: App) {
        build_more(&app).await;
        let admin = admin(&app).await;
        let centro = admin.branch_ids[0];
        let path = format!("/api/admin/branches/{centro}");
        let (waiter, manager) = (app.login("waiter@demo.com", "waiter123").await, manager(&app).await);
        let screen = waiter.socket(&app, "/ws/waiter").await;
        screen.ping().await;
        let phone = app.scan("INT-01").await;
        for reply in [admin.delete(&path).await, admin.patch(&path, json!({"is_active": false})).await] {
            let refused = reply.expect(409);
            assert_eq!((&refused["code"], refused["detail"].as_str().unwrap().contains("INT-01")), (&json!("in_use"), true));
        }
        waiter.post_empty(&format!("/api/billing/tables/{}/clear", phone.table_id)).await.expect(200);
        // The only administrator is one through this branch.
        for reply in [admin.delete(&path).await, admin.patch(&path, json!({"is_active": false})).await] {
            assert_eq!(reply.expect(409)["code"], "last_admin");
        }
        app.sql_exec(&format!("insert into user_branch_role (tenant_id, user_id, branch_id, role)
            select tenant_id, {}, id, 'ADMIN' from branch where id = {NORTH}", admin.user_id)).await;
        admin.patch(&path, json!({"is_active": false})).await.expect(200);
        // Nobody works there, and no guest finds it; the office makes it ready.
        screen.wait_closed(std::time::Duration::from_secs(5)).await;
        waiter.get("/api/waiter/tables").await.expect(403);
        app.anonymous().post_empty("/api/tables/code/INT-01/session?branch_slug=centro").await.expect(404);
        app.anonymous().post_empty(&format!("/api/tables/{}/session", phone.table_id)).await.expect(404);
        app.anonymous().get("/api/public/menu/centro").await.expect(404);
        manager.patch(&path, json!({"is_active": true})).await.expect(403);
        admin.post("/api/admin/categories", json!({"branch_id": centro, "name": "Lista"})).await.expect(201);
        admin.patch(&path, json!({"is_active": true})).await.expect(200);
        waiter.get("/api/waiter/tables").await.expect(200);

        let screen = waiter.socket(&app, "/ws/waiter").await;
        screen.ping().await;
        admin.delete(&path).await.expect(204);
        screen.wait_closed(std::time::Duration::from_secs(5)).await;
        admin.get(&path).await.expect(404);
        admin.patch(&path, json!({"name": "X"})).await.expect(404);
        assert_eq!(app.sql_i64("select count(*) from dining_table where is_active").await, 0);
        app.anonymous().post_empty("/api/tables/code/INT-01/session?branch_slug=centro").await.expect(404);
        admin.post_empty(&format!("{path}/restore")).await.expect(200);
        app.scan("INT-01").await;
        assert_eq!(waiter.get("/api/waiter/tables").await.expect(200).as_array().unwrap().len(), 8);
    }

    async fn the_business_says_what_it_is_called(app: App) {
        let (admin, waiter) = (admin(&app).await, app.login("waiter@demo.com", "waiter123").await);
        let screen = admin.socket(&app, "/ws/admin").await;
        let before = waiter.get("/api/admin/tenant").await.expect(200);
        assert_eq!((&before["name"], &before["slug"], &before["theme_color"], &before["logo"]), (&json!("Buen Sabor"), &json!("buen-sabor"), &json!("#f97316"), &Value::Null));
        let patch = json!({"name": "Mejor Sabor", "description": null, "logo": "https://example.com/logo.png", "theme_color": "#001122", "slug": "mine", "phone": "1"});
        let after = admin.lenient().patch("/api/admin/tenant", patch.clone()).await.expect(200);
        let mut expected = before;
        for field in ["name", "description", "logo", "theme_color"] {
            expected[field] = patch[field].clone();
        }
        assert_eq!(after, expected);
        assert_eq!(waiter.get("/api/admin/tenant").await.expect(200), expected);
        assert_eq!(screen.wait_for("ENTITY_UPDATED").await["entity"]["entity_type"], "tenant");
        assert_eq!(app.sql_i64("select count(*) from audit_log where entity_type = 'tenant'").await, 1);
        for wrong in [json!({"name": ""}), json!({"name": null}), json!({"logo": "http://localhost/x.png"}), json!({"theme_color": "red"}), json!({"theme_color": null}), json!({"description": "x".repeat(2001)})] {
            admin.patch("/api/admin/tenant", wrong).await.expect(422);
        }
        manager(&app).await.patch("/api/admin/tenant", json!({"name": "Mine"})).await.expect(403);
        assert_eq!(admin.patch("/api/admin/tenant", json!({"logo": ""})).await.expect(200)["logo"], Value::Null);
    }

    /// A waiter whom nobody assigned yet opens the app, which asks again as soon as it hears no: eighty times a second.
    async fn a_waiter_without_a_place_does_not_keep_the_server_busy(app: App = AppOptions::default().rate_limits()) {
        app.sql_exec("delete from waiter_sector_assignment").await;
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let path = format!("/api/waiter/verify-branch-assignment?branch_id={}", waiter.branch_ids[0]);
        for _ in 0..3 {
            assert_eq!(waiter.get(&path).await.expect(200)["is_assigned"], json!(false));
        }
        let metrics = app.anonymous().get("/metrics").await.text();
        let held = metrics.lines().find(|line| line.starts_with("assignment_answers_held_back_total"));
        assert_eq!(held, Some("assignment_answers_held_back_total 2"), "the first comes at once");
        // Whoever has a place is answered at once, and cannot ask without end.
        let manager = manager(&app).await;
        let replies = race(130, |_| {
            let (manager, path) = (manager.clone(), path.clone());
            async move { manager.get(&path).await }
        })
        .await;
        let (right, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
        assert!((120..130).contains(&right.len()), "{} answers", right.len());
        for reply in refused {
            reply.expect(429);
            assert!(reply.header("retry-after").is_some());
        }
        assert!(!app.anonymous().get("/metrics").await.text().contains("assignment_answers_held_back_total 3"));
    }

    async fn a_waiter_works_where_the_roster_says_by_the_branchs_own_day(app: App) {
        build_more(&app).await;
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let centro = waiter.branch_ids[0];
        let check = verify(&waiter, centro).await;
        assert_eq!((&check["is_assigned"], &check["branch_name"]), (&json!(true), &json!("Sucursal Centro")));
        let sectors: Vec<_> = check["sectors"].as_array().expect("sectors").iter().map(|sector| &sector["sector_name"]).collect();
        assert_eq!(sectors, ["Interior", "Terraza"]);
        assert_eq!((&check["sectors"][0]["assignment_date"], &check["sectors"][0]["shift"]), (&check["assignment_date"], &Value::Null));

        // Neither a branch without a role nor another business's lets in, and the latter does not even have a name.
        let north = verify(&waiter, NORTH).await;
        assert_eq!((&north["is_assigned"], &north["branch_name"]), (&json!(false), &json!("Sucursal Norte")));
        let foreign = verify(&waiter, FOREIGN).await;
        assert_eq!((&foreign["is_assigned"], &foreign["branch_name"]), (&json!(false), &Value::Null));
        app.login("kitchen@demo.com", "kitchen123").await.get(&format!("/api/waiter/verify-branch-assignment?branch_id={centro}")).await.expect(403);

        // Only for today: yesterday's place is gone, and today is the day over there.
        let today = north["assignment_date"].as_str().expect("a date");
        assert_ne!(verify(&waiter, FOREIGN).await["assignment_date"].as_str(), None);
        app.sql_exec(&format!(
            "insert into user_branch_role (tenant_id, user_id, branch_id, role) select tenant_id, {0}, id, 'WAITER' from branch where id = 9001;
             insert into sector (id, tenant_id, branch_id, name, prefix, created_at)
                 select 9010, tenant_id, id, 'Salón', 'SAL', '2026-01-01T00:00:00+00:00' from branch where id = 9001;
             insert into waiter_sector_assignment (id, tenant_id, branch_id, sector_id, waiter_id, assignment_date, shift, created_at)
                 select 9020, tenant_id, id, 9010, {0}, '2020-01-01', 'NIGHT', '2026-01-01T00:00:00+00:00' from branch where id = 9001",
            waiter.user_id
        ))
        .await;
        let not_today = verify(&waiter, NORTH).await;
        assert_eq!((&not_today["is_assigned"], &not_today["sectors"]), (&json!(false), &json!([])));
        assert!(not_today["message"].as_str().is_some_and(|message| message.contains("Sucursal Norte")));
        app.sql_exec(&format!("update waiter_sector_assignment set assignment_date = '{today}' where id = 9020")).await;
        let here = verify(&waiter, NORTH).await;
        assert_eq!((&here["is_assigned"], &here["sectors"][0]["shift"]), (&json!(true), &json!("NIGHT")));

        let mine = waiter.get("/api/waiter/my-assignments").await.expect(200);
        assert_eq!((&mine["waiter_id"], mine["sector_ids"].as_array().map(Vec::len)), (&json!(waiter.user_id), Some(3)));
        let old = waiter.get("/api/waiter/my-assignments?assignment_date=2020-01-01").await.expect(200);
        assert_eq!((&old["assignment_date"], old["sectors"].as_array().map(Vec::len)), (&json!("2020-01-01"), Some(2)));
        let morning = waiter.get("/api/waiter/my-assignments?shift=MORNING").await.expect(200);
        assert_eq!(morning["sectors"].as_array().map(Vec::len), Some(2));
        waiter.get("/api/waiter/my-assignments?shift=BRUNCH").await.expect(422);
    }

    async fn whoever_runs_the_branch_is_never_locked_out(app: App) {
        build_more(&app).await;
        app.sql_exec("delete from waiter_sector_assignment").await;
        let (admin, manager) = (admin(&app).await, manager(&app).await);
        let centro = manager.branch_ids[0];
        for boss in [&admin, &manager] {
            let check = verify(boss, centro).await;
            assert_eq!((&check["is_assigned"], check["sectors"].as_array().map(Vec::len)), (&json!(true), Some(3)));
        }
        assert_eq!(verify(&admin, NORTH).await["is_assigned"], true);
        assert_eq!(verify(&manager, NORTH).await["is_assigned"], false);
        assert_eq!(verify(&app.login("ana@demo.com", "ana123").await, centro).await["is_assigned"], false);
    }
}
