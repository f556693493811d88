//! Staff: who works where is the office's word, and takes effect at once, on every token and every open socket.

use crate::scene::list;
use harness::{App, Caller, StaffClient, Value, both_modes, duel, json};
use std::time::Duration;

const STAFF: &str = "/api/admin/staff";
/// Token ended, as the gateway closes a socket for it.
const ENDED: u16 = 4001;

async fn admin(app: &App) -> StaffClient {
    app.login("admin@demo.com", "admin123").await
}

async fn manager(app: &App) -> StaffClient {
    app.login("manager@demo.com", "manager123").await
}

async fn id(app: &App, email: &str) -> i64 {
    app.sql_i64(&format!("select id from app_user where email = '{email}'")).await
}

/// A second branch of the business, open.
async fn north(app: &App) -> i64 {
    app.sql_exec(
        "insert into branch (tenant_id, name, slug, timezone, created_at)
             select id, 'Norte', 'norte', 'UTC', '2026-01-01T00:00:00+00:00' from tenant where slug = 'buen-sabor';
         insert into branch_stream (branch_id, tenant_id, epoch, seq) select id, tenant_id, 'e', 0 from branch where slug = 'norte'",
    )
    .await;
    app.sql_i64("select id from branch where slug = 'norte'").await
}

async fn grant(app: &App, email: &str, branch: i64, role: &str) {
    app.sql_exec(&format!(
        "insert into user_branch_role (tenant_id, user_id, branch_id, role)
         select tenant_id, id, {branch}, '{role}' from app_user where email = '{email}'"
    ))
    .await;
}

fn form(email: &str, branch: i64, role: &str) -> Value {
    json!({"email": email, "password": "tempPassword123", "branch_roles": [{"branch_id": branch, "role": role}]})
}

fn emails(members: &Value) -> Vec<&str> {
    list(members).iter().map(|member| member["email"].as_str().unwrap()).collect()
}

async fn can_login(app: &App, email: &str, password: &str) -> bool {
    let reply = app.anonymous().post("/api/auth/login", json!({"email": email, "password": password})).await;
    reply.status == 200
}

