//! The kitchen: what its display and its stations see, and how rounds and tickets move each other.

use crate::scene::{Staff, assert_stands, events, item, list, number, product, send, strangers, text, tickets, void};
use harness::{App, Reply, StaffClient, Value, both_modes, duel, json};
use std::collections::BTreeSet;

/// The round's ticket of a station.
async fn ticket(app: &App, round: i64, station: &str) -> i64 {
    app.sql_i64(&format!("SELECT id FROM kitchen_ticket WHERE round_id = {round} AND station = '{station}'")).await
}

async fn bump(staff: &StaffClient, ticket: i64, status: &str) -> Reply {
    staff.patch(&format!("/api/kitchen/tickets/{ticket}/status"), json!({ "status": status })).await
}

fn ids(rounds: &Value) -> Vec<i64> {
    list(rounds).iter().map(|round| number(&round["id"])).collect()
}

both_modes! {
    /// The display shows what waits, cooks and is ready, the longest waiting first, struck items marked.
    async fn the_display_shows_what_is_in_the_kitchen(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let mut rounds = Vec::new();
        for product in 101..106 {
            rounds.push(send(&phone, &[product, product + 10]).await);
        }
        staff.walk(rounds[1], &["IN_KITCHEN"]).await;
        staff.walk(rounds[2], &["IN_KITCHEN", "READY"]).await;
        staff.walk(rounds[3], &["IN_KITCHEN", "READY", "SERVED"]).await;
        staff.walk(rounds[4], &["CANCELED"]).await;
        void(&staff.cook, item(&app, rounds[1], 2).await).await.expect(200);
        strangers(&app).await;

        for who in [&staff.cook, &staff.manager] {
            let shown = who.get("/api/kitchen/rounds").await.expect(200);
            assert_eq!(ids(&shown), rounds[..3]);
            assert_eq!((&shown[1]["status"], &shown[1]["table_code"]), (&json!("IN_KITCHEN"), &json!("INT-01")));
            assert_eq!((&shown[1]["items"][0]["is_voided"], &shown[1]["items"][1]["is_voided"]), (&json!(false), &json!(true)));
        }
        staff.waiter.get("/api/kitchen/rounds").await.expect(403);
        let one = staff.waiter.get(&format!("/api/kitchen/rounds/{}", rounds[3])).await.expect(200);
        assert_eq!((&one["status"], list(&one["items"]).len()), (&json!("SERVED"), 2));
    }

    /// One branch or all of one's own; an administrator has all of the business, and no other business.
    async fn the_display_keeps_to_ones_branches(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let admin = app.login("admin@demo.com", "admin123").await;
        let mine = send(&phone, &[101]).await;
        let [foreign, north] = strangers(&app).await;
        assert_eq!(ids(&staff.cook.get("/api/kitchen/rounds").await.expect(200)), [mine]);
        assert_eq!(ids(&admin.get("/api/kitchen/rounds").await.expect(200)), [north.round, mine]);
        let of = |branch: i64| format!("/api/kitchen/rounds?branch_id={branch}");
        assert_eq!(ids(&admin.get(&of(north.branch)).await.expect(200)), [north.round]);
        let home = staff.cook.branch_ids[0];
        assert_eq!(ids(&admin.get(&of(home)).await.expect(200)), [mine]);
        assert_eq!(ids(&staff.cook.get(&of(home)).await.expect(200)), [mine]);
        staff.cook.get(&of(north.branch)).await.expect(403);
        admin.get(&of(foreign.branch)).await.expect(404);
        admin.get("/api/kitchen/rounds?branch_id=x").await.expect(422);
        let shown = staff.cook.get("/api/kitchen/tickets").await.expect(200);
        assert_eq!(list(&shown["stations"]).iter().map(|s| list(&s["tickets"]).len()).sum::<usize>(), 1);
    }

    /// A round is split among the stations; each sees its own share, by name, with all that the screen needs.
    async fn each_station_has_its_ticket(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let (cola, bife, asado) = (product(&app, "Coca-Cola 500ml").await, product(&app, "Bife de chorizo").await, product(&app, "Asado de tira").await);
        let round = send(&phone, &[bife, cola, asado]).await;
        assert_eq!(tickets(&app, round).await, 2);
        let shown = staff.cook.get("/api/kitchen/tickets").await.expect(200);
        let stations: Vec<_> = list(&shown["stations"]).iter().map(|s| text(&s["station"])).collect();
        assert_eq!(stations, ["BAR", "GRILL"]);
        let grill = staff.cook.get("/api/kitchen/tickets?station=GRILL").await.expect(200);
        assert_eq!(list(&grill["stations"]).len(), 1);
        let card = &grill["stations"][0]["tickets"][0];
        assert_eq!((&card["round_id"], &card["round_number"], &card["station"]), (&json!(round), &json!(1), &json!("GRILL")));
        assert_eq!((&card["status"], &card["priority"], &card["notes"]), (&json!("PENDING"), &json!(0), &json!(null)));
        assert_eq!((&card["table_code"], &card["started_at"], &card["delivered_at"]), (&json!("INT-01"), &json!(null), &json!(null)));
        let lines: Vec<_> = list(&card["items"]).iter().map(|line| number(&line["product_id"])).collect();
        assert_eq!(lines, [bife, asado]);
        assert_eq!((&card["items"][0]["status"], &card["items"][0]["round_item_id"]), (&json!("PENDING"), &json!(item(&app, round, 1).await)));
        assert_eq!(staff.cook.get("/api/kitchen/tickets?station=ATTIC").await.expect(200)["stations"], json!([]));
        staff.cook.get("/api/kitchen/tickets?station=no+code").await.expect(422);
        staff.waiter.get("/api/kitchen/tickets").await.expect(403);
        let one = staff.waiter.get(&format!("/api/kitchen/tickets/{}", card["id"])).await.expect(200);
        assert_eq!(&one, card);
    }

    /// The stations move the round: cooking with the first that begins, ready with the last that is done. Serving is
    /// the waiter's.
    async fn the_round_follows_its_tickets(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let (cola, bife) = (product(&app, "Coca-Cola 500ml").await, product(&app, "Bife de chorizo").await);
        let round = send(&phone, &[bife, cola]).await;
        let (bar, grill) = (ticket(&app, round, "BAR").await, ticket(&app, round, "GRILL").await);
        bump(&staff.cook, bar, "READY").await.expect(400);
        bump(&staff.cook, bar, "PENDING").await.expect(400);
        bump(&staff.cook, bar, "BURNT").await.expect(422);
        bump(&staff.cook, 999_999, "READY").await.expect(404);

        let begun = bump(&staff.cook, bar, "IN_PROGRESS").await.expect(200);
        assert_eq!((&begun["status"], &begun["items"][0]["status"]), (&json!("IN_PROGRESS"), &json!("IN_PROGRESS")));
        assert!(begun["started_at"].is_string() && begun["completed_at"].is_null());
        assert_stands(&app, round, "IN_KITCHEN").await;
        bump(&staff.waiter, bar, "READY").await.expect(200);
        bump(&staff.waiter, bar, "DELIVERED").await.expect(200);
        bump(&staff.waiter, bar, "DELIVERED").await.expect(400);
        bump(&staff.manager, grill, "IN_PROGRESS").await.expect(200);
        assert_stands(&app, round, "IN_KITCHEN").await;
        bump(&staff.cook, grill, "READY").await.expect(200);
        assert_stands(&app, round, "READY").await;
        bump(&staff.waiter, grill, "DELIVERED").await.expect(200);
        assert_stands(&app, round, "READY").await;
        for (kind, times) in [("TICKET_IN_PROGRESS", 2), ("TICKET_READY", 2), ("TICKET_DELIVERED", 2), ("ROUND_IN_KITCHEN", 1), ("ROUND_READY", 1)] {
            assert_eq!(events(&app, kind, round).await, times, "{kind}");
        }
        let same = "SELECT COUNT(*) FROM event t JOIN event r ON r.ts = t.ts AND r.seq = t.seq + 1 WHERE t.type = 'TICKET_READY' AND r.type = 'ROUND_READY'";
        assert_eq!(app.sql_i64(same).await, 1);
        staff.walk(round, &["SERVED"]).await;
        assert_eq!(staff.cook.get("/api/kitchen/tickets").await.expect(200)["stations"], json!([]));
    }

    /// Both stations done at the same moment: the round is ready, once.
    async fn the_last_two_stations_at_once(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let (cola, bife) = (product(&app, "Coca-Cola 500ml").await, product(&app, "Bife de chorizo").await);
        for qty in 1..=10 {
            let order = json!({"items": [{"product_id": cola, "qty": qty}, {"product_id": bife, "qty": qty}]});
            let round = phone.post("/api/diner/rounds/submit", order).await.expect(200)["round_id"].as_i64().expect("a round id");
            staff.walk(round, &["IN_KITCHEN"]).await;
            let (bar, grill) = (ticket(&app, round, "BAR").await, ticket(&app, round, "GRILL").await);
            let (one, other) = (staff.cook.clone(), staff.manager.clone());
            let done = duel(async move { bump(&one, bar, "READY").await.status }, async move { bump(&other, grill, "READY").await.status }).await;
            assert_eq!(done, (200, 200));
            assert_stands(&app, round, "READY").await;
            assert_eq!(events(&app, "ROUND_READY", round).await, 1);
        }
    }

    /// A bump is taken back, tickets and all, and told as the state it returns to.
    async fn a_bump_is_taken_back(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let round = send(&phone, &[101]).await;
        let recall = format!("/api/kitchen/rounds/{round}/recall");
        let at = async |status: &str| {
            let count = format!("SELECT COUNT(*) FROM kitchen_ticket WHERE round_id = {round} AND status = '{status}'");
            app.sql_i64(&count).await
        };
        let refused = staff.cook.post_empty(&recall).await.expect(409);
        assert_eq!(refused["current_status"], json!("SUBMITTED"));
        staff.walk(round, &["IN_KITCHEN", "READY"]).await;
        assert_eq!(at("READY").await, 1);
        assert_eq!(staff.cook.post_empty(&recall).await.expect(200)["status"], json!("IN_KITCHEN"));
        assert_eq!(at("IN_PROGRESS").await, 1);
        assert_eq!(staff.manager.post_empty(&recall).await.expect(200)["status"], json!("SUBMITTED"));
        assert_eq!(at("PENDING").await, 1);
        let unstamped = format!("SELECT COUNT(*) FROM round WHERE id = {round} AND started_at IS NULL AND ready_at IS NULL AND submitted_at IS NOT NULL");
        assert_eq!(app.sql_i64(&unstamped).await, 1);
        assert_eq!((events(&app, "ROUND_IN_KITCHEN", round).await, events(&app, "ROUND_SUBMITTED", round).await), (2, 2));
        staff.walk(round, &["IN_KITCHEN", "READY", "SERVED"]).await;
        staff.cook.post_empty(&recall).await.expect(409);
    }

    /// Struck items are nobody's work: marked on the ticket, and a station left without work loses it, which may finish
    /// the round.
    async fn struck_items_leave_the_stations(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let (cola, bife, asado) = (product(&app, "Coca-Cola 500ml").await, product(&app, "Bife de chorizo").await, product(&app, "Asado de tira").await);
        let round = send(&phone, &[bife, asado, cola]).await;
        let (bar, grill) = (ticket(&app, round, "BAR").await, ticket(&app, round, "GRILL").await);
        void(&staff.cook, item(&app, round, 1).await).await.expect(200);
        let card = staff.cook.get(&format!("/api/kitchen/tickets/{grill}")).await.expect(200);
        assert_eq!((&card["items"][0]["status"], &card["items"][1]["status"]), (&json!("VOIDED"), &json!("PENDING")));
        for status in ["IN_PROGRESS", "READY"] {
            bump(&staff.cook, bar, status).await.expect(200);
        }
        assert_stands(&app, round, "IN_KITCHEN").await;
        let struck = void(&staff.cook, item(&app, round, 2).await).await.expect(200);
        assert_eq!(struck["round_canceled"], json!(false));
        staff.cook.get(&format!("/api/kitchen/tickets/{grill}")).await.expect(404);
        assert_eq!(tickets(&app, round).await, 1);
        assert_stands(&app, round, "READY").await;
        assert_eq!(events(&app, "ROUND_READY", round).await, 1);
    }

    /// Two cooks take one ticket: one begins it.
    async fn two_cooks_begin_one_ticket(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        for product in 101..111 {
            let round = send(&phone, &[product]).await;
            let id = app.sql_i64(&format!("SELECT id FROM kitchen_ticket WHERE round_id = {round}")).await;
            let (one, other) = (staff.cook.clone(), staff.manager.clone());
            let (a, b) = duel(async move { bump(&one, id, "IN_PROGRESS").await.status }, async move { bump(&other, id, "IN_PROGRESS").await.status }).await;
            assert_eq!(BTreeSet::from([a, b]), BTreeSet::from([200, 400]));
            assert_eq!(events(&app, "ROUND_IN_KITCHEN", round).await, 1);
        }
    }

    /// Tickets come with the round; only a round that lost them to something outside gets them by hand.
    async fn tickets_are_not_issued_twice(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let round = send(&phone, &[101]).await;
        let issue = format!("/api/kitchen/rounds/{round}/tickets");
        staff.cook.post_empty(&issue).await.expect(400);
        staff.waiter.post_empty(&issue).await.expect(403);
        staff.walk(round, &["IN_KITCHEN"]).await;
        app.sql_exec("DELETE FROM kitchen_ticket_item; DELETE FROM kitchen_ticket").await;
        let issued = staff.cook.lenient().post(&issue, json!({"priority": 1})).await.expect(200);
        assert_eq!((&issued["round_id"], &issued["tickets_created"], &issued["tickets"][0]["status"]), (&json!(round), &json!(1), &json!("IN_PROGRESS")));
        staff.cook.post_empty(&issue).await.expect(400);
        staff.walk(round, &["CANCELED"]).await;
        staff.cook.post_empty(&issue).await.expect(400);
    }

    /// A guest may ask how long it takes: ten minutes a round until three have finished, then the kitchen's own pace.
    async fn the_wait_is_guessed(app: App) {
        let (staff, phone) = (Staff::of(&app).await, app.scan("INT-01").await);
        let path = format!("/api/kitchen/estimated-wait?branch_id={}", staff.cook.branch_ids[0]);
        let guess = async || app.anonymous().get(&path).await.expect(200);
        assert_eq!(guess().await, json!({"estimated_minutes": 0, "queue_size": 0}));
        let mut rounds = Vec::new();
        for product in 101..106 {
            rounds.push(send(&phone, &[product]).await);
        }
        assert_eq!(guess().await, json!({"estimated_minutes": 50, "queue_size": 5}));
        for round in &rounds[..3] {
            staff.walk(*round, &["IN_KITCHEN", "READY"]).await;
        }
        app.sql_exec("UPDATE round SET submitted_at = '2026-01-01T20:00:00+00:00', ready_at = '2026-01-01T20:04:00+00:00' WHERE status = 'READY'").await;
        assert_eq!(guess().await, json!({"estimated_minutes": 8, "queue_size": 2}));
        app.anonymous().get("/api/kitchen/estimated-wait?branch_id=999999").await.expect(404);
        app.anonymous().get("/api/kitchen/estimated-wait").await.expect(422);
    }
}
