//! Requests whose body never comes, through a proxy: whoever shares the address orders and works, and so does everybody
//! else.

use crate::{
    flood::{PROXY, behind_the_proxy, usual},
    look::{TABLES, product},
    scene::{order, text},
};
use harness::{App, AppOptions, Caller, both_modes, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// The house's own address, as the proxy tells it.
const HOUSE: &str = "203.0.113.7";

/// 200 requests at once for all clients behind the proxy, 50 for each.
fn small() -> AppOptions {
    usual().env("COMANDA_CONNECTIONS", "400")
}

/// The head of a login of `client`, and the beginning of its body.
async fn half_a_login(app: &App, client: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(std::net::SocketAddr::new(PROXY, 0)).unwrap();
    let mut stream = socket.connect(app.api_url().replace("http://", "").parse().unwrap()).await.unwrap();
    let head = format!(
        "POST /api/auth/login HTTP/1.1\r\nhost: x\r\nx-forwarded-for: {client}\r\ncontent-type: application/json\r\n\
         content-length: 200\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// A guest of `client` scans, and orders.
async fn a_guest_orders(app: &App, client: &str, table: &str, product: i64) -> i64 {
    let guest = behind_the_proxy(app, client);
    let joined = guest.post_empty(&format!("/api/tables/code/{table}/session?branch_slug=centro")).await.expect(200);
    let phone = guest.with_header("X-Table-Token", text(&joined["table_token"]));
    phone.post("/api/diner/rounds/submit", order(&[product])).await.expect(200)["session_id"]
        .as_i64()
        .unwrap_or_default()
}

/// A waiter of `client` signs in, unless there is a token already, and looks at the floor.
async fn a_waiter_works(app: &App, client: &str) -> Caller {
    let nobody = behind_the_proxy(app, client);
    let who = json!({"email": "waiter@demo.com", "password": "waiter123"});
    let signed_in = nobody.post("/api/auth/login", who).await.expect(200);
    let waiter = nobody.with_header("Authorization", &format!("Bearer {}", text(&signed_in["access_token"])));
    waiter.get("/api/auth/me").await.expect(200);
    waiter
}

both_modes! {
    /// 15 seconds of "503, please try again" for guests and staff of one house, for 60 half-sent requests of a guest.
    async fn half_bodies_of_a_house_keep_nobody_of_it_out(app: App = small()) {
        let product = product(&app).await;
        let mut halves = Vec::new();
        for _ in 0..120 {
            halves.push(half_a_login(&app, HOUSE).await);
        }
        for table in TABLES {
            a_guest_orders(&app, HOUSE, table, product).await;
        }
        let waiter = a_waiter_works(&app, HOUSE).await;
        for _ in 0..20 {
            halves.push(half_a_login(&app, HOUSE).await);
            waiter.get("/api/waiter/tables").await.expect(200);
        }
        // The first ones gave way, and were told so.
        let mut said = [0; 12];
        halves[0].read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"HTTP/1.1 503");
    }

    /// The same from three hundred addresses, so that all places through the proxy would be taken.
    async fn half_bodies_of_three_hundred_addresses_keep_nobody_out(app: App = small()) {
        let product = product(&app).await;
        let waiter = a_waiter_works(&app, HOUSE).await;
        let mut halves = Vec::new();
        for client in 0..300 {
            halves.push(half_a_login(&app, &format!("198.51.100.{client}").replace(".100.2", ".101.2")).await);
            halves.push(half_a_login(&app, &format!("192.0.{}.{}", client / 200, client % 200 + 1)).await);
        }
        for (client, table) in TABLES.iter().enumerate() {
            a_guest_orders(&app, &format!("203.0.113.{}", client + 20), table, product).await;
        }
        waiter.get("/api/waiter/tables").await.expect(200);
        a_waiter_works(&app, HOUSE).await;
    }
}
