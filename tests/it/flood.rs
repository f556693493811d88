//! Somebody holds thousands of connections: whoever orders, whoever watches and whoever works here notices nothing.

use crate::{
    look::{TABLES, product},
    mercadopago::house::{Till, preference, provided},
    scene::order,
};
use fake_mercadopago::{Fault, Route, Rule, When};
use harness::{
    Anonymous, App, AppOptions, Caller, DinerPhone, Flood, Manner, Socket, both_modes, embedded_only, json,
    limit_files, reqwest::Method,
};
use std::{net::IpAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Where the flood comes from, and the harness itself.
pub(crate) const FLOODED: IpAddr = local(1);
/// A guest from elsewhere.
pub(crate) const ELSEWHERE: IpAddr = local(2);
/// A reverse proxy that the program is told of.
pub(crate) const PROXY: IpAddr = local(3);
/// Silent connections, and slow ones of either kind.
const FLOOD: [(Manner, usize); 3] = [(Manner::Silent, 1_900), (Manner::SlowHead, 150), (Manner::SlowBody, 150)];

pub(crate) const fn local(last: u8) -> IpAddr {
    IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, last))
}

/// A machine's usual soft limit, under a hard one that is not.
pub(crate) fn usual() -> AppOptions {
    AppOptions::default()
        .file_limit(1_024, 8_192)
        .env("COMANDA_TRUSTED_PROXIES", "127.0.0.3")
        .env("COMANDA_LOG_FORMAT", "json")
}

/// What somebody at a table does: scan, join, order.
pub(crate) async fn orders(guest: &Anonymous, table: &str, product: i64) -> DinerPhone {
    let phone = guest.scan_as(table, "Ana").await;
    phone.post("/api/diner/rounds/submit", order(&[product])).await.expect(200);
    phone
}

/// The same for ten tables, each request on a connection of its own.
pub(crate) async fn everybody_orders(guest: &Anonymous, product: i64) {
    for table in TABLES {
        orders(guest, table, product).await;
    }
}

pub(crate) fn behind_the_proxy(app: &App, client: &str) -> Caller {
    Caller::from(&app.api_url(), PROXY).with_header("X-Forwarded-For", client)
}

/// Orders behind the proxy, of a client each.
async fn everybody_orders_behind_the_proxy(app: &App, product: i64) {
    for (client, table) in TABLES.iter().enumerate() {
        let guest = behind_the_proxy(app, &format!("203.0.113.{client}"));
        let session =
            guest.post_empty(&format!("/api/tables/code/{table}/session?branch_slug=centro")).await.expect(200);
        let phone = guest.with_header("X-Table-Token", session["table_token"].as_str().unwrap());
        let note = json!({"items": [{"product_id": product, "qty": 1, "notes": "behind the proxy"}]});
        phone.post("/api/diner/rounds/submit", note).await.expect(200);
    }
}

/// A waiter at the flooded address signs in, looks and takes an order.
async fn the_waiter_works(app: &App, guest: &DinerPhone, product: i64) {
    let waiter = app.anonymous_from(FLOODED).login("waiter@demo.com", "waiter123").await;
    for turn in 0..10 {
        waiter.get("/api/auth/me").await.expect(200);
        let line = json!({"items": [{"product_id": product, "qty": 1, "notes": format!("waiter {turn}")}]});
        let taken = waiter.post(&format!("/api/waiter/sessions/{}/rounds", guest.session_id), line).await;
        assert!(matches!(taken.status, 200 | 201), "{}", taken.text());
    }
}

