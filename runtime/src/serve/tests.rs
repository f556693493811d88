//! The loop over real sockets, with little patience.

use super::*;
use crate::serve::{patience::Patience, slots::Limits};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Request},
    response::Response,
    routing::{get, post},
};
use http::StatusCode;
use hyper_util::rt::TokioIo;
use std::time::Instant;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Longer than anything here takes, on any machine.
const LONG: Duration = Duration::from_secs(30);

struct House {
    address: SocketAddr,
    connections: Connections,
    shutdown: Shutdown,
    serving: tokio::task::JoinHandle<()>,
}

fn short() -> Patience {
    Patience {
        head: Duration::from_millis(500),
        idle: Duration::from_secs(3),
        idle_proxy: LONG,
        stall: Duration::from_secs(2),
        pace: 1_024,
        stop: Duration::from_millis(100),
        linger: Duration::from_secs(2),
        linger_bytes: 8 << 20,
    }
}

/// Becomes another protocol, in which each byte comes back, without ever waiting.
async fn upgrade(mut request: Request) -> Response {
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let mut socket = TokioIo::new(upgrade.await.unwrap());
        let mut byte = [0];
        while socket.read_exact(&mut byte).await.is_ok() && socket.write_all(&byte).await.is_ok() {}
    });
    let head = Response::builder().status(101).header("connection", "upgrade").header("upgrade", "echo");
    head.body(Body::empty()).unwrap()
}

async fn open(limits: Limits, proxies: Proxies, patience: Patience) -> House {
    let router = Router::new()
        .route("/upgrade", get(upgrade))
        .route("/staff", get(async |Extension(peer): Extension<Peer>| peer.note_staff_token()))
        .route("/", get(async || "hello"))
        .route("/slow", get(async || tokio::time::sleep(Duration::from_secs(3)).await))
        .route("/refused", post(async || (StatusCode::UNAUTHORIZED, "who are you")))
        .route("/large", get(async || vec![b'x'; 64 << 20]))
        .route("/body", post(async |body: Bytes| body.len().to_string()).layer(DefaultBodyLimit::max(64 << 20)));
    let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = Shutdown::new(LONG);
    let connections = Connections::new(limits, proxies, patience);
    let serving = tokio::spawn(serve(listener, router, "test", connections.clone(), shutdown.clone()));
    House { address, connections, shutdown, serving }
}

fn nobody() -> Proxies {
    Proxies::Some(Vec::new())
}

const WIDE: Limits = Limits { total: 1_000, per_address: 1_000 };

