//! Who sits down at a table: the rule of the branch, for phones and for staff.

use super::{by_code, by_number, by_secret, hire, manager, secret, waiter};
use crate::look::{audited, centro, events, live_sessions, table};
use crate::scene::{list, number, text};
use harness::{both_modes, json};

both_modes! {
    /// Branches are open, as the shipped clients know them, until the office says otherwise; what there is no rule for
    /// is 422.
    async fn a_branch_says_how_it_is_joined(app: App) {
        let (manager, admin) = (manager(&app).await, app.login("admin@demo.com", "admin123").await);
        let path = format!("/api/admin/branches/{}", centro(&app).await);
        assert_eq!(manager.get(&path).await.expect(200)["join"], "open");
        assert_eq!(admin.post("/api/admin/branches", json!({"name": "Nueva"})).await.expect(201)["join"], "open");
        let closed = admin.post("/api/admin/branches", json!({"name": "Cerrada", "join": "qr_secret"})).await.expect(201);
        assert_eq!(closed["join"], "qr_secret");
        for wrong in [json!("closed"), json!("OPEN"), json!(null), json!(1)] {
            manager.patch(&path, json!({"join": wrong})).await.expect(422);
        }
        waiter(&app).await.patch(&path, json!({"join": "qr_secret"})).await.expect(403);
        by_secret(&app, &manager).await;
        assert_eq!(list(&admin.get("/api/admin/branches").await.expect(200)).iter().filter(|one| one["join"] == "qr_secret").count(), 2);
        assert_eq!(audited(&app, "branch", centro(&app).await).await, 1);
        assert_eq!(events(&app, "ENTITY_UPDATED", "entity like '%\"branch\"%'").await, 1);
        assert_eq!(manager.patch(&path, json!({"join": "open"})).await.expect(200)["join"], "open");
    }

    /// Neither number nor code nor a guess opens a table, nothing happens when they are tried, and what the QR code
    /// says does.
    async fn only_the_qr_code_lets_a_phone_in(app: App) {
        let (manager, nobody) = (manager(&app).await, app.anonymous());
        let id = table(&app, "INT-01").await;
        let secret = secret(&app, &manager, "INT-01").await;
        by_secret(&app, &manager).await;
        let logged = app.sql_i64("select count(*) from event").await;
        let forged = [nobody.with_header("Authorization", "Bearer x.y.z"), nobody.with_header("X-Table-Token", "x.y.z"), (*nobody).clone()];
        for caller in &forged {
            for refused in [by_number(caller, id).await, by_code(caller, "INT-01").await, caller.post_empty("/api/tables/code/INT-01/session").await] {
                let refused = refused.expect(403);
                assert_eq!((&refused["code"], refused["detail"].is_string()), (&json!("scan_the_qr_code"), true), "{refused}");
            }
        }
        for wrong in ["ABCDEFGH23", "int-01", "NOPE", "2345678923", &secret[..9], &format!("{secret}X")] {
            by_code(&nobody, wrong).await.expect(404);
        }
        nobody.post_empty(&format!("/api/tables/code/{secret}/session?branch_slug=norte")).await.expect(404);
        assert_eq!((live_sessions(&app, id).await, app.sql_i64("select count(*) from event").await), (0, logged));

        // A free table opens, the others join, the case of the letters does not matter, and so little does the slug.
        let first = by_code(&nobody, &secret).await.expect(200);
        assert_eq!((&first["table_code"], &first["status"], &first["table_id"]), (&json!("INT-01"), &json!("OPEN"), &json!(id)));
        let second = by_code(&nobody, &secret.to_lowercase()).await.expect(200);
        let third = nobody.post_empty(&format!("/api/tables/code/{secret}/session")).await.expect(200);
        assert_eq!((&second["session_id"], &third["session_id"]), (&first["session_id"], &first["session_id"]));
        assert_ne!(first["table_token"], second["table_token"]);
        // Nobody who sits at one table reaches another by its number.
        let seated = nobody.with_header("X-Table-Token", text(&first["table_token"]));
        by_number(&seated, table(&app, "INT-02").await).await.expect(403);
        app.anonymous().get("/api/public/menu/centro").await.expect(200);
    }

    /// Staff of the branch open any table by number and code; the kitchen, another branch's and another business's do
    /// not.
    async fn staff_join_by_number_and_code(app: App) {
        let manager = manager(&app).await;
        by_secret(&app, &manager).await;
        crate::scene::strangers(&app).await;
        let id = table(&app, "INT-03").await;
        for staff in [waiter(&app).await, manager, app.login("admin@demo.com", "admin123").await] {
            by_number(&staff, id).await.expect(200);
            by_code(&staff, "INT-03").await.expect(200);
            staff.post_empty("/api/tables/code/INT-03/session").await.expect(200);
        }
        let cook = app.login("kitchen@demo.com", "kitchen123").await;
        by_number(&cook, id).await.expect(403);
        by_code(&cook, "INT-03").await.expect(403);
        // The same waiter once dismissed is nobody.
        let gone = waiter(&app).await;
        app.sql_exec(&format!("update app_user set is_active = false where id = {}", gone.user_id)).await;
        by_number(&gone, id).await.expect(403);
        // Somebody of another business, and somebody of another branch.
        for (email, branch) in [("otra-casa@x.com", "(select max(id) from branch where tenant_id <> 1)"), ("otra-sucursal@x.com", "(select max(id) from branch where tenant_id = 1)")] {
            hire(&app, email, branch).await;
            let stranger = app.login(email, "admin123").await;
            by_number(&stranger, id).await.expect(403);
            by_code(&stranger, "INT-03").await.expect(403);
        }
    }

    /// Where anybody may join everything is as it was, and a QR code that was printed ahead works already, and still.
    async fn an_open_branch_is_joined_as_ever(app: App) {
        let (manager, nobody) = (manager(&app).await, app.anonymous());
        let id = table(&app, "INT-02").await;
        let link = manager.get(&format!("/api/admin/tables/{id}/qr-url")).await.expect(200);
        assert_eq!(link, json!({"url": "http://localhost:5176/join/centro/INT-02", "table_code": "INT-02", "branch_slug": "centro"}));
        assert_eq!(app.sql_i64("select count(*) from dining_table where join_code is not null").await, 0);
        let secret = secret(&app, &manager, "INT-02").await;
        let sessions = [by_number(&nobody, id).await, by_code(&nobody, "INT-02").await, by_code(&nobody, &secret).await];
        let sessions: Vec<i64> = sessions.iter().map(|joined| number(&joined.expect(200)["session_id"])).collect();
        assert!(sessions.iter().all(|session| *session == sessions[0]), "{sessions:?}");
        by_code(&nobody, "int-02").await.expect(404);
    }
}
