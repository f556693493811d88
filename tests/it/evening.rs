//! A whole service with every role connected: each socket gets each event of its audience once, in order, and none of
//! another table's (design.md §3).

use harness::{App, DinerPhone, Socket, StaffClient, Value, both_modes, json};
use std::time::Duration;

struct Screen {
    name: &'static str,
    socket: Socket,
    expected: Vec<String>,
}

/// Everybody who watches, with what they should have seen so far.
struct Room(Vec<Screen>);

impl Room {
    /// `names` hear an event of that type at that table (`-` for none).
    fn hear(&mut self, event: &str, table: &str, names: &[&str]) {
        for name in names {
            let screen = self.0.iter_mut().find(|screen| screen.name == *name).expect("a known screen");
            screen.expected.push(format!("{event} {table}"));
        }
    }

    async fn check(&self, tables: &[(i64, &str)]) {
        for screen in &self.0 {
            let wanted = screen.expected.len();
            screen.socket.wait_until(|events| events.len() >= wanted).await;
            let events = screen.socket.quiet(Duration::from_millis(300)).await;
            let seen: Vec<String> = events.iter().map(|event| describe(event, tables)).collect();
            assert_eq!(seen, screen.expected, "what {} saw", screen.name);
            let numbers: Vec<i64> = events.iter().filter_map(|event| event["seq"].as_i64()).collect();
            assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{}: out of order {numbers:?}", screen.name);
            assert!(screen.socket.strange_frames().is_empty(), "{:?}", screen.socket.strange_frames());
        }
    }
}

fn describe(event: &Value, tables: &[(i64, &str)]) -> String {
    let table = event["table_id"].as_i64();
    let code = table.map_or("-", |id| tables.iter().find(|(known, _)| *known == id).map_or("?", |(_, code)| code));
    format!("{} {code}", event["type"].as_str().unwrap_or("?"))
}

const ADMINS: [&str; 2] = ["admin", "manager"];
const WAITERS: [&str; 3] = ["carlos", "ana", "alberto"];
/// On the standing roster: Carlos and Ana have the inside, Alberto the bar.
const INSIDE: [&str; 2] = ["carlos", "ana"];
const AT_INT: [&str; 2] = ["phone A", "phone B"];