impl House {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A request on a connection of its own, answered.
    async fn is_served(&self) -> String {
        let mut socket = self.connect().await;
        ask(&mut socket, "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await
    }
}

/// Sends, and reads to the end.
async fn ask(socket: &mut TcpStream, request: &str) -> String {
    socket.write_all(request.as_bytes()).await.unwrap();
    rest(socket).await
}

async fn rest(socket: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset is an end, too.
    let read = tokio::time::timeout(LONG, socket.read_to_end(&mut answer)).await;
    let _ = read.expect("the connection ends");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Reads one answer with a body of five bytes.
async fn hello(socket: &mut TcpStream) {
    socket.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let (mut answer, mut byte) = (Vec::new(), [0]);
    while !answer.ends_with(b"hello") {
        assert_eq!(socket.read(&mut byte).await.unwrap(), 1, "closed after {answer:?}");
        answer.push(byte[0]);
    }
}

#[tokio::test]
async fn a_head_has_its_time_and_trickling_extends_nothing() {
    let house = open(WIDE, nobody(), short()).await;
    let mut silent = house.connect().await;
    let mut trickling = house.connect().await;
    let begin = Instant::now();
    let trickle = async {
        for byte in b"GET / HTTP/1.1\r\nx: ".iter().chain(std::iter::repeat(&b'y')) {
            if trickling.write_all(&[*byte]).await.is_err() || begin.elapsed() > LONG {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::join!(trickle, async { assert_eq!(rest(&mut silent).await, "") });
    assert!(begin.elapsed() < LONG);
    // Half a head that then rests is told why.
    let mut half = house.connect().await;
    assert!(ask(&mut half, "GET / HTTP/1.1\r\nhost: x").await.starts_with("HTTP/1.1 408"));
    assert!(house.is_served().await.ends_with("hello"));
}

#[tokio::test]
async fn a_connection_rests_between_requests_for_its_time_only() {
    let house = open(WIDE, nobody(), short()).await;
    let mut socket = house.connect().await;
    for _ in 0..3 {
        hello(&mut socket).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(rest(&mut socket).await, "");
    // A proxy keeps its own in stock for longer.
    let house = open(WIDE, Proxies::All, short()).await;
    let mut socket = house.connect().await;
    hello(&mut socket).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    hello(&mut socket).await;
}

#[tokio::test]
async fn a_trickling_body_is_cut_off_and_a_slow_one_is_not() {
    let house = open(WIDE, nobody(), short()).await;
    let head = "POST /body HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 40960\r\n\r\n";
    let (mut trickling, mut slow) = (house.connect().await, house.connect().await);
    let trickle = async {
        trickling.write_all(head.as_bytes()).await.unwrap();
        let begin = Instant::now();
        while trickling.write_all(b"x").await.is_ok() && begin.elapsed() < LONG {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(begin.elapsed() < LONG, "nobody cut it off");
    };
    let steady = async {
        slow.write_all(head.as_bytes()).await.unwrap();
        // Twice as long as anything may stall, but at twenty times the pace.
        for _ in 0..40 {
            slow.write_all(&[b'x'; 1_024]).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(rest(&mut slow).await.ends_with("40960"));
    };
    tokio::join!(trickle, steady);
}

/// Whoever sends a file with an old token must hear so, not that the connection broke.
#[tokio::test]
async fn a_refusal_is_heard_by_who_sends_all_of_its_body_first() {
    let house = open(WIDE, nobody(), short()).await;
    for round in 0..20 {
        let mut socket = house.connect().await;
        let head = if round % 2 == 0 {
            "POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: 4194304\r\n\r\n".to_owned()
        } else {
            format!("POST /refused HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n", 4 << 20)
        };
        socket.write_all(head.as_bytes()).await.unwrap();
        socket.write_all(&vec![b'x'; 4 << 20]).await.expect("the body is read to its end");
        let answer = rest(&mut socket).await;
        assert!(answer.starts_with("HTTP/1.1 401") && answer.ends_with("who are you"), "{round}: {answer}");
        // Nobody sends the next request on it.
        assert!(answer.contains("\r\nconnection: close\r\n"), "{round}: {answer}");
    }
    assert!(house.is_served().await.ends_with("hello"));
}

/// A phone with an old token sends a line of JSON: however small it is, the connection takes no further request.
#[tokio::test]
async fn a_refusal_of_a_small_body_says_that_the_connection_ends() {
    let house = open(WIDE, nobody(), short()).await;
    for gap in [0, 5, 50] {
        let mut socket = house.connect().await;
        socket.write_all(b"POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: 31\r\n\r\n").await.unwrap();
        tokio::time::sleep(Duration::from_millis(gap)).await;
        let _too_late = socket.write_all(br#"{"product_id":111,"quantity":1}"#).await;
        let answer = rest(&mut socket).await;
        assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("\r\nconnection: close\r\n"), "{gap}: {answer}");
    }
}

/// Reading on is a courtesy: it ends by time for who rests, and by bytes for who never stops.
#[tokio::test]
async fn nobody_is_read_for_ever_after_a_refusal() {
    let house = open(WIDE, nobody(), Patience { idle: LONG * 10, ..short() }).await;
    let head = "POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: 1073741824\r\n\r\n";
    let (mut resting, mut endless) = (house.connect().await, house.connect().await);
    resting.write_all(format!("{head}half").as_bytes()).await.unwrap();
    assert!(rest(&mut resting).await.ends_with("who are you"));
    let goes = async {
        while resting.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(LONG, goes).await.expect("who rests is let go");
    endless.write_all(head.as_bytes()).await.unwrap();
    let mut sent = 0;
    while endless.write_all(&[b'x'; 64 << 10]).await.is_ok() {
        sent += 64 << 10;
        assert!(sent < 256 << 20, "nobody closed it");
    }
}

#[tokio::test]
async fn who_does_not_read_the_answer_is_not_waited_for() {
    let house = open(Limits { total: 100, per_address: 1 }, nobody(), short()).await;
    let mut socket = house.connect().await;
    socket.write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    // Its slot is free again without a byte read.
    let begin = Instant::now();
    while !house.is_served().await.ends_with("hello") {
        assert!(begin.elapsed() < LONG);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(rest(&mut socket).await.len() < 64 << 20);
}

#[tokio::test]
async fn what_takes_long_here_is_nobodys_fault() {
    let house = open(WIDE, nobody(), short()).await;
    let mut socket = house.connect().await;
    let answer = ask(&mut socket, "GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_flood_from_the_same_address_hides_nobody() {
    let patience = Patience { head: LONG, idle: LONG, stall: LONG, ..short() };
    let house = open(Limits { total: 200, per_address: 50 }, nobody(), patience).await;
    let mut working = house.connect().await;
    working.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut flood = Vec::new();
    for _ in 0..300 {
        flood.push(house.connect().await);
        if flood.len() % 10 == 0 {
            assert!(house.is_served().await.ends_with("hello"));
        }
    }
    assert!(rest(&mut working).await.starts_with("HTTP/1.1 200"), "what is worked on is never touched");
    // The first ones are gone, the last ones are there.
    assert_eq!(rest(&mut flood[0]).await, "");
    hello(flood.last_mut().unwrap()).await;
}

#[tokio::test]
async fn a_client_behind_a_proxy_cannot_have_all_of_it_at_work() {
    let house = open(Limits { total: 80, per_address: 80 }, Proxies::All, short()).await;
    let request = |client: &str, path: &str| {
        format!("GET {path} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: {client}\r\nconnection: close\r\n\r\n")
    };
    let mut sockets = Vec::new();
    for _ in 0..10 {
        let mut socket = house.connect().await;
        socket.write_all(request("192.0.2.1", "/slow").as_bytes()).await.unwrap();
        sockets.push(socket);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let refused = ask(&mut house.connect().await, &request("9.9.9.9, 192.0.2.1", "/")).await;
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: 1"), "{refused}");
    let other = ask(&mut house.connect().await, &request("192.0.2.2", "/")).await;
    assert!(other.ends_with("hello"), "{other}");
    for socket in &mut sockets {
        assert!(rest(socket).await.starts_with("HTTP/1.1 200"));
    }
}

/// One who opened a socket within a single step looked silent for as long as it lived, and was told to go.
#[tokio::test]
async fn what_became_a_socket_is_never_replaced() {
    let house = open(Limits { total: 60, per_address: 10 }, nobody(), Patience { head: LONG, ..short() }).await;
    let mut sockets = Vec::new();
    for _ in 0..9 {
        let mut socket = house.connect().await;
        socket
            .write_all(b"GET /upgrade HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n")
            .await
            .unwrap();
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            assert_eq!(socket.read(&mut byte).await.unwrap(), 1);
            head.push(byte[0]);
        }
        assert!(head.starts_with(b"HTTP/1.1 101"));
        sockets.push(socket);
    }
    let mut flood = Vec::new();
    for _ in 0..100 {
        flood.push(house.connect().await);
    }
    assert!(house.is_served().await.ends_with("hello"));
    for socket in &mut sockets {
        let mut byte = [0];
        socket.write_all(b"x").await.unwrap();
        assert_eq!(socket.read(&mut byte).await.unwrap(), 1, "the socket lives");
    }
    // They are counted as long as they live: nobody who was told to go stays.
    let begin = Instant::now();
    while house.connections.slots().leaving() > 0 {
        assert!(begin.elapsed() < LONG, "a socket is on its way out for as long as it lives");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn half_a_body(client: &str) -> String {
    format!("POST /body HTTP/1.1\r\nhost: x\r\nx-forwarded-for: {client}\r\ncontent-length: 100\r\n\r\nhalf")
}

fn behind(client: &str, path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: {client}\r\n{more}connection: close\r\n\r\n")
}

#[tokio::test]
async fn half_bodies_behind_a_proxy_keep_nobody_out() {
    let house = open(Limits { total: 200, per_address: 200 }, Proxies::All, Patience { stall: LONG, ..short() }).await;
    let mut halves = Vec::new();
    for turn in 0..60 {
        let mut socket = house.connect().await;
        socket.write_all(half_a_body("192.0.2.1").as_bytes()).await.unwrap();
        halves.push(socket);
        if turn % 10 == 9 {
            // Whoever is at that very address, with a body and without.
            let served = ask(&mut house.connect().await, &behind("192.0.2.1", "/", "")).await;
            assert!(served.ends_with("hello"), "{served}");
            let body = "POST /body HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 192.0.2.1\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbody";
            assert!(ask(&mut house.connect().await, body).await.ends_with("\r\n4"));
        }
    }
    // The first ones gave way, and are told so; the last ones may still finish.
    let first = rest(&mut halves[0]).await;
    assert!(first.starts_with("HTTP/1.1 503") && first.contains("retry-after: 1"), "{first}");
    let last = halves.last_mut().unwrap();
    last.write_all(&[b'x'; 96]).await.unwrap();
    let mut answer = [0; 12];
    last.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    // The same from three hundred addresses.
    for client in 0..300 {
        let mut socket = house.connect().await;
        socket.write_all(half_a_body(&format!("198.51.{}.{}", client / 250, client % 250)).as_bytes()).await.unwrap();
        halves.push(socket);
    }
    for client in 0..10 {
        let served = ask(&mut house.connect().await, &behind(&format!("203.0.113.{client}"), "/", "")).await;
        assert!(served.ends_with("hello"), "{served}");
    }
}

/// The same with answers: who asks for large ones and does not read them keeps nobody's turn.
#[tokio::test]
async fn unread_answers_behind_a_proxy_keep_nobody_out() {
    let house = open(Limits { total: 80, per_address: 80 }, Proxies::All, Patience { stall: LONG, ..short() }).await;
    let mut unread = Vec::new();
    for _ in 0..20 {
        let mut socket = house.connect().await;
        socket.write_all(behind("192.0.2.1", "/large", "").as_bytes()).await.unwrap();
        assert_eq!(socket.read(&mut [0]).await.unwrap(), 1);
        unread.push(socket);
    }
    assert!(ask(&mut house.connect().await, &behind("192.0.2.1", "/", "")).await.ends_with("hello"));
}

#[tokio::test]
async fn staff_behind_a_proxy_pass_what_guests_of_their_address_fill() {
    let house = open(Limits { total: 80, per_address: 80 }, Proxies::All, short()).await;
    let ask_as = async |token: &str, path: &str| {
        let header = format!("authorization: Bearer {token}\r\n");
        ask(&mut house.connect().await, &behind("192.0.2.1", path, &header)).await
    };
    assert!(ask_as("good", "/staff").await.starts_with("HTTP/1.1 200"));
    let mut busy = Vec::new();
    for client in 0..20 {
        for _ in 0..14 {
            let mut socket = house.connect().await;
            let request = behind(
                if client == 0 { "192.0.2.1".into() } else { format!("192.0.2.{}", client + 1) }.as_str(),
                "/slow",
                "",
            );
            socket.write_all(request.as_bytes()).await.unwrap();
            busy.push(socket);
            if busy.len() >= 60 {
                break;
            }
        }
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(ask_as("forged", "/").await.starts_with("HTTP/1.1 503"));
    assert!(ask_as("good", "/").await.ends_with("hello"));
}

#[tokio::test]
async fn a_stop_answers_what_is_under_way_and_waits_for_nobody_else() {
    let patience = Patience { head: LONG, idle: LONG, ..short() };
    let house = open(WIDE, nobody(), patience).await;
    let (mut silent, mut resting, mut working) = (house.connect().await, house.connect().await, house.connect().await);
    hello(&mut resting).await;
    working.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    house.shutdown.cancel();
    assert!(rest(&mut working).await.starts_with("HTTP/1.1 200"));
    assert_eq!((rest(&mut silent).await, rest(&mut resting).await), (String::new(), String::new()));
    tokio::time::timeout(LONG, house.serving).await.expect("the loop ends").unwrap();
}
