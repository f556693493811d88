//! The gateway over real sockets, a real SQLite log and the in-process bus: what only shows on the wire. Who hears
//! what, and in which order, is tested next to the code that decides it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod house;

use domain::event::EventType;
use house::{Client, House, UNKNOWN_ORIGIN};
use std::time::Duration;

#[tokio::test]
async fn staff_and_table_hear_a_round_and_nobody_elses() {
    let house = House::open().await;
    let mut admin = house.staff("/ws/admin", 1, "").await;
    let mut kitchen = house.staff("/ws/admin", 3, "").await;
    let mut waiter = house.staff("/ws/kitchen", 2, "").await;
    let mut diner = house.diner(31, "").await;
    let mut other = house.diner(32, "").await;
    house.emit(EventType::RoundReady, 31).await;
    house.emit(EventType::CartCleared, 31).await;
    house.emit(EventType::ProductAvailabilityChanged, 31).await;
    assert_eq!(admin.numbers(2).await, [1, 3]);
    assert_eq!(kitchen.numbers(2).await, [1, 3]);
    assert_eq!(waiter.numbers(2).await, [1, 3]);
    assert_eq!(diner.numbers(3).await, [1, 2, 3]);
    assert_eq!(other.numbers(1).await, [3]);
}

#[tokio::test]
async fn what_the_bus_loses_arrives_within_about_a_second() {
    let house = House::open().await;
    let mut admin = house.staff("/ws/admin", 1, "").await;
    house.emit_unpublished(EventType::RoundReady, 31).await;
    assert_eq!(admin.numbers(1).await, [1]);
    house.emit_unpublished(EventType::RoundReady, 31).await;
    house.emit(EventType::RoundReady, 31).await;
    assert_eq!(admin.numbers(2).await, [2, 3]);
}

#[tokio::test]
async fn a_client_resumes_where_it_stopped_or_is_told_that_it_cannot() {
    let house = House::open().await;
    for _ in 0..700 {
        house.emit(EventType::CartCleared, 31).await;
        house.emit(EventType::CartCleared, 32).await;
    }
    let mut diner = house.diner(31, "&after=1300").await;
    assert_eq!(diner.numbers(50).await, (1301..1400).step_by(2).collect::<Vec<_>>());
    let position = diner.json().await;
    assert_eq!((position["type"].as_str(), position["seq"].as_i64()), (Some("POSITION"), Some(1400)));
    let epoch = position["epoch"].as_str().unwrap().to_owned();
    house.emit(EventType::CartCleared, 31).await;
    assert_eq!(diner.numbers(1).await, [1401]);

    let mut early = house.diner(31, &format!("&after=0&epoch={epoch}")).await;
    assert_eq!(early.numbers(701).await.last(), Some(&1401));
    for wrong in ["&after=1402", "&after=7&epoch=other", "&after=x"] {
        let mut lost = house.diner(31, wrong).await;
        let notice = lost.json().await;
        assert_eq!((notice["type"].as_str(), notice["seq"].as_i64()), (Some("RESYNC"), Some(1401)), "{wrong}");
    }
}

