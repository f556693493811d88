//! What a phone reads of its visit, and what it is remembered by.

use harness::{Caller, DinerPhone, Value, both_modes, json, race};

const DEVICE: &str = "7f0c6a1e-device";

async fn send(phone: &DinerPhone, items: Value) -> i64 {
    let sent = phone.post("/api/diner/rounds/submit", json!({"items": items})).await.expect(200);
    sent["round_id"].as_i64().expect("a number")
}

async fn total(phone: &DinerPhone) -> Value {
    phone.get(&format!("/api/diner/session/{}/total", phone.session_id)).await.expect(200)["total_cents"].clone()
}

async fn join_with_device(phone: &Caller, device: &str) -> Value {
    let body =
        json!({"name": "Ana", "color": "#112233", "local_id": format!("visit-of-{device}"), "device_id": device});
    phone.post("/api/diner/register", body).await.expect(200)
}

both_modes! {
    /// The order history and the bill page: canceled rounds are shown, struck items are marked, neither is charged.
    async fn a_visit_is_read_back(app: App) {
        let menu = app.menu().await;
        let phone = app.scan("INT-01").await;
        let (beef, lemonade) = (menu.id("Bife de chorizo"), menu.id("Limonada"));
        let first = send(&phone, json!([{"product_id": beef, "qty": 2, "notes": "[Diner 1]"}, {"product_id": lemonade, "qty": 1}])).await;
        let second = send(&phone, json!([{"product_id": lemonade, "qty": 3}])).await;
        assert_eq!(total(&phone).await, 2 * 15_000 + 4 * 1_800);

        app.sql_exec(&format!(
            "update round_item set voided_at = '2026-01-10 20:00:00+00:00', void_reason = 'fell' where round_id = {first} and line = 2;
             update round set status = 'CANCELED' where id = {second};"
        ))
        .await;
        assert_eq!(total(&phone).await, 2 * 15_000);
        let rounds = phone.get(&format!("/api/diner/session/{}/rounds", phone.session_id)).await.expect(200);
        let of = |at: usize, field: &str| rounds[at][field].clone();
        assert_eq!((of(0, "id"), of(0, "round_number"), of(0, "status")), (json!(first), json!(1), json!("SUBMITTED")));
        assert_eq!((of(1, "id"), of(1, "round_number"), of(1, "status")), (json!(second), json!(2), json!("CANCELED")));
        let item = &rounds[0]["items"][0];
        assert_eq!(
            item,
            &json!({"id": item["id"], "product_id": beef, "product_name": "Bife de chorizo", "qty": 2,
                "unit_price_cents": 15_000, "customizations": [], "notes": "[Diner 1]", "is_voided": false})
        );
        assert_eq!((&rounds[0]["items"][1]["is_voided"], rounds.as_array().expect("a list").len()), (&json!(true), 2));

        let whole = phone.get(&format!("/api/diner/session/{}/total", phone.session_id)).await.expect(200);
        let expected = json!({"session_id": phone.session_id, "total_cents": 30_000, "paid_cents": 0,
            "check_id": null, "check_status": null});
        assert_eq!(whole, expected);
        phone.get("/api/diner/check").await.expect(404);
    }

    /// One table's token opens no other table's visit.
    async fn a_visit_is_its_partys_own(app: App) {
        let (here, there) = (app.scan("INT-01").await, app.scan("INT-02").await);
        for what in ["rounds", "diners", "total"] {
            there.get(&format!("/api/diner/session/{}/{what}", here.session_id)).await.expect(403);
            there.get(&format!("/api/diner/session/999999/{what}")).await.expect(403);
            there.get(&format!("/api/diner/session/x/{what}")).await.expect(422);
            app.anonymous().get(&format!("/api/diner/session/{}/{what}", here.session_id)).await.expect(401);
        }
    }

    /// Who sits here is no secret; by which device a neighbour is known in the house is.
    async fn a_device_id_is_its_owners_secret(app: App) {
        let phone = app.scan("INT-01").await;
        let ana = join_with_device(&phone, DEVICE).await;
        assert_eq!(ana["device_id"], DEVICE);
        let diners = phone.get(&format!("/api/diner/session/{}/diners", phone.session_id)).await.expect(200);
        let names: Vec<_> = diners.as_array().expect("a list").iter().map(|diner| &diner["name"]).collect();
        assert_eq!(names, ["Diner 1", "Ana"]);
        assert_eq!((&diners[1]["id"], &diners[1]["color"]), (&ana["id"], &json!("#112233")));
        assert_eq!((&diners[1]["device_id"], &diners[1]["local_id"]), (&Value::Null, &Value::Null));
        let kept = phone.patch("/api/diner/preferences", json!({"implicit_preferences": {}})).await.expect(200);
        assert_eq!((&kept["diner_id"], &kept["device_id"]), (&ana["id"], &Value::Null));
    }

    /// A guest who comes back finds the filters as they left them.
    async fn taste_is_remembered_by_device(app: App) {
        let phone = app.scan("INT-01").await;
        join_with_device(&phone, DEVICE).await;
        let path = format!("/api/diner/device/{DEVICE}/preferences");
        let blank = json!({"device_id": DEVICE, "has_preferences": false, "implicit_preferences": null,
            "last_updated": null, "visit_count": 1});
        assert_eq!(phone.get(&path).await.expect(200), blank);

        let taste = json!({"excluded_allergen_ids": [1, 2], "dietary_preferences": ["vegan", "celiac_safe"],
            "excluded_cooking_methods": ["frito"], "cross_reactions_enabled": true, "strictness": "very_strict"});
        let kept = phone.patch("/api/diner/preferences", json!({"implicit_preferences": taste})).await.expect(200);
        assert_eq!(kept["implicit_preferences"], taste);

        let next = app.scan("INT-02").await;
        join_with_device(&next, DEVICE).await;
        let known = next.get(&path).await.expect(200);
        assert_eq!((&known["has_preferences"], &known["visit_count"]), (&json!(true), &json!(2)));
        assert_eq!((&known["implicit_preferences"], &known["last_updated"]), (&taste, &kept["updated_at"]));
        let unknown = next.get("/api/diner/device/nobody/preferences").await.expect(200);
        assert_eq!((&unknown["visit_count"], &unknown["has_preferences"]), (&json!(0), &json!(false)));

        for wrong in [
            json!({}), json!({"implicit_preferences": {"strictness": "lax"}}),
            json!({"implicit_preferences": {"dietary_preferences": ["meat"]}}),
            json!({"implicit_preferences": {"excluded_allergen_ids": vec![1; 101]}}),
        ] {
            phone.patch("/api/diner/preferences", wrong).await.expect(422);
        }
        let stranger = json!({"implicit_preferences": taste, "diner_id": 999_999});
        phone.patch("/api/diner/preferences", stranger).await.expect(404);
    }

    /// Visits are told to the business they were made to, and to no other.
    async fn visits_are_remembered_by_device(app: App) {
        let menu = app.menu().await;
        let phone = app.scan("INT-01").await;
        let ana = join_with_device(&phone, DEVICE).await;
        let mine = json!([{"product_id": menu.id("Provoleta"), "qty": 2, "diner_id": ana["id"]}, {"product_id": menu.id("Limonada"), "qty": 1}]);
        send(&phone, mine).await;
        app.sql_exec(&format!(
            "insert into tenant (id, name, slug, created_at) values (902, 'Otro', 'otro', '2026-01-10 20:00:00+00:00');
             insert into branch (id, tenant_id, name, slug, timezone, created_at) values (902, 902, 'Otro', 'otro', 'UTC', '2026-01-10 20:00:00+00:00');
             insert into dining_table (id, tenant_id, branch_id, code, capacity, status, created_at)
                values (902, 902, 902, 'X-1', 4, 'ACTIVE', '2026-01-10 20:00:00+00:00');
             insert into table_session (id, tenant_id, branch_id, table_id, status, opened_by, opened_at)
                values (90200, 902, 902, 902, 'OPEN', 'DINER', '2026-01-10 20:00:00+00:00');
             insert into diner (tenant_id, branch_id, session_id, name, color, device_id, joined_at)
                values (902, 902, 90200, 'Ana', '#112233', '{DEVICE}', '2026-01-10 20:00:00+00:00');"
        ))
        .await;

        let history = phone.get(&format!("/api/diner/device/{DEVICE}/history")).await.expect(200);
        assert_eq!((&history["total_visits"], &history["total_spent_cents"]), (&json!(1), &json!(9_000)));
        let visit = &history["visits"][0];
        assert_eq!((&visit["session_id"], &visit["diner_id"]), (&json!(phone.session_id), &ana["id"]));
        assert_eq!((&visit["items_ordered"], &visit["branch_name"]), (&json!(2), &json!("Sucursal Centro")));
        assert_eq!((&history["first_visit"], &history["last_visit"]), (&visit["visited_at"], &visit["visited_at"]));
        let none = phone.get("/api/diner/device/nobody/history").await.expect(200);
        let expected = json!({"device_id": "nobody", "total_visits": 0, "total_spent_cents": 0, "first_visit": null,
            "last_visit": null, "visits": []});
        assert_eq!(none, expected);
    }

    /// A party rates its visit once, and may do so on its way out.
    async fn a_visit_is_rated_once(app: App) {
        let phone = app.scan("INT-01").await;
        for wrong in [json!({}), json!({"rating": 0}), json!({"rating": 6}), json!({"rating": 5, "comment": "x".repeat(501)})] {
            phone.post("/api/diner/feedback", wrong).await.expect(422);
        }
        app.sql_exec(&format!("update table_session set status = 'CLOSED' where id = {}", phone.session_id)).await;
        let statuses = race(6, |rating| {
            let phone = phone.clone();
            async move { phone.post("/api/diner/feedback", json!({"rating": rating % 5 + 1})).await.status }
        })
        .await;
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 5, "{statuses:?}");
        assert_eq!(app.sql_i64("select count(*) from feedback").await, 1);

        let other = app.scan("INT-02").await.with_header("X-Idempotency-Key", "k1");
        let body = json!({"rating": 5, "comment": "Muy rico"});
        let first = other.post("/api/diner/feedback", body.clone()).await;
        assert_eq!((&first.expect(200)["rating"], &first.json()["comment"]), (&json!(5), &json!("Muy rico")));
        assert_eq!(other.post("/api/diner/feedback", body).await.bytes, first.bytes);
    }
}