both_modes! {
    async fn somebody_is_taken_on_changed_and_let_go(app: App) {
        let admin = admin(&app).await;
        let branch = admin.branch_ids[0];
        let screen = admin.socket(&app, "/ws/admin").await;
        let mut body = form(" Nueva@Demo.com ", branch, "WAITER");
        for (field, value) in [("first_name", "Nueva"), ("last_name", ""), ("phone", "+54 261 555-0000"), ("dni", "30.123.456"), ("hire_date", "2026-01-15")] {
            body[field] = json!(value);
        }
        let made = admin.post(STAFF, body).await.expect(201);
        let expected = json!({"id": made["id"], "tenant_id": made["tenant_id"], "email": "nueva@demo.com", "first_name": "Nueva",
            "last_name": null, "phone": "+54 261 555-0000", "dni": "30.123.456", "hire_date": "2026-01-15", "is_active": true,
            "created_at": made["created_at"], "branch_roles": [{"branch_id": branch, "role": "WAITER"}]});
        assert_eq!(made, expected);
        assert_eq!(screen.wait_for("ENTITY_CREATED").await["entity"], json!({"entity_type": "staff", "entity_id": made["id"], "entity_name": "nueva@demo.com"}));
        assert_eq!(admin.post(STAFF, form("NUEVA@demo.com", branch, "WAITER")).await.expect(409)["code"], "email_taken");
        assert_eq!(app.login("nueva@demo.com", "tempPassword123").await.branch_ids, [branch]);

        let path = format!("{STAFF}/{}", made["id"]);
        assert_eq!(admin.get(&path).await.expect(200), expected);
        // As the dashboard sends an edit: an empty password and one role.
        let edit = json!({"first_name": "Ana", "phone": null, "password": "", "branch_roles": [{"branch_id": branch, "role": "WAITER"}], "order": 1});
        let patched = admin.lenient().patch(&path, edit).await.expect(200);
        assert_eq!((&patched["first_name"], &patched["phone"], &patched["dni"]), (&json!("Ana"), &Value::Null, &json!("30.123.456")));
        assert!(can_login(&app, "nueva@demo.com", "tempPassword123").await);
        // A change of nothing is told to nobody, and no password is ever written down.
        let told = "select count(*) from event where type = 'ENTITY_UPDATED' and entity like '%staff%'";
        let before = app.sql_i64(told).await;
        admin.patch(&path, json!({"first_name": " Ana "})).await.expect(200);
        assert_eq!(app.sql_i64(told).await, before);
        admin.patch(&path, json!({"password": "anotherPassword"})).await.expect(200);
        assert_eq!(app.sql_i64(told).await, before + 1);
        let leaked = "select count(*) from audit_log where entity_type = 'staff' and (cast(new_values as text) like '%assword1%'
            or cast(new_values as text) like '%anotherP%' or cast(new_values as text) like '%argon2%')";
        assert_eq!(app.sql_i64(leaked).await, 0);
        let log = admin.get(&format!("/api/admin/audit-log?entity_type=staff&entity_id={}", made["id"])).await.expect(200);
        let actions: Vec<_> = list(&log).iter().map(|row| row["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["UPDATE", "UPDATE", "CREATE"]);
        assert_eq!(log[0]["new_values"], json!({"password_changed": true}));

        admin.delete(&path).await.expect(204);
        screen.wait_for("ENTITY_DELETED").await;
        admin.get(&path).await.expect(404);
        admin.patch(&path, json!({"first_name": "X"})).await.expect(404);
        admin.delete(&path).await.expect(404);
        assert!(!can_login(&app, "nueva@demo.com", "anotherPassword").await);
        assert!(!emails(&admin.get(STAFF).await.expect(200)).contains(&"nueva@demo.com"));
        let all = admin.get(&format!("{STAFF}?include_deleted=true")).await.expect(200);
        assert!(emails(&all).contains(&"nueva@demo.com"));
        // The login is free again; whoever comes back needs another one then.
        let again = admin.post(STAFF, form("nueva@demo.com", branch, "KITCHEN")).await.expect(201);
        admin.post_empty(&format!("{path}/restore")).await.expect(409);
        admin.delete(&format!("{STAFF}/{}", again["id"])).await.expect(204);
        admin.post_empty(&format!("{path}/restore")).await.expect(200);
        assert_eq!(admin.get(&path).await.expect(200)["branch_roles"], json!([{"branch_id": branch, "role": "WAITER"}]));
        assert!(can_login(&app, "nueva@demo.com", "anotherPassword").await);
    }

    async fn the_list_is_sorted_filtered_and_paged(app: App) {
        let admin = admin(&app).await;
        let north = north(&app).await;
        let all = admin.get(STAFF).await.expect(200);
        assert_eq!(emails(&all), ["admin@demo.com", "alberto.cortez@demo.com", "ana@demo.com", "kitchen@demo.com", "manager@demo.com", "waiter@demo.com"]);
        let page = admin.get(&format!("{STAFF}?limit=2&offset=1")).await;
        assert!(page.header("link").unwrap().contains("offset=3"));
        assert_eq!(emails(&page.expect(200)), ["alberto.cortez@demo.com", "ana@demo.com"]);
        assert_eq!(admin.get(&format!("{STAFF}?branch_id={north}")).await.expect(200), json!([]));
        admin.get(&format!("{STAFF}?branch_id=999999")).await.expect(404);
        manager(&app).await.get(&format!("{STAFF}?branch_id={north}")).await.expect(403);
        // Without any role: the administrator's business only.
        admin.post(STAFF, json!({"email": "libre@demo.com", "password": "tempPassword123"})).await.expect(201);
        assert_eq!(list(&admin.get(STAFF).await.expect(200)).len(), 7);
        assert_eq!(list(&manager(&app).await.get(STAFF).await.expect(200)).len(), 6);
        assert!(!can_login(&app, "libre@demo.com", "tempPassword123").await);
    }

    async fn what_does_not_fit_a_person_is_refused(app: App) {
        let admin = admin(&app).await;
        let branch = admin.branch_ids[0];
        let before = app.sql_i64("select count(*) from audit_log").await;
        let path = format!("{STAFF}/{}", id(&app, "ana@demo.com").await);
        let long = "x".repeat(101);
        let wrong = [
            json!({"email": "ana"}), json!({"email": null}), json!({"password": "short"}), json!({"password": "x".repeat(129)}),
            json!({"first_name": long}), json!({"last_name": 7}), json!({"phone": "12345"}), json!({"phone": "no phone"}),
            json!({"dni": "12"}), json!({"hire_date": "2999-01-01"}), json!({"hire_date": "31/12/2020"}), json!({"is_active": null}),
            json!({"branch_roles": [{"branch_id": branch, "role": "OWNER"}]}), json!({"branch_roles": [{"branch_id": branch}]}),
            json!({"branch_roles": [{"branch_id": branch, "role": "WAITER"}, {"branch_id": branch, "role": "WAITER"}]}),
            json!({"branch_roles": null}),
        ];
        for wrong in wrong {
            let field = wrong.as_object().unwrap().keys().next().unwrap().clone();
            let reply = admin.patch(&path, wrong.clone()).await;
            assert_eq!(reply.status, 422, "{wrong}: {}", reply.text());
            assert!(reply.json()["detail"].as_str().unwrap().starts_with(&field), "{wrong}: {}", reply.text());
            if !wrong[&field].is_null() || field == "email" {
                let mut new = form("nueva@demo.com", branch, "WAITER");
                new[&field] = wrong[&field].clone();
                admin.post(STAFF, new).await.expect(422);
            }
        }
        admin.post(STAFF, json!({"password": "tempPassword123"})).await.expect(422);
        admin.post(STAFF, form("nueva@demo.com", 999_999, "WAITER")).await.expect(404);
        admin.patch(&path, json!({"branch_roles": [{"branch_id": 999_999, "role": "WAITER"}]})).await.expect(404);
        assert_eq!(admin.patch(&path, json!({"email": "Manager@demo.com"})).await.expect(409)["code"], "email_taken");
        assert_eq!(app.sql_i64("select count(*) from audit_log").await, before);
        assert_eq!(app.sql_i64("select count(*) from app_user where email = 'nueva@demo.com'").await, 0);
    }

    async fn a_manager_minds_the_own_branches_and_no_administrator(app: App) {
        let (manager, north) = (manager(&app).await, north(&app).await);
        let branch = manager.branch_ids[0];
        let made = manager.post(STAFF, form("nuevo@demo.com", branch, "MANAGER")).await.expect(201);
        manager.post(STAFF, form("jefe@demo.com", branch, "ADMIN")).await.expect(403);
        manager.post(STAFF, form("otro@demo.com", north, "WAITER")).await.expect(403);
        manager.post(STAFF, json!({"email": "nadie@demo.com", "password": "tempPassword123"})).await.expect(422);
        manager.delete(&format!("{STAFF}/{}", made["id"])).await.expect(403);
        manager.patch(&format!("{STAFF}/{}", made["id"]), json!({"branch_roles": [{"branch_id": branch, "role": "KITCHEN"}]})).await.expect(200);

        let boss = format!("{STAFF}/{}", id(&app, "admin@demo.com").await);
        manager.get(&boss).await.expect(200);
        for patch in [json!({"password": "stolenPassword"}), json!({"email": "mine@demo.com"}), json!({"is_active": false}), json!({"branch_roles": []}), json!({})] {
            manager.patch(&boss, patch).await.expect(403);
        }
        // Who also works elsewhere: the roles here, and nothing else; the others' are not even shown.
        grant(&app, "ana@demo.com", north, "WAITER").await;
        let ana = format!("{STAFF}/{}", id(&app, "ana@demo.com").await);
        let seen = manager.get(&ana).await.expect(200);
        assert_eq!(seen["branch_roles"], json!([{"branch_id": branch, "role": "WAITER"}]));
        for patch in [json!({"password": "stolenPassword"}), json!({"email": "mine@demo.com"}), json!({"is_active": false}), json!({"phone": "123456"})] {
            manager.patch(&ana, patch).await.expect(403);
        }
        manager.patch(&ana, json!({"branch_roles": [{"branch_id": north, "role": "WAITER"}]})).await.expect(403);
        let mut edit = seen.clone();
        edit["branch_roles"] = json!([{"branch_id": branch, "role": "KITCHEN"}]);
        let after = manager.lenient().patch(&ana, edit).await.expect(200);
        assert_eq!(after["branch_roles"], json!([{"branch_id": branch, "role": "KITCHEN"}]));
        let all = admin(&app).await.get(&ana).await.expect(200);
        assert_eq!(all["branch_roles"], json!([{"branch_id": north, "role": "WAITER"}, {"branch_id": branch, "role": "KITCHEN"}]));
        // Let go here, she still works there.
        manager.patch(&ana, json!({"branch_roles": []})).await.expect(200);
        manager.get(&ana).await.expect(403);
        manager.get(&format!("{ana}/cascade-preview")).await.expect(403);
        assert_eq!(app.login("ana@demo.com", "ana123").await.branch_ids, [north]);
        // An administrator elsewhere is one here too.
        grant(&app, "waiter@demo.com", north, "ADMIN").await;
        manager.patch(&format!("{STAFF}/{}", id(&app, "waiter@demo.com").await), json!({"branch_roles": []})).await.expect(403);
    }

    async fn a_changed_password_role_or_flag_ends_tokens_and_sockets_at_once(app: App) {
        let admin = admin(&app).await;
        let branch = admin.branch_ids[0];
        let path = format!("{STAFF}/{}", id(&app, "ana@demo.com").await);
        let changes = [
            (json!({"password": "otherPassword"}), "otherPassword"),
            (json!({"branch_roles": [{"branch_id": branch, "role": "KITCHEN"}]}), "otherPassword"),
            (json!({"is_active": false}), ""),
        ];
        let mut password = "ana123";
        for (patch, next) in changes {
            let ana = app.login("ana@demo.com", password).await;
            let screen = ana.socket(&app, "/ws/waiter").await;
            screen.ping().await;
            admin.patch(&path, patch.clone()).await.expect(200);
            assert_eq!(screen.wait_closed(Duration::from_secs(5)).await, ENDED, "{patch}");
            ana.get("/api/auth/me").await.expect(401);
            ana.get("/api/admin/branches").await.expect(401);
            let renewed = ana.post("/api/auth/refresh", json!({"refresh_token": ana.refresh_token})).await;
            renewed.expect(401);
            password = next;
        }
        assert!(!can_login(&app, "ana@demo.com", "otherPassword").await);
        admin.patch(&path, json!({"is_active": true})).await.expect(200);
        assert!(can_login(&app, "ana@demo.com", "otherPassword").await);
        // What changes no right ends no token.
        let ana = app.login("ana@demo.com", "otherPassword").await;
        let screen = ana.socket(&app, "/ws/kitchen").await;
        admin.patch(&path, json!({"first_name": "Anita", "branch_roles": [{"branch_id": branch, "role": "KITCHEN"}]})).await.expect(200);
        ana.get("/api/auth/me").await.expect(200);
        screen.ping().await;
        admin.delete(&path).await.expect(204);
        assert_eq!(screen.wait_closed(Duration::from_secs(5)).await, ENDED);
        ana.get("/api/auth/me").await.expect(401);
    }

    async fn a_role_that_is_taken_in_one_branch_is_heard_no_more(app: App) {
        let north = north(&app).await;
        grant(&app, "ana@demo.com", north, "WAITER").await;
        let (admin, ana) = (admin(&app).await, app.login("ana@demo.com", "ana123").await);
        let branch = admin.branch_ids[0];
        let screen = ana.socket(&app, "/ws/waiter").await;
        screen.ping().await;
        let path = format!("{STAFF}/{}", ana.user_id);
        admin.patch(&path, json!({"branch_roles": [{"branch_id": north, "role": "WAITER"}]})).await.expect(200);
        assert_eq!(screen.wait_closed(Duration::from_secs(5)).await, ENDED);
        let ana = app.login("ana@demo.com", "ana123").await;
        let screen = ana.socket(&app, "/ws/waiter").await;
        screen.ping().await;
        app.scan("INT-01").await;
        ana.get(&format!("/api/waiter/tables?branch_id={branch}")).await.expect(403);
        assert!(!screen.quiet(Duration::from_millis(1500)).await.iter().any(|event| event["branch_id"] == branch));
    }

    async fn somebody_is_always_left_to_run_the_business(app: App) {
        let admin = admin(&app).await;
        let (branch, own) = (admin.branch_ids[0], format!("{STAFF}/{}", admin.user_id));
        assert_eq!(admin.delete(&own).await.expect(400)["code"], "own_account");
        assert_eq!(admin.patch(&own, json!({"is_active": false})).await.expect(400)["code"], "own_account");
        let demotion = json!({"branch_roles": [{"branch_id": branch, "role": "MANAGER"}]});
        assert_eq!(admin.patch(&own, demotion.clone()).await.expect(409)["code"], "last_admin");
        assert_eq!(admin.patch(&own, json!({"branch_roles": []})).await.expect(409)["code"], "last_admin");
        admin.get("/api/auth/me").await.expect(200);

        // Two administrators demote, or delete, each other at the same moment: one is left.
        for round in 0..4 {
            let other = format!("otra{round}@demo.com");
            let first = self::admin(&app).await;
            let made = first.post(STAFF, form(&other, branch, "ADMIN")).await.expect(201);
            let (first, second) = (first, app.login(&other, "tempPassword123").await);
            let (first_path, second_path) = (own.clone(), format!("{STAFF}/{}", made["id"]));
            let demotes = (round % 2 == 0).then(|| demotion.clone());
            let statuses = duel(strike((*first).clone(), second_path, demotes.clone()), strike((*second).clone(), first_path, demotes)).await;
            assert!(matches!(statuses, (200 | 204, 401 | 404 | 409) | (401 | 404 | 409, 200 | 204)), "{statuses:?}");
            let left = "select count(distinct u.id) from app_user u join user_branch_role r on r.user_id = u.id and r.role = 'ADMIN' where u.is_active";
            assert_eq!(app.sql_i64(left).await, 1);
            // Whoever is left, the demo's administrator is to be one for the next round.
            app.sql_exec(&format!("update app_user set is_active = false, deactivated = true where email = '{other}';
                update app_user set is_active = true, deletion_id = null where id = {0};
                update deletion set restored_at = deleted_at where entity_id = {0} and restored_at is null;
                delete from user_branch_role where user_id = {0};
                insert into user_branch_role (tenant_id, user_id, branch_id, role) select tenant_id, id, {branch}, 'ADMIN' from app_user where id = {0}", admin.user_id)).await;
        }
    }

    async fn the_same_request_twice_takes_on_one(app: App) {
        let admin = admin(&app).await;
        let body = form("una@demo.com", admin.branch_ids[0], "WAITER");
        let keyed = admin.clone().keyed("hire-1");
        let first = keyed.post(STAFF, body.clone()).await;
        let second = keyed.post(STAFF, body.clone()).await;
        assert_eq!((first.expect(201), &first.bytes), (second.expect(201), &second.bytes));
        assert_eq!(keyed.post(STAFF, form("dos@demo.com", admin.branch_ids[0], "WAITER")).await.expect(409)["code"], "idempotency_key_reused");
        let (one, other) = (admin.clone(), admin.clone());
        let body = form("tres@demo.com", admin.branch_ids[0], "WAITER");
        let again = body.clone();
        let (one, other) = duel(async move { one.post(STAFF, body).await.status }, async move { other.post(STAFF, again).await.status }).await;
        assert!(matches!((one, other), (201, 409) | (409, 201)), "{one} {other}");
    }
}

/// Demotes somebody, or deletes them.
async fn strike(who: Caller, path: String, demotion: Option<Value>) -> u16 {
    match demotion {
        Some(patch) => who.patch(&path, patch).await.status,
        None => who.delete(&path).await.status,
    }
}