#[tokio::test]
async fn pings_are_answered_and_misbehaviour_has_a_code() {
    let house = House::open().await;
    let mut diner = house.diner(31, "").await;
    for ping in ["ping", r#"{"type":"ping"}"#, r#"{"type": "ping", "ts": 1}"#] {
        diner.say(ping).await;
        assert_eq!(diner.text().await, r#"{"type":"pong"}"#);
    }
    diner.say("refresh_sectors").await;
    diner.say_bytes(&[1, 2, 3]).await;
    assert_eq!(diner.farewell().await, 1003);

    let mut waiter = house.staff("/ws/waiter", 2, "").await;
    waiter.say("refresh_sectors").await;
    assert_eq!(waiter.text().await, "sectors_updated:5");
    waiter.say(&"x".repeat(64 * 1024 + 1)).await;
    assert_eq!(waiter.farewell().await, 1009);

    // Whole, in two frames, and cut off in the middle of a letter.
    for texts in [&[&b"\xff"[..]][..], &[b"caf", b"\xc3("], &[b"caf\xc3"]] {
        let mut garbled = house.diner(31, "").await;
        garbled.say_text(texts).await;
        assert_eq!(garbled.farewell().await, 1007, "{texts:?}");
    }

    let mut flood = house.diner(31, "").await;
    for _ in 0..31 {
        flood.say("hello").await;
    }
    assert_eq!(flood.farewell().await, 4029);

    let mut polite = house.diner(31, "").await;
    polite.close().await;
    assert_eq!(house.settled_connections(0).await, 0);
}

#[tokio::test]
async fn refusals_come_as_codes_after_the_handshake() {
    let house = House::open().await;
    let refresh = house.refresh_token(1);
    let table = house.table_token(31);
    for (path, code) in [
        ("/ws/diner".to_owned(), 4001),
        ("/ws/diner?table_token=x".to_owned(), 4001),
        ("/ws/admin?token=x".to_owned(), 4001),
        (format!("/ws/admin?token={refresh}"), 4001),
        (format!("/ws/admin?token={table}"), 4001),
        (format!("/ws/waiter?token={}", house.token(4)), 4003),
    ] {
        let mut refused = Client::connect(&house, &path, None).await;
        assert_eq!(refused.farewell().await, code, "{path}");
    }
    let mut foreign = Client::connect(&house, &format!("/ws/diner?table_token={table}"), Some(UNKNOWN_ORIGIN)).await;
    assert_eq!(foreign.farewell().await, 4003);
    let mut sockets = Vec::new();
    for _ in 0..house::PER_TABLE {
        sockets.push(house.diner(31, "").await);
    }
    assert_eq!(house.diner(31, "").await.farewell().await, 4029);
    assert_eq!(house.get("/ws/waiter").await.0, 426);
}

#[tokio::test]
async fn a_changed_user_is_rerouted_or_cut_at_once() {
    let house = House::open().await;
    let mut waiter = house.staff("/ws/waiter", 2, "").await;
    house.emit(EventType::TicketReady, 31).await;
    house.sql("update user_branch_role set role = 'KITCHEN' where user_id = 2").await;
    house.emit_office("staff", 2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    house.emit(EventType::RoundConfirmed, 31).await;
    house.emit(EventType::RoundReady, 31).await;
    assert_eq!(waiter.numbers(2).await, [1, 4]);
    house.sql("update app_user set token_version = token_version + 1 where id = 2").await;
    house.emit_office("staff", 2).await;
    assert_eq!(waiter.farewell().await, 4001);
}

#[tokio::test]
async fn a_token_that_has_just_run_out_does_not_silence_its_user_but_a_revoked_one_does() {
    let house = House::open().await;
    let mut waiter = house.staff("/ws/waiter", 2, "").await;
    let mut cook = house.staff("/ws/kitchen", 3, "").await;
    house.minutes_pass(16);
    house.sql("update app_user set is_active = false where id = 3").await;
    house.emit_office("staff", 2).await;
    house.emit_office("staff", 3).await;
    assert_eq!(cook.farewell().await, 4001);
    house.emit(EventType::RoundReady, 31).await;
    assert_eq!(waiter.numbers(1).await, [3]);
    house.minutes_pass(5);
    house.emit_office("staff", 2).await;
    assert_eq!(waiter.farewell().await, 4001);
}

#[tokio::test]
async fn a_new_branch_reaches_its_administrator_without_a_new_connection() {
    let house = House::open().await;
    let mut admin = house.staff("/ws/admin", 1, "&hello=1").await;
    assert_eq!(admin.json().await["type"], "POSITION");
    house.open_branch(2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    house.emit_in(2, EventType::RoundReady).await;
    assert_eq!(admin.json().await["branch_id"], 1);
    let event = admin.json().await;
    assert_eq!((event["branch_id"].as_i64(), event["seq"].as_i64()), (Some(2), Some(1)));
}

#[tokio::test]
async fn catch_up_is_for_the_caller_only() {
    let house = House::open().await;
    house.emit(EventType::CartCleared, 31).await;
    house.emit(EventType::RoundReady, 32).await;
    house.emit(EventType::ServiceCallCreated, 31).await;
    house.emit(EventType::ProductAvailabilityChanged, 32).await;
    let (admin, kitchen) = (house.token(1), house.token(3));
    let table = house.table_token(31);
    let seen = async |path: String| {
        let (status, body) = house.get(&path).await;
        assert_eq!(status, 200, "{path}: {body}");
        let numbers: Vec<_> = body["events"].as_array().unwrap().iter().map(|e| e["seq"].as_i64().unwrap()).collect();
        assert_eq!(body["count"], numbers.len());
        (numbers, body["seq"].as_i64().unwrap(), body["resync"].as_bool().unwrap())
    };
    assert_eq!(seen(format!("/ws/catchup?branch_id=1&since=0&token={admin}")).await, (vec![2, 3, 4], 4, false));
    assert_eq!(seen(format!("/ws/catchup?branch_id=1&after=2&token={admin}")).await, (vec![3, 4], 4, false));
    assert_eq!(seen(format!("/ws/catchup?branch_id=1&after=5&token={admin}")).await, (vec![], 4, true));
    assert_eq!(seen(format!("/ws/catchup?branch_id=1&since=0&token={kitchen}")).await.0, [2, 4]);
    let mine = format!("/ws/catchup/session?session_id=31&since=0.5&table_token={table}");
    assert_eq!(seen(mine).await, (vec![1, 3, 4], 4, false));
    for (path, status) in [
        (format!("/ws/catchup/session?session_id=32&since=0&table_token={table}"), 403),
        ("/ws/catchup/session?session_id=31&since=0&table_token=x".to_owned(), 401),
        (format!("/ws/catchup?branch_id=9&since=0&token={admin}"), 403),
        ("/ws/catchup?branch_id=1&since=0&token=x".to_owned(), 401),
        (format!("/ws/catchup?branch_id=1&token={admin}"), 422),
        (format!("/ws/catchup?branch_id=x&since=0&token={admin}"), 422),
        ("/ws/nothing".to_owned(), 404),
    ] {
        assert_eq!(house.get(&path).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn the_stop_says_goodbye_to_everybody() {
    let house = House::open().await;
    let mut clients = vec![house.staff("/ws/admin", 1, "").await];
    for _ in 0..5 {
        clients.push(house.diner(31, "").await);
    }
    let (status, health) = house.get("/ws/health").await;
    assert_eq!(
        (status, health["total_connections"].as_i64(), health["admin_connections"].as_i64()),
        (200, Some(6), Some(1))
    );
    assert_eq!(house.get("/ws/health/detailed").await.0, 200);
    house.shutdown.cancel();
    for client in &mut clients {
        assert_eq!(client.farewell().await, 1012);
    }
    assert!(house.shutdown.drain().await);
}

/// A waiter's tab in the background says nothing for a minute, and nginx closes what is silent for 60 s.
#[tokio::test]
async fn a_silent_client_is_pinged_before_a_proxy_gives_it_up() {
    let house = House::open().await;
    let mut tab = house.staff("/ws/waiter", 2, "").await;
    tab.pinged(Duration::from_secs(50)).await;
}