/// The sum of a metric over its series whose labels contain `label`.
async fn metric(app: &App, name: &str, label: &str) -> f64 {
    let text = app.anonymous_from(ELSEWHERE).get("/metrics").await.text();
    let series = text.lines().filter(|line| line.starts_with(name) && line.contains(label));
    series.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

/// Sends `head`, and then reads until the server ends it.
async fn until_closed(app: &App, head: &str) -> String {
    let address = app.api_url().replace("http://", "");
    let (mut answers, mut words) = TcpStream::connect(&address).await.unwrap().into_split();
    words.write_all(head.as_bytes()).await.unwrap();
    let trickle = tokio::spawn(async move {
        while words.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    });
    let mut said = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(120), answers.read_to_end(&mut said)).await;
    trickle.abort();
    // A reset is an end as well as a close.
    let _ = ended.expect("the server waits no longer");
    String::from_utf8_lossy(&said).into_owned()
}

both_modes! {
    /// The issue's own attack on the API: every order is answered, from elsewhere, through a proxy and by staff next to
    /// it.
    async fn a_flood_of_the_api_stops_no_order(app: App = usual()) {
        let product = product(&app).await;
        let guest = orders(&app.anonymous_from(ELSEWHERE), "INT-01", product).await;
        assert!(app.logs().contains("\"file_limit_before\":1024,\"file_limit\":8192"), "{}", app.logs());
        let flood = Flood::start(&app.api_url(), FLOODED, &FLOOD).await;
        everybody_orders(&app.anonymous_from(ELSEWHERE), product).await;
        everybody_orders_behind_the_proxy(&app, product).await;
        the_waiter_works(&app, &guest, product).await;
        // Guests at the flooded address, too.
        tokio::time::sleep(Duration::from_secs(11)).await;
        everybody_orders(&app.anonymous_from(FLOODED), product).await;
        assert!(flood.open() > 400, "the flood is still there: {flood:?}");
        assert!(metric(&app, "http_connections_evicted_total", "api").await > 1_000.0);
        let open = metric(&app, "http_connections_open", "api").await;
        assert!((100.0..=600.0).contains(&open), "{open}");
        drop(flood);
        let deadline = std::time::Instant::now() + Duration::from_secs(60);
        while metric(&app, "http_connections_open", "api").await > 50.0 {
            assert!(std::time::Instant::now() < deadline, "the slots are given back");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The same on the gateway's port: screens connect and hear, from wherever they come.
    async fn a_flood_of_the_gateway_stops_no_screen(app: App = usual()) {
        let product = product(&app).await;
        let guest = orders(&app.anonymous_from(ELSEWHERE), "INT-01", product).await;
        let kitchen = app.login("kitchen@demo.com", "kitchen123").await.access_token;
        let path = format!("/ws/kitchen?token={kitchen}");
        let before = Socket::connect(&app.ws_url(), &path).await;
        let flood = Flood::start(&app.gateway_url(), FLOODED, &FLOOD).await;
        let mut screens = vec![before];
        for turn in 0..5 {
            // A client pings now and then; who says nothing for 90 seconds is gone.
            for screen in &screens {
                screen.ping().await;
            }
            let forwarded = format!("203.0.113.{turn}");
            for (local, headers) in [(ELSEWHERE, &[][..]), (PROXY, &[("X-Forwarded-For", forwarded.as_str())][..]), (FLOODED, &[][..])] {
                screens.push(Socket::try_connect_from(local, &app.ws_url(), &path, headers).await.unwrap());
            }
        }
        let diner = format!("/ws/diner?table_token={}", guest.token);
        let phone = Socket::try_connect_from(ELSEWHERE, &app.ws_url(), &diner, &[]).await.unwrap();
        let submitted = guest.post("/api/diner/rounds/submit", json!({"items": [{"product_id": product, "qty": 3}]})).await.expect(200);
        screens.push(phone);
        for screen in &screens {
            screen.wait_until(|events| events.iter().any(|event| event["entity"]["round_id"] == submitted["round_id"])).await;
        }
        // Sockets outlast every time-out of HTTP, beside the flood.
        tokio::time::sleep(Duration::from_secs(20)).await;
        for screen in &screens {
            screen.ping().await;
            assert_eq!(screen.close_code(), None);
        }
        assert!(flood.open() > 400, "the flood is still there: {flood:?}");
    }

    /// A hard limit that leaves hardly any room, and a flood from many addresses: the whole is full, and still
    /// everybody is served.
    async fn a_small_machine_under_a_wide_flood_serves_everybody(app: App = usual().file_limit(400, 400)) {
        let product = product(&app).await;
        let guest = orders(&app.anonymous_from(ELSEWHERE), "INT-01", product).await;
        assert!(app.logs().contains("\"file_limit\":400,\"connections\":256"), "{}", app.logs());
        let kitchen = app.login("kitchen@demo.com", "kitchen123").await.socket(&app, "/ws/kitchen").await;
        let mut floods = Vec::new();
        for last in 10..16 {
            floods.push(Flood::start(&app.api_url(), local(last), &[(Manner::Silent, 120), (Manner::SlowBody, 20)]).await);
        }
        everybody_orders(&app.anonymous_from(ELSEWHERE), product).await;
        everybody_orders_behind_the_proxy(&app, product).await;
        the_waiter_works(&app, &guest, product).await;
        everybody_orders(&app.anonymous_from(local(10)), product).await;
        kitchen.ping().await;
        assert!(floods.iter().map(Flood::open).sum::<usize>() > 150);
    }

    /// Everything behind one address that is a proxy: it has no cap of its own, and cannot have the house either.
    async fn a_flood_through_the_proxy_stops_nobody_behind_it(app: App = usual().file_limit(1_024, 1_024)) {
        let product = product(&app).await;
        let _flood = Flood::start(&app.api_url(), PROXY, &FLOOD).await;
        everybody_orders_behind_the_proxy(&app, product).await;
        tokio::time::sleep(Duration::from_secs(11)).await;
        everybody_orders(&app.anonymous_from(ELSEWHERE), product).await;
    }

    /// Connections that rest between two requests are nobody's burden.
    async fn a_thousand_idle_connections_hurt_nobody(app: App = usual()) {
        let product = product(&app).await;
        let flood = Flood::start(&app.api_url(), local(5), &[(Manner::Idle, 1_000)]).await;
        everybody_orders(&app.anonymous_from(ELSEWHERE), product).await;
        everybody_orders(&app.anonymous_from(local(5)), product).await;
        assert!(flood.open() > 400);
    }

    /// No descriptor is left for a while: what cannot be accepted waits, and is answered when there is one again.
    async fn a_machine_out_of_descriptors_is_survived(app: App = usual()) {
        let product = product(&app).await;
        orders(&app.anonymous_from(ELSEWHERE), "INT-01", product).await;
        let api = app.pids().0[0];
        limit_files(api, 10, 8_192);
        let waiting = app.anonymous_from(ELSEWHERE);
        let waiting = tokio::spawn(async move { waiting.get("/api/health").await.status });
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert!(!waiting.is_finished());
        limit_files(api, 8_192, 8_192);
        assert_eq!(waiting.await.unwrap(), 200);
        everybody_orders(&app.anonymous_from(ELSEWHERE), product).await;
        assert!(metric(&app, "http_accept_errors_total", "api").await >= 2.0);
        let logs = app.logs();
        let said = logs.matches("a connection could not be accepted").count();
        assert!((1..=2).contains(&said), "{logs}");
    }

    /// Who sends a head or a body a byte at a time is not waited for.
    async fn slow_heads_and_bodies_are_closed(app: App) {
        let body = "POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n";
        let picture = {
            let manager = app.login("manager@demo.com", "manager123").await.access_token;
            format!("POST /api/admin/images HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {manager}\r\ncontent-type: image/png\r\ncontent-length: 900000\r\n\r\n")
        };
        let (head, body, picture) = tokio::join!(
            until_closed(&app, "GET /api/health HTTP/1.1\r\nx: "),
            until_closed(&app, body),
            until_closed(&app, &picture),
        );
        assert!(head.is_empty() || head.starts_with("HTTP/1.1 408"), "{head}");
        assert_eq!((body.as_str(), picture.as_str()), ("", ""));
        for what in ["head", "body"] {
            assert!(metric(&app, "http_connections_timed_out_total", what).await >= 1.0, "{what}");
        }
    }

    /// A picture over a bad network takes longer than any other request may, and arrives.
    async fn a_slow_phone_uploads_its_picture(app: App) {
        let manager = app.login("manager@demo.com", "manager123").await.access_token;
        let noise = image::RgbImage::from_fn(640, 480, |x, y| {
            let seed = (x * 7_919 + y * 104_729).wrapping_mul(2_654_435_761);
            image::Rgb([(seed >> 8) as u8, (seed >> 16) as u8, (seed >> 24) as u8])
        });
        let mut file = std::io::Cursor::new(Vec::new());
        image::DynamicImage::from(noise).write_to(&mut file, image::ImageFormat::Png).unwrap();
        let file = file.into_inner();
        let address = app.api_url().replace("http://", "");
        let mut socket = TcpStream::connect(&address).await.unwrap();
        let head = format!(
            "POST /api/admin/images HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {manager}\r\nconnection: close\r\n\
             content-type: image/png\r\ncontent-length: {}\r\n\r\n",
            file.len()
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        // 35 seconds: the other requests have 30.
        for part in file.chunks(file.len().div_ceil(35)) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            socket.write_all(part).await.unwrap();
        }
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }
}

embedded_only! {
    /// The slots kept for staff are for addresses that showed a good token, and for nobody who invents one.
    async fn a_forged_token_makes_nobody_staff(
        app: App = provided().env("COMANDA_CONNECTIONS", "20").env("COMANDA_PAYMENT_TIMEOUT", "20s").env("COMANDA_PAYMENT_LEASE", "30s")
    ) {
        let till = Till::open(app).await;
        let app = &till.app;
        let staff = app.anonymous_from(local(6)).login("waiter@demo.com", "waiter123").await;
        staff.get("/api/auth/me").await.expect(200);
        let guest = app.anonymous_from(local(7)).scan_as("INT-01", "Ana").await;
        // Eighteen of twenty slots: by sockets, which nothing replaces and of which there are fifteen at most, and by
        // requests that wait for the provider.
        let diner = format!("/ws/diner?table_token={}", guest.token);
        let mut held = Vec::new();
        while held.len() < 15 {
            match Socket::try_connect_from(local(if held.len() < 9 { 7 } else { 8 }), &app.ws_url(), &diner, &[]).await {
                Ok(socket) => held.push(socket),
                // A connection of what came before is still on its way out.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        till.fake.faults().add(Rule::new(Route::CreatePreference, When::Always, Fault::Hang));
        let mut waiting = tokio::task::JoinSet::new();
        for (number, table) in ["INT-02", "INT-03", "INT-04"].into_iter().enumerate() {
            let party = till.party(table).await;
            let payer = Caller::from(&app.api_url(), local(9)).with_header("X-Table-Token", &party.phone.token);
            waiting.spawn(async move { preference(&payer, party.check, None).await.status });
            while till.fake.journal().requests_to(Route::CreatePreference).count() <= number {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        let token = &staff.access_token;
        let forged = format!("{}x", &token[..token.len() - 4]);
        for token in [forged.as_str(), "eyJhbGciOiJub25lIn0.e30.", guest.token.as_str()] {
            let stranger = Caller::from(&app.api_url(), ELSEWHERE).with_header("Authorization", &format!("Bearer {token}"));
            for _ in 0..3 {
                let refused = stranger.try_send(Method::GET, "/api/auth/me", "application/json", "").await;
                assert!(refused.as_ref().map_or(true, |reply| reply.status == 503), "{refused:?}");
            }
        }
        for _ in 0..3 {
            staff.get("/api/auth/me").await.expect(200);
        }
        assert!(waiting.try_join_next().is_none(), "the three still wait");
    }
}
