//! The bus over a real Redis server: order, a server that dies and returns, a server that is not there yet.
//!
//! Each test starts a `redis-server` of its own on a free loopback port and ends it by its process id.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test binary: it exports nothing and fails by panicking")]

use domain::{
    BranchId, EventId, SessionId, TenantId,
    event::{Actor, Author, Envelope, EventSink, EventType, Word},
};
use runtime::{Bus, BusKind, BusListener, BusMessage, Shutdown};
use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(15);

struct RedisServer {
    port: u16,
    directory: tempfile::TempDir,
    process: Option<Child>,
}

impl RedisServer {
    /// A port for a server that is not started yet.
    fn reserved() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { port, directory: tempfile::tempdir().unwrap(), process: None }
    }

    fn started() -> Self {
        let mut server = Self::reserved();
        server.start();
        server
    }

    /// A cluster of one node that has every slot.
    fn started_as_cluster() -> Self {
        let mut server = Self::reserved();
        let bus_port = Self::reserved().port.to_string();
        server.start_with(&[
            "--cluster-enabled",
            "yes",
            "--cluster-port",
            &bus_port,
            "--cluster-announce-ip",
            "127.0.0.1",
        ]);
        assert_eq!(server.ask("CLUSTER ADDSLOTSRANGE 0 16383"), "+OK");
        let deadline = Instant::now() + PATIENCE;
        while !server.ask("SET probe 1").starts_with("+OK") {
            assert!(Instant::now() < deadline, "the cluster does not form");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// The first line of the answer to an inline command.
    fn ask(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        writeln!(stream, "{command}\r").unwrap();
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }

    fn start(&mut self) {
        self.start_with(&[]);
    }

    fn start_with(&mut self, options: &[&str]) {
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string(), "--save", "", "--appendonly", "no"])
            .args(options)
            .arg("--dir")
            .arg(self.directory.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("these tests need `redis-server` on PATH (package redis-server, or valkey with its redis names)");
        self.process = Some(process);
        self.wait();
    }

    /// The same, from a file that the program may write to, as sentinels do.
    fn start_from(&mut self, file: &std::path::Path, options: &[&str]) {
        let process = Command::new("redis-server")
            .arg(file)
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
            .args(options)
            .arg("--dir")
            .arg(self.directory.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server, as above");
        self.process = Some(process);
        self.wait();
    }

    fn wait(&self) {
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < deadline, "redis-server does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    fn signal(&self, signal: &str) {
        let pid = self.process.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn event(branch: i64, seq: i64) -> Envelope {
    Envelope {
        id: EventId(seq),
        epoch: "epoch".into(),
        seq,
        kind: EventType::RoundReady.into(),
        tenant_id: TenantId(1),
        branch_id: BranchId(branch),
        table_id: None,
        session_id: Some(SessionId(31)),
        sector_id: None,
        entity: serde_json::value::RawValue::from_string(r#"{"round_id":90,"round_number":1}"#.into()).unwrap(),
        actor: Actor::DINER.into(),
        ts: "2026-01-10T20:00:00.000001Z".parse().unwrap(),
        v: 1,
        audience: Some(EventType::RoundReady.audience()),
    }
}

fn shutdown() -> Shutdown {
    Shutdown::new(Duration::from_secs(1))
}

/// The next event's number; gaps on the way are fine.
async fn next_seq(listener: &mut BusListener) -> i64 {
    loop {
        if let BusMessage::Event(event) = timeout(PATIENCE, listener.next()).await.expect("no event arrived") {
            // For whom it is came along, and is in nothing that a client reads.
            assert_eq!(event.json, serde_json::to_vec(&event.envelope).unwrap());
            assert_eq!(event.envelope.audience, Some(EventType::RoundReady.audience()));
            return event.envelope.seq;
        }
    }
}

async fn expect_gap(listener: &mut BusListener) {
    loop {
        if let BusMessage::Gap = timeout(PATIENCE, listener.next()).await.expect("no gap arrived") {
            return;
        }
    }
}

async fn until_connected(bus: &Bus) {
    let deadline = Instant::now() + PATIENCE;
    while !bus.health().connected {
        assert!(Instant::now() < deadline, "the bus does not connect");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Publishes an event until it is heard. Whoever listens may be back later than who publishes; what it missed meanwhile
/// it is told by a gap.
async fn until_heard(bus: &Bus, listener: &mut BusListener, (branch, seq): (i64, i64)) {
    let deadline = Instant::now() + PATIENCE;
    let heard = async |listener: &mut BusListener| while next_seq(listener).await != seq {};
    loop {
        bus.publish(vec![event(branch, seq)]);
        if timeout(Duration::from_millis(500), heard(listener)).await.is_ok() {
            return;
        }
        assert!(Instant::now() < deadline, "nobody hears an event");
    }
}

/// Waits until what the bus is refused is as `wanted`.
async fn until_refused(bus: &Bus, wanted: impl Fn(Option<&str>) -> bool) -> Option<String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let refused = bus.health().refused;
        if wanted(refused.as_deref()) {
            return refused;
        }
        assert!(Instant::now() < deadline, "still refused: {refused:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_followed_branch_arrives_whole_and_in_order() {
    let server = RedisServer::started();
    let shutdown = shutdown();
    let bus = Bus::redis(&server.url(), &shutdown).await.unwrap();
    assert_eq!((bus.health().kind, bus.health().connected), (BusKind::Redis, true));
    let mut listener = bus.listen();
    listener.follow(BranchId(2)).await.unwrap();
    for seq in 1..=3_000 {
        bus.publish(vec![event(2, seq), event(3, seq)]);
        if seq % 500 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    for seq in 1..=3_000 {
        assert_eq!(next_seq(&mut listener).await, seq);
    }
    assert_eq!(bus.health().dropped, 0);
    listener.unfollow(BranchId(2)).await;
    bus.publish(vec![event(2, 3_001)]);
    let heard = timeout(Duration::from_millis(200), listener.next()).await;
    assert!(!matches!(heard, Ok(BusMessage::Event(_))), "{heard:?}");
    assert!(shutdown.drain().await);
}

/// Processes are replaced one after another: an older gateway hears what a newer API says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_of_a_later_version_is_heard_as_it_is() {
    let server = RedisServer::started();
    let shutdown = shutdown();
    let bus = Bus::redis(&server.url(), &shutdown).await.unwrap();
    let mut listener = bus.listen();
    listener.follow(BranchId(2)).await.unwrap();
    let author = Author { user_id: Some(7), role: Word::read("PRINTER") };
    bus.publish(vec![Envelope { kind: Word::read("ROUND_PRINTED"), actor: author, ..event(2, 1) }, event(2, 2)]);
    let first = loop {
        // The listener's own connection is told as a gap.
        if let BusMessage::Event(event) = timeout(PATIENCE, listener.next()).await.unwrap() {
            break event;
        }
    };
    assert_eq!((first.envelope.kind.as_str(), first.envelope.actor.role.as_str()), ("ROUND_PRINTED", "PRINTER"));
    assert_eq!(first.json, serde_json::to_vec(&first.envelope).unwrap());
    assert_eq!(next_seq(&mut listener).await, 2);
    assert!(shutdown.drain().await);
}

/// fred returns from `subscribe` before the server has it; an event published right after `follow` must still arrive.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_published_after_follow_is_missed() {
    let server = RedisServer::started();
    let shutdown = shutdown();
    let bus = Bus::redis(&server.url(), &shutdown).await.unwrap();
    let mut listener = bus.listen();
    for branch in 1..=500 {
        listener.follow(BranchId(branch)).await.unwrap();
        bus.publish(vec![event(branch, branch)]);
        assert_eq!(next_seq(&mut listener).await, branch);
    }
    shutdown.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_and_returns_costs_a_gap_and_no_request_waits() {
    let mut server = RedisServer::started();
    let shutdown = shutdown();
    let bus = Bus::redis(&server.url(), &shutdown).await.unwrap();
    let mut listener = bus.listen();
    listener.follow(BranchId(2)).await.unwrap();
    bus.publish(vec![event(2, 1)]);
    assert_eq!(next_seq(&mut listener).await, 1);

    server.kill();
    let started = Instant::now();
    for seq in 2..20_000 {
        bus.publish(vec![event(2, seq)]);
    }
    assert!(started.elapsed() < Duration::from_secs(5), "publishing waited: {:?}", started.elapsed());
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!bus.health().connected);
    assert!(bus.health().dropped > 0);
    let started = Instant::now();
    listener.follow(BranchId(5)).await.unwrap();
    assert!(started.elapsed() < Duration::from_millis(2_500), "follow waited: {:?}", started.elapsed());

    server.start();
    expect_gap(&mut listener).await;
    until_connected(&bus).await;
    until_heard(&bus, &mut listener, (2, 20_000)).await;
    until_heard(&bus, &mut listener, (5, 20_001)).await;
    shutdown.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_there_yet_is_waited_for_in_the_background() {
    let mut server = RedisServer::reserved();
    let shutdown = shutdown();
    let started = Instant::now();
    let bus = Bus::redis(&server.url(), &shutdown).await.unwrap();
    let mut listener = bus.listen();
    listener.follow(BranchId(2)).await.unwrap();
    bus.publish(vec![event(2, 1)]);
    assert!(started.elapsed() < Duration::from_secs(4), "the start waited: {:?}", started.elapsed());
    assert!(!bus.health().connected);

    server.start();
    expect_gap(&mut listener).await;
    until_connected(&bus).await;
    until_heard(&bus, &mut listener, (2, 7)).await;
    shutdown.drain().await;
}

/// A stopped process keeps its sockets open and answers nothing: what a frozen machine or a cut cable looks like.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_is_noticed() {
    let server = RedisServer::started();
    let shutdown = shutdown();
    let bus = Bus::redis(&server.url(), &shutdown).await.unwrap();
    let mut listener = bus.listen();
    listener.follow(BranchId(2)).await.unwrap();
    server.signal("-STOP");
    let started = Instant::now();
    listener.follow(BranchId(3)).await.unwrap();
    assert!(started.elapsed() < Duration::from_millis(2_500), "follow waited: {:?}", started.elapsed());
    tokio::time::sleep(Duration::from_secs(7)).await;
    server.signal("-CONT");
    expect_gap(&mut listener).await;
    until_connected(&bus).await;
    // The subscriptions may still be on their way when the publisher is back; repeat until one is heard.
    let deadline = Instant::now() + PATIENCE;
    for seq in 1.. {
        assert!(Instant::now() < deadline, "delivery does not resume");
        bus.publish(vec![event(3, seq)]);
        if let Ok(BusMessage::Event(_)) = timeout(Duration::from_millis(100), listener.next()).await {
            break;
        }
    }
    shutdown.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_carries_events_too() {
    let server = RedisServer::started_as_cluster();
    let shutdown = shutdown();
    let bus = Bus::redis(&server.url().replace("redis://", "redis-cluster://"), &shutdown).await.unwrap();
    let mut listener = bus.listen();
    for branch in 1..=50 {
        listener.follow(BranchId(branch)).await.unwrap();
        bus.publish(vec![event(branch, branch), event(branch, branch + 1)]);
        assert_eq!(next_seq(&mut listener).await, branch);
        assert_eq!(next_seq(&mut listener).await, branch + 1);
    }
    assert_eq!(bus.health().dropped, 0);
    shutdown.drain().await;
}

/// `~* +@all` grants every command and, in Redis 7, no channel: what is refused is named, and noticed when it works.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_without_channels_is_noticed_and_so_is_one_that_gets_them() {
    let server = RedisServer::started();
    assert_eq!(server.ask("ACL SETUSER waiter on >secret ~* +@all resetchannels"), "+OK");
    let url = server.url().replace("redis://", "redis://waiter:secret@");
    let shutdown = shutdown();
    let bus = Bus::redis(&url, &shutdown).await.unwrap();
    let mut listener = bus.listen();
    listener.follow(BranchId(2)).await.unwrap();
    let refused = until_refused(&bus, |refused| refused.is_some_and(|said| said.contains("SUBSCRIBE"))).await.unwrap();
    for part in ["PUBLISH", "branch:0:admin", "branch:0:kitchen", "sector:0:waiters", "session:0"] {
        assert!(refused.contains(part), "{refused}");
    }
    assert!(bus.health().connected, "and it is no broken connection");

    assert_eq!(server.ask("ACL SETUSER waiter allchannels"), "+OK");
    until_refused(&bus, |refused| refused.is_none()).await;
    for seq in 1..=50 {
        bus.publish(vec![event(2, seq)]);
        assert_eq!(next_seq(&mut listener).await, seq);
    }
    assert_eq!(bus.health().dropped, 0);

    // Some kinds of channels only; whoever hears what gateways hear loses nothing.
    assert_eq!(server.ask("ACL SETUSER waiter resetchannels &branch:*"), "+OK");
    let seen = Instant::now() + PATIENCE;
    for seq in 51.. {
        assert!(Instant::now() < seen, "a channel that is refused is not noticed");
        bus.publish(vec![event(2, seq)]);
        assert_eq!(next_seq(&mut listener).await, seq);
        if bus.health().refused.is_some() {
            break;
        }
    }
    let refused = bus.health().refused.unwrap();
    assert!(refused.contains("session:31") && !refused.contains("admin"), "{refused}");
    shutdown.drain().await;
}

/// A gateway's user needs no right to publish.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_only_listens_needs_no_right_to_publish() {
    let server = RedisServer::started();
    assert_eq!(server.ask("ACL SETUSER screen on >secret +@all -publish &branch:*"), "+OK");
    let (one, two) = (shutdown(), shutdown());
    let url = server.url().replace("redis://", "redis://screen:secret@");
    let bus = Bus::redis_to_listen(&url, &one).await.unwrap();
    let api = Bus::redis(&server.url(), &two).await.unwrap();
    let mut listener = bus.listen();
    listener.follow(BranchId(2)).await.unwrap();
    api.publish(vec![event(2, 1)]);
    assert_eq!(next_seq(&mut listener).await, 1);
    assert_eq!((bus.health().refused, api.health().refused), (None, None));
    one.drain().await;
    two.drain().await;
}

/// A sentinel says who is the master, and goes on saying it when that one is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bus_follows_a_sentinel_to_the_next_master() {
    let mut master = RedisServer::started();
    let mut replica = RedisServer::reserved();
    replica.start_with(&["--replicaof", "127.0.0.1", &master.port.to_string()]);
    let mut sentinel = RedisServer::reserved();
    let file = sentinel.directory.path().join("sentinel.conf");
    std::fs::write(
        &file,
        format!(
            "sentinel monitor comanda 127.0.0.1 {} 1\nsentinel down-after-milliseconds comanda 500\n\
             sentinel failover-timeout comanda 2000\n",
            master.port
        ),
    )
    .unwrap();
    sentinel.start_from(&file, &["--sentinel"]);
    let deadline = Instant::now() + PATIENCE;
    while !sentinel.ask("SENTINEL REPLICAS comanda").starts_with("*1") || !replica.ask("ROLE").starts_with('*') {
        assert!(Instant::now() < deadline, "the sentinel does not find the replica");
        std::thread::sleep(Duration::from_millis(50));
    }
    let shutdown = shutdown();
    let url = format!("redis-sentinel://127.0.0.1:{}?sentinelServiceName=comanda", sentinel.port);
    let bus = Bus::redis(&url, &shutdown).await.unwrap();
    let mut listener = bus.listen();
    listener.follow(BranchId(2)).await.unwrap();
    bus.publish(vec![event(2, 1)]);
    assert_eq!(next_seq(&mut listener).await, 1);
    master.kill();
    // Nothing is heard until the sentinel has made the replica the master; then everything is again.
    let deadline = Instant::now() + 2 * PATIENCE;
    for seq in 2.. {
        assert!(Instant::now() < deadline, "the bus does not follow the sentinel");
        bus.publish(vec![event(2, seq)]);
        if let Ok(BusMessage::Event(heard)) = timeout(Duration::from_millis(100), listener.next()).await {
            assert!(heard.envelope.seq > 1);
            break;
        }
    }
    shutdown.drain().await;
}

/// The watch for dead peers must not take a quiet afternoon for one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_is_left_alone() {
    let server = RedisServer::started();
    let shutdown = shutdown();
    let bus = Bus::redis(&server.url(), &shutdown).await.unwrap();
    let mut listener = bus.listen();
    listener.follow(BranchId(2)).await.unwrap();
    while timeout(Duration::from_millis(300), listener.next()).await.is_ok() {}
    let heard = timeout(Duration::from_secs(9), listener.next()).await;
    assert!(heard.is_err(), "{heard:?}");
    assert!(bus.health().connected);
    shutdown.drain().await;
}

#[tokio::test]
async fn in_process_filters_by_branch_and_tells_when_it_lost_some() {
    let bus = Bus::in_process();
    let mut listener = bus.listen();
    listener.follow(BranchId(2)).await.unwrap();
    bus.publish(vec![event(3, 1), event(2, 1), event(2, 2)]);
    assert_eq!(next_seq(&mut listener).await, 1);
    assert_eq!(next_seq(&mut listener).await, 2);
    for seq in 3..40_000 {
        bus.publish(vec![event(2, seq)]);
    }
    assert!(matches!(listener.next().await, BusMessage::Gap));
    let first = next_seq(&mut listener).await;
    assert_eq!(next_seq(&mut listener).await, first + 1);
}
