//! nginx, HAProxy and Caddy with the files of `deploy/`: what is routed, what is not, and that a silent socket stays
//! open longer than any of them lets a silent connection be.

use crate::peer::Peer;
use harness::{App, Socket, distributed_only, json};
use std::time::Duration;

/// Longer than nginx (60 s) and HAProxy (50 s) keep a connection on which nothing moves.
const SILENCE: Duration = Duration::from_secs(65);

fn host(url: &str) -> &str {
    url.rsplit_once('/').unwrap().1
}

/// The file with the addresses of this test in place of those of `compose.yaml`.
fn adapted(file: &str, app: &App, port: u16, listens: &str) -> String {
    let text = std::fs::read_to_string(format!("{}/deploy/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for part in ["api:8000", "ws-gateway:8001", listens] {
        assert!(text.contains(part), "{file} has no {part}");
    }
    let ours = listens.replace("80", &format!("127.0.0.1:{port}")).replace("*:127", "127");
    text.replace("ws-gateway:8001", host(&app.gateway_url()))
        .replace("api:8000", host(&app.api_url()))
        .replace(listens, &ours)
}

fn nginx(app: &App) -> Peer {
    Peer::start(
        "nginx",
        |file, directory| {
            let quiet = "daemon off; master_process off; error_log stderr;".to_owned();
            vec![
                "-p".into(),
                directory.display().to_string(),
                "-c".into(),
                file.display().to_string(),
                "-g".into(),
                quiet,
            ]
        },
        |port, directory| {
            let at = directory.display();
            let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .map(|kind| format!("{kind}_temp_path {at}/{kind};\n"))
                .concat();
            let site = adapted("nginx.conf", app, port, "listen 80;");
            format!("pid {at}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{site}\n}}\n")
        },
    )
}

fn haproxy(app: &App) -> Peer {
    Peer::start(
        "haproxy",
        |file, _| vec!["-db".into(), "-f".into(), file.display().to_string()],
        |port, _| adapted("haproxy.cfg", app, port, "bind *:80"),
    )
}

fn caddy(app: &App) -> Peer {
    let program = std::env::var("COMANDA_TEST_CADDY").expect("scripts/test --peers sets it");
    Peer::start(
        &program,
        |file, _| ["run", "--adapter", "caddyfile", "--config", &file.display().to_string()].map(str::to_owned).into(),
        |port, _| {
            let mut text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/Caddyfile")).unwrap();
            let behind = [("api 8000", app.api_url()), ("ws-gateway 8001", app.gateway_url())];
            for (name, url) in behind {
                let (address, port) = host(&url).split_once(':').unwrap();
                let named = format!("dynamic a {name} {{");
                assert!(text.contains(&named), "the Caddyfile has no `{named}`");
                text = text.replace(&named, &format!("dynamic a {address} {port} {{"));
            }
            let site = "{$COMANDA_SITE}";
            assert!(text.contains(site));
            let text = text.replace(site, &format!("http://127.0.0.1:{port}"));
            format!("{{\nadmin off\ndefault_bind 127.0.0.1\n}}\n{text}")
        },
    )
}

distributed_only! {
    /// The examples that we ship are right: the clients' calls and sockets pass, and what is for the inside does not.
    async fn the_examples_route_what_clients_need_and_keep_a_silent_socket(app: App) {
        let peers = [nginx(&app), haproxy(&app), caddy(&app)];
        let mut silent = Vec::new();
        for peer in &peers {
            let there = app.anonymous().at(&format!("http://127.0.0.1:{}", peer.port));
            there.get("/api/health").await.expect(200);
            there.get("/api/public/menu/centro").await.expect(200);
            for inside in ["/metrics", "/ws/metrics", "/api/health/detailed", "/ws/health/detailed", "/"] {
                assert_eq!(there.get(inside).await.status, 404, "{inside} at port {}", peer.port);
            }
            let waiter = json!({"email": "kitchen@demo.com", "password": "kitchen123"});
            let token = there.post("/api/auth/login", waiter).await.expect(200)["access_token"].clone();
            let path = format!("/ws/kitchen?token={}", token.as_str().unwrap());
            silent.push(Socket::connect(&format!("ws://127.0.0.1:{}", peer.port), &path).await);
        }
        tokio::time::sleep(SILENCE).await;
        let phone = app.scan("INT-01").await;
        phone.post("/api/diner/rounds/submit", json!({"items": [{"product_id": 111, "qty": 1}]})).await.expect(200);
        for socket in &silent {
            socket.wait_for("ROUND_SUBMITTED").await;
            assert_eq!(socket.types(), ["ROUND_SUBMITTED"]);
        }
    }
}
