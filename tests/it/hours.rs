//! Service hours: what is out of hours is on the menu, marked, and cannot be ordered; the clock opens it, nobody's
//! hand.

use crate::scene::{product, text};
use harness::{App, StaffClient, Value, both_modes, json};
use std::time::Duration;

/// What the wall clock of the demo's branch (UTC-3, no summer time) shows some minutes from now: its ISO day and time.
fn on_the_wall(minutes: i64) -> (u32, String) {
    use chrono::{Datelike, FixedOffset, TimeDelta, Utc};
    #[expect(clippy::disallowed_methods, reason = "the program under test goes by the machine's clock")]
    let now = Utc::now().with_timezone(&FixedOffset::west_opt(3 * 3600).unwrap()) + TimeDelta::minutes(minutes);
    (now.weekday().number_from_monday(), now.format("%H:%M").to_string())
}

/// A window between two moments from now.
pub(crate) fn window(from: i64, to: i64) -> Value {
    let ((day, from), (_, to)) = (on_the_wall(from), on_the_wall(to));
    json!([{"days": [day], "from": from, "to": to}])
}

async fn admin(app: &App) -> StaffClient {
    app.login("admin@demo.com", "admin123").await
}

both_modes! {
    async fn out_of_hours_is_shown_but_not_sold(app: App) {
        let admin = admin(&app).await;
        let id = product(&app, "Limonada").await;
        let path = format!("/api/admin/products/{id}");
        let phone = app.scan("INT-01").await;
        let order = json!({"items": [{"product_id": id, "qty": 1}]});
        let available = async || app.menu().await.product("Limonada")["is_available"].clone();

        let later = window(120, 180);
        let said = admin.patch(&path, json!({"service_hours": later})).await.expect(200);
        assert_eq!(said["service_hours"], later);
        let shown = app.menu().await.product("Limonada").clone();
        assert_eq!(shown["is_available"], false);
        assert!(text(&shown["available_from"]).ends_with(":00Z"), "{shown}");
        let refused = phone.post("/api/diner/rounds/submit", order.clone()).await.expect(400);
        assert_eq!(refused["code"], "product_not_served_now");
        assert!(text(&refused["detail"]).contains("only from"), "{refused}");
        assert_eq!(phone.post("/api/diner/cart/add", json!({"product_id": id})).await.expect(400)["code"], "product_not_served_now");
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let taken = waiter.post(&format!("/api/waiter/sessions/{}/rounds", phone.session_id), order.clone()).await.expect(400);
        assert_eq!(taken["code"], "product_not_served_now");

        // Two hours on both sides, over midnight where it must be.
        admin.patch(&path, json!({"service_hours": window(-120, 120)})).await.expect(200);
        assert_eq!(available().await, true);
        phone.post("/api/diner/rounds/submit", order.clone()).await.expect(200);
        // A category's hours hold for all that is in it.
        let drinks = app.sql_i64("select id from category where name = 'Bebidas'").await;
        let category = format!("/api/admin/categories/{drinks}");
        let said = admin.patch(&category, json!({"service_hours": window(120, 180)})).await.expect(200);
        assert_eq!(said["service_hours"], window(120, 180));
        assert_eq!(available().await, false);
        assert_eq!(app.menu().await.product("Sprite 500ml")["is_available"], false);
        assert_eq!(app.menu().await.product("Provoleta")["is_available"], true);
        phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": id, "qty": 2}]})).await.expect(400);
        admin.patch(&category, json!({"service_hours": null})).await.expect(200);
        assert_eq!(available().await, true);
        admin.patch(&path, json!({"service_hours": []})).await.expect(200);
        assert_eq!(admin.get(&path).await.expect(200)["service_hours"], Value::Null);
        admin.patch(&category, json!({"service_hours": [{"days": [1], "from": "9:00", "to": "12:00"}]})).await.expect(422);
    }

    /// The branch's own clock decides: the same hours in another zone are others.
    async fn another_zone_is_another_hour(app: App) {
        let admin = admin(&app).await;
        let id = product(&app, "Limonada").await;
        admin.patch(&format!("/api/admin/products/{id}"), json!({"service_hours": window(-60, 60)})).await.expect(200);
        assert_eq!(app.menu().await.product("Limonada")["is_available"], true);
        // Nobody raises the menu's version here: the kept menu is another clock's.
        app.sql_exec("update branch set timezone = 'Asia/Tokyo'").await;
        assert_eq!(app.menu().await.product("Limonada")["is_available"], false);
    }

    /// The kept menu ends with the hour, without a write.
    async fn the_menu_turns_with_the_hour(app: App) {
        let admin = admin(&app).await;
        let id = product(&app, "Limonada").await;
        admin.patch(&format!("/api/admin/products/{id}"), json!({"service_hours": window(1, 61)})).await.expect(200);
        let first = app.anonymous().get("/api/public/menu/centro").await;
        let version = app.sql_i64("select menu_version from branch").await;
        assert_eq!(app.menu().await.product("Limonada")["is_available"], false);
        for _ in 0..130 {
            if app.menu().await.product("Limonada")["is_available"] == true {
                break;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let shown = app.menu().await.product("Limonada").clone();
        assert_eq!((&shown["is_available"], &shown["available_from"]), (&json!(true), &Value::Null));
        assert_eq!(app.sql_i64("select menu_version from branch").await, version);
        let now = app.anonymous().with_header("If-None-Match", first.header("etag").unwrap()).get("/api/public/menu/centro").await;
        now.expect(200);
    }
}