async fn all(parts: &[&[&'static str]]) -> Vec<&'static str> {
    parts.iter().flat_map(|part| part.iter().copied()).collect()
}

async fn staff_screens(app: &App) -> (StaffClient, StaffClient, StaffClient, Vec<Screen>) {
    let manager = app.login("manager@demo.com", "manager123").await;
    let carlos = app.login("waiter@demo.com", "waiter123").await;
    let kitchen = app.login("kitchen@demo.com", "kitchen123").await;
    let mut screens = Vec::new();
    let mut watch = |name, socket| screens.push(Screen { name, socket, expected: Vec::new() });
    watch("admin", app.login("admin@demo.com", "admin123").await.socket(app, "/ws/admin").await);
    watch("manager", manager.socket(app, "/ws/admin").await);
    watch("carlos", carlos.socket(app, "/ws/waiter").await);
    watch("ana", app.login("ana@demo.com", "ana123").await.socket(app, "/ws/waiter").await);
    watch("alberto", app.login("alberto.cortez@demo.com", "waiter123").await.socket(app, "/ws/waiter").await);
    watch("kitchen", kitchen.socket(app, "/ws/kitchen").await);
    (manager, carlos, kitchen, screens)
}

async fn send(phone: &DinerPhone, product: i64) -> i64 {
    let order = json!({"items": [{"product_id": product, "qty": 1, "notes": "[Ana]"}]});
    let round = phone.post("/api/diner/rounds/submit", order).await.expect(200);
    round["round_id"].as_i64().expect("a round id")
}

async fn advance(by: &StaffClient, round: i64, status: &str) {
    by.post(&format!("/api/kitchen/rounds/{round}/status"), json!({"status": status})).await.expect(200);
}

both_modes! {
    async fn everybody_sees_exactly_their_evening(app: App) {
        let admin = app.login("admin@demo.com", "admin123").await;
        admin.patch("/api/admin/branches/1", json!({"round_confirmation": "waiter"})).await.expect(200);
        let (manager, carlos, kitchen, screens) = staff_screens(&app).await;
        let mut room = Room(screens);

        let phone_a = app.scan("INT-01").await;
        room.hear("TABLE_SESSION_STARTED", "INT-01", &all(&[&ADMINS, &WAITERS]).await);
        let phone_b = app.scan("INT-01").await;
        let phone_x = app.scan("BAR-01").await;
        room.hear("TABLE_SESSION_STARTED", "BAR-01", &all(&[&ADMINS, &WAITERS]).await);
        assert_eq!(phone_a.session_id, phone_b.session_id);
        for (name, phone) in [("phone A", &phone_a), ("phone B", &phone_b), ("phone X", &phone_x)] {
            room.0.push(Screen { name, socket: phone.socket(&app).await, expected: Vec::new() });
        }

        phone_a.post("/api/diner/cart/add", json!({"product_id": 111, "quantity": 1})).await.expect(200);
        room.hear("CART_ITEM_ADDED", "INT-01", &AT_INT);
        let round = send(&phone_a, 111).await;
        room.hear("ROUND_PENDING", "INT-01", &all(&[&ADMINS, &WAITERS, &AT_INT]).await);
        room.hear("CART_CLEARED", "INT-01", &AT_INT);
        advance(&carlos, round, "CONFIRMED").await;
        room.hear("ROUND_CONFIRMED", "INT-01", &all(&[&ADMINS, &INSIDE, &AT_INT]).await);
        let everybody_inside = all(&[&ADMINS, &INSIDE, &["kitchen"], &AT_INT]).await;
        for (who, status) in [(&carlos, "SUBMITTED"), (&kitchen, "IN_KITCHEN"), (&kitchen, "READY"), (&carlos, "SERVED")] {
            advance(who, round, status).await;
            room.hear(&format!("ROUND_{status}"), "INT-01", &everybody_inside);
        }

        let call = phone_b.post("/api/diner/service-call", json!({"type": "WAITER_CALL"})).await.expect(200);
        let called = all(&[&ADMINS, &INSIDE, &AT_INT]).await;
        room.hear("SERVICE_CALL_CREATED", "INT-01", &called);
        let call = call["id"].as_i64().expect("a call id");
        carlos.post_empty(&format!("/api/waiter/service-calls/{call}/acknowledge")).await.expect(200);
        room.hear("SERVICE_CALL_ACKED", "INT-01", &called);
        carlos.post_empty(&format!("/api/waiter/service-calls/{call}/resolve")).await.expect(200);
        room.hear("SERVICE_CALL_CLOSED", "INT-01", &called);

        let canceled = send(&phone_x, 101).await;
        room.hear("ROUND_PENDING", "BAR-01", &all(&[&ADMINS, &WAITERS, &["phone X"]]).await);
        room.hear("CART_CLEARED", "BAR-01", &["phone X"]);
        manager.post(&format!("/api/kitchen/rounds/{canceled}/cancel"), json!({"reason": "Se fueron"})).await.expect(200);
        room.hear("ROUND_CANCELED", "BAR-01", &all(&[&ADMINS, &["alberto", "kitchen", "phone X"]]).await);

        kitchen.patch("/api/kitchen/products/118/availability", json!({"is_available": false})).await.expect(200);
        let branch_wide = all(&[&ADMINS, &WAITERS, &["kitchen"], &AT_INT, &["phone X"]]).await;
        room.hear("PRODUCT_AVAILABILITY_CHANGED", "-", &branch_wide);

        let asked = phone_a.post_empty("/api/billing/check/request").await.expect(200);
        room.hear("CHECK_REQUESTED", "INT-01", &called);
        carlos.post("/api/waiter/tables/1/close", json!({})).await.expect(400);
        let pay = json!({"check_id": asked["check_id"], "amount_cents": asked["total_cents"], "tip": {"percent": 10}});
        carlos.post("/api/billing/cash/pay", pay).await.expect(200);
        room.hear("PAYMENT_APPROVED", "INT-01", &called);
        room.hear("CHECK_PAID", "INT-01", &called);

        carlos.post("/api/waiter/tables/1/close", json!({})).await.expect(200);
        room.hear("TABLE_CLEARED", "INT-01", &all(&[&ADMINS, &INSIDE, &AT_INT]).await);

        let tables = [(phone_a.table_id, "INT-01"), (phone_x.table_id, "BAR-01")];
        room.check(&tables).await;
    }

    async fn a_sent_round_is_on_the_kitchens_screen_without_a_word_from_a_waiter(app: App) {
        let kitchen = app.login("kitchen@demo.com", "kitchen123").await;
        let screen = kitchen.socket(&app, "/ws/kitchen").await;
        let phone = app.scan("INT-02").await;
        let round = send(&phone, 118).await;
        let event = screen.wait_for("ROUND_SUBMITTED").await;
        assert_eq!(event["entity"], json!({"round_id": round, "round_number": 1}));
        assert_eq!(event["session_id"], json!(phone.session_id));
        assert_eq!(event["v"], json!(1));
        let listed = kitchen.get("/api/kitchen/rounds").await.expect(200);
        assert_eq!(listed[0]["id"], json!(round));
    }
}
