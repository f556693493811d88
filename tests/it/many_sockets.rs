//! A house full of sockets, and somebody who opens connections beside them: no socket is closed for it, and there is
//! room for whoever orders.

use crate::{
    flood::{ELSEWHERE, FLOODED, everybody_orders, local, orders, usual},
    look::product,
};
use harness::{App, DinerPhone, Flood, Manner, Socket, both_modes, embedded_only, json};
use std::{net::IpAddr, time::Duration};

/// Opens sockets of a table from an address until there are so many.
async fn sockets(app: &App, phone: &DinerPhone, from: IpAddr, many: usize) -> Vec<Socket> {
    let path = format!("/ws/diner?table_token={}", phone.token);
    let mut held = Vec::new();
    for _ in 0..2_000 {
        if held.len() == many {
            return held;
        }
        match Socket::try_connect_from(from, &app.ws_url(), &path, &[]).await {
            Ok(socket) => held.push(socket),
            // A connection of what came before is still on its way out.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    panic!("{} sockets, and no more", held.len());
}

/// Waits until the flood has lost so many of its connections.
async fn until_closed(flood: &Flood, many: usize) {
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while flood.closed() < many {
        assert!(std::time::Instant::now() < deadline, "{flood:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn live(sockets: &[Socket]) {
    for socket in sockets {
        socket.ping().await;
        assert_eq!(socket.close_code(), None);
    }
}

both_modes! {
    /// A socket that is opened within one step looked silent to the slots, and went first when its address was flooded.
    async fn no_socket_is_closed_for_a_flood_of_its_address(app: App = usual().env("COMANDA_CONNECTIONS_PER_ADDRESS", "40")) {
        let product = product(&app).await;
        let guest = orders(&app.anonymous_from(ELSEWHERE), "INT-01", product).await;
        let held = sockets(&app, &guest, FLOODED, 30).await;
        let flood = Flood::start(&app.gateway_url(), FLOODED, &[(Manner::Silent, 200), (Manner::Idle, 50)]).await;
        until_closed(&flood, 150).await;
        live(&held).await;
        // They are counted all the same: forty are forty.
        drop(flood);
        let path = format!("/ws/diner?table_token={}", guest.token);
        let mut more = Vec::new();
        for _ in 0..60 {
            more.extend(Socket::try_connect_from(FLOODED, &app.ws_url(), &path, &[]).await.ok());
        }
        assert!((1..=10).contains(&more.len()), "{} more than thirty", more.len());
        live(&held).await;
        let submitted = guest.post("/api/diner/rounds/submit", json!({"items": [{"product_id": product, "qty": 3}]})).await.expect(200);
        for socket in &held {
            socket.wait_until(|events| events.iter().any(|event| event["entity"]["round_id"] == submitted["round_id"])).await;
        }
    }

    /// Clients with a bad token that do not go, hundreds of one address: whoever is elsewhere notices nothing.
    async fn clients_that_are_refused_keep_nobody_out(app: App = usual().env("COMANDA_CONNECTIONS_PER_ADDRESS", "200")) {
        let product = product(&app).await;
        let guest = orders(&app.anonymous_from(ELSEWHERE), "INT-01", product).await;
        let mut held = sockets(&app, &guest, FLOODED, 5).await;
        let flood = Flood::start(&app.gateway_url(), FLOODED, &[(Manner::Refused, 300)]).await;
        let path = format!("/ws/diner?table_token={}", guest.token);
        for _ in 0..20 {
            held.push(Socket::try_connect_from(ELSEWHERE, &app.ws_url(), &path, &[]).await.unwrap());
            // A client pings now and then; who says nothing for 90 seconds is gone.
            live(&held).await;
        }
        orders(&app.anonymous_from(ELSEWHERE), "INT-02", product).await;
        live(&held).await;
        until_closed(&flood, 300).await;
        live(&held).await;
        // Whoever listens hears why.
        let refused = Socket::try_connect_from(ELSEWHERE, &app.ws_url(), "/ws/kitchen?token=none", &[]).await.unwrap();
        assert_eq!(refused.wait_closed(Duration::from_secs(20)).await, 4001);
    }

    /// An address that is full of sockets is none that staff cannot work at.
    async fn staff_get_in_where_all_places_of_their_address_are_sockets(app: App = usual().env("COMANDA_CONNECTIONS_PER_ADDRESS", "10")) {
        let product = product(&app).await;
        let guest = orders(&app.anonymous_from(ELSEWHERE), "INT-01", product).await;
        let (house, street) = (local(8), local(9));
        let waiter = app.anonymous_from(house).login("waiter@demo.com", "waiter123").await;
        let screen = format!("/ws/waiter?token={}", waiter.access_token);
        let first = Socket::try_connect_from(house, &app.ws_url(), &screen, &[]).await.unwrap();
        let (inside, outside) = (sockets(&app, &guest, house, 9).await, sockets(&app, &guest, street, 10).await);
        let diner = format!("/ws/diner?table_token={}", guest.token);
        for _ in 0..3 {
            let refused = Socket::try_connect_from(street, &app.ws_url(), &diner, &[]).await;
            assert!(refused.is_err(), "an address has ten places");
        }
        let mut screens = vec![first];
        for _ in 0..5 {
            screens.push(Socket::try_connect_from(house, &app.ws_url(), &screen, &[]).await.unwrap());
        }
        live(&screens).await;
        live(&inside).await;
        live(&outside).await;
    }

    /// Sockets are never replaced, so that there are fewer of them than there are places.
    async fn sockets_leave_room_for_whoever_orders(app: App = usual().env("COMANDA_CONNECTIONS", "40")) {
        let product = product(&app).await;
        let guest = orders(&app.anonymous_from(ELSEWHERE), "INT-01", product).await;
        let health = harness::Caller::new(&app.gateway_url()).get("/ws/health").await.expect(200);
        assert_eq!(health["max_connections"], 30);
        let mut held = sockets(&app, &guest, local(21), 20).await;
        held.extend(sockets(&app, &guest, local(22), 10).await);
        let path = format!("/ws/diner?table_token={}", guest.token);
        let full = Socket::try_connect_from(local(22), &app.ws_url(), &path, &[]).await.unwrap();
        assert_eq!(full.wait_closed(Duration::from_secs(20)).await, 1013);
        assert!(Socket::try_connect_from(local(21), &app.ws_url(), &path, &[]).await.is_err(), "half of all for one address");
        everybody_orders(&app.anonymous_from(ELSEWHERE), product).await;
        live(&held).await;
    }
}

embedded_only! {
    /// A machine with a small limit of open files says how many sockets there may be, and keeps to it.
    async fn a_small_limit_of_files_is_one_of_sockets_too(app: App = usual().file_limit(400, 400)) {
        let health = harness::Caller::new(&app.gateway_url()).get("/ws/health").await.expect(200);
        assert_eq!(health["max_connections"], 192);
        assert!(app.whole_logs().contains("COMANDA_WS_MAX_SOCKETS"));
    }
}
