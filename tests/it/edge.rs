//! What surrounds every route: preflights, request ids, security headers, limits, and a 500 that says nothing.

use harness::{AppOptions, both_modes, json, reqwest::Method};
use std::net::Ipv4Addr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
};

/// Every header one of the shipped clients sends.
const HEADERS: [&str; 9] = [
    "authorization",
    "content-type",
    "x-table-token",
    "x-request-id",
    "x-requested-with",
    "x-device-id",
    "accept",
    "accept-language",
    "cache-control",
];

both_modes! {
    async fn a_preflight_lets_the_shipped_clients_in_and_no_other_page(app: App) {
        for port in [5173, 5176, 5177, 5178, 5179, 5180] {
            for host in ["localhost", "127.0.0.1"] {
                let origin = format!("http://{host}:{port}");
                for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                    let page = app.anonymous().with_header("Origin", &origin)
                        .with_header("Access-Control-Request-Method", method)
                        .with_header("Access-Control-Request-Headers", &HEADERS.join(","));
                    let reply = page.send(Method::OPTIONS, "/api/diner/cart/add", "text/plain", "").await;
                    reply.expect(200);
                    assert_eq!(reply.header("access-control-allow-origin"), Some(origin.as_str()));
                    assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
                    assert_eq!(reply.header("access-control-max-age"), Some("0"));
                    let allowed = |name: &str, value: &str| {
                        reply.header(name).is_some_and(|list| list.split(',').any(|item| item.trim().eq_ignore_ascii_case(value)))
                    };
                    assert!(allowed("access-control-allow-methods", method), "{method}");
                    assert!(HEADERS.iter().all(|header| allowed("access-control-allow-headers", header)));
                }
            }
        }
        for origin in ["http://evil.example", "null", "http://localhost:5177.evil.example", "https://localhost:5177", "http://localhost:9999"] {
            let page = app.anonymous().with_header("Origin", origin).with_header("Access-Control-Request-Method", "GET");
            let reply = page.send(Method::OPTIONS, "/api/auth/me", "text/plain", "").await;
            assert_eq!(reply.header("access-control-allow-origin"), None, "{origin}");
        }
    }

    async fn a_request_keeps_its_id_and_a_wild_one_gets_another(app: App) {
        let with = async |id: &str| {
            let reply = app.anonymous().with_header("X-Request-ID", id).get("/api/nowhere").await;
            reply.header("x-request-id").map(str::to_owned)
        };
        for id in ["a1b2-C3", "0b0e1b1c-7f63-4f7c-a8f5-2f6a37a4c8d1", &"x".repeat(128)] {
            assert_eq!(with(id).await.as_deref(), Some(id));
        }
        for id in ["", "a b", "é", "{\"level\":\"error\"}", &"x".repeat(129)] {
            let given = with(id).await.unwrap();
            assert!(given != id && given.len() == 36, "{id:?} became {given}");
        }
    }

    async fn every_answer_has_its_security_headers(app: App) {
        let phone = app.scan("INT-01").await;
        let anonymous = app.anonymous();
        let replies = [
            anonymous.get("/api/health").await,
            anonymous.get("/api/nowhere").await,
            anonymous.post("/api/auth/login", json!({})).await,
            phone.delete("/api/diner/cart").await,
            anonymous.get("/docs/").await,
        ];
        for reply in replies {
            assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(reply.header("x-frame-options"), Some("DENY"));
            assert!(reply.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'self'")));
            assert!(reply.header("referrer-policy").is_some() && reply.header("permissions-policy").is_some());
            assert_eq!(reply.header("strict-transport-security"), None, "only in production");
            assert!(reply.header("x-request-id").is_some());
        }
    }

    async fn a_failure_of_ours_tells_its_number_and_nothing_else(app: App) {
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        let phone = app.scan("INT-01").await;
        app.sql_exec("alter table service_call rename to lost").await;
        let page = |caller: &harness::Caller| caller.with_header("Origin", "http://localhost:5178").with_header("X-Request-ID", "find-me");
        let failures = [
            page(&waiter).get("/api/waiter/service-calls").await,
            page(&phone).post("/api/diner/service-call", json!({})).await,
        ];
        for reply in failures {
            let body = reply.expect(500);
            assert_eq!((&body["request_id"], &body["code"]), (&json!("find-me"), &json!("internal")));
            assert_eq!(reply.header("x-request-id"), Some("find-me"));
            assert_eq!(reply.header("access-control-allow-origin"), Some("http://localhost:5178"));
            assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
            let text = reply.text().to_lowercase();
            assert!(["service_call", "sql", "relation", "table"].iter().all(|word| !text.contains(word)), "{text}");
        }
    }

    async fn a_body_may_be_absent_and_must_not_be_huge(app: App) {
        let phone = app.scan("INT-01").await;
        let waiter = app.login("waiter@demo.com", "waiter123").await;
        phone.post_empty("/api/diner/service-call").await.expect(200);
        waiter.post_empty(&format!("/api/waiter/tables/{}/close", phone.table_id)).await.expect(200);
        for kind in ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/x-www-form-urlencoded", ""] {
            waiter.send(Method::POST, &format!("/api/billing/tables/{}/clear", phone.table_id), kind, "").await.expect(200);
        }
        for kind in ["text/plain", "multipart/form-data; boundary=x", "application/xml"] {
            waiter.send(Method::POST, "/api/auth/refresh", kind, "").await.expect(415);
        }
        // What is not there is not there, however it is sent.
        for kind in ["text/plain", "image/png", ""] {
            waiter.send(Method::POST, "/api/nowhere", kind, "").await.expect(404);
            waiter.send(Method::PUT, "/api/auth/me", kind, "").await.expect(405);
            waiter.send(Method::PATCH, "/api/admin/images", kind, "").await.expect(405);
        }
        let huge = format!("{{\"x\":\"{}\"}}", "y".repeat(256 * 1024));
        for (method, path) in [(Method::POST, "/api/auth/login"), (Method::PATCH, "/api/admin/branches/1"), (Method::DELETE, "/api/diner/cart")] {
            let caller = if path.contains("diner") { (*phone).clone() } else { (*app.login("admin@demo.com", "admin123").await).clone() };
            caller.send(method, path, "application/json", huge.clone()).await.expect(413);
        }
    }

    async fn deep_wild_and_doubled_json_is_refused(app: App) {
        let phone = app.scan("INT-01").await;
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let bodies = [
            deep.clone(),
            format!(r#"{{"x":{deep}}}"#),
            r#"{"product_id":111,"product_id":112}"#.into(),
            r#"{"product_id":111,"quantity":1e0}"#.into(),
            r#"{"product_id":111,"quantity":1.0}"#.into(),
            r#"{"product_id":1e2}"#.into(),
            r#"{"product_id":-9223372036854775809}"#.into(),
            r#"{"product_id":111,"notes":"\ud800"}"#.into(),
            "{}{}".into(),
            "\u{feff}{}".into(),
            "null".into(),
            "[]".into(),
        ];
        for body in bodies {
            phone.send(Method::POST, "/api/diner/cart/add", "application/json", body).await.expect(422);
        }
        assert_eq!(app.sql_i64("select count(*) from cart_item").await, 0);
        // Names are text: the clients escape what they show.
        let name = "Ñandú 🍕 <b>'\"--";
        let joined = phone.lenient().post("/api/diner/register", json!({"name": name, "color": "#112233", "local_id": null, "later": [1]})).await.expect(200);
        assert_eq!(joined["name"], name);
    }

    async fn whoever_is_limited_hears_for_how_long(app: App = AppOptions::default().rate_limits()) {
        let phone = app.scan("INT-01").await;
        let mut reply = phone.post("/api/diner/service-call", json!({})).await;
        for _ in 0..200 {
            if reply.status == 429 {
                break;
            }
            reply = phone.post("/api/diner/service-call", json!({})).await;
        }
        let body = reply.expect(429);
        let seconds: i64 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds) && body["retry_after"] == json!(seconds), "{body}");
        // Another table at the same address is another table.
        app.scan("INT-02").await.post("/api/diner/service-call", json!({})).await.expect(200);
    }

    /// HTTP lets a caller invent methods; each series of a metric is memory for good.
    async fn a_thousand_invented_methods_are_one_series(app: App) {
        let anonymous = app.anonymous();
        for number in 0..1_000 {
            let method = Method::from_bytes(format!("M{number}").as_bytes()).unwrap();
            anonymous.send(method, "/api/health", "application/json", "").await.expect(405);
            if number % 250 == 0 {
                anonymous.send(Method::from_bytes(format!("N{number}").as_bytes()).unwrap(), "/nowhere", "", "").await;
            }
        }
        let text = anonymous.get("/metrics").await.text();
        let series: Vec<_> = text.lines().filter(|line| line.starts_with("http_requests_total{")).collect();
        assert!(series.len() < 20, "{series:?}");
        let other: Vec<_> = series.iter().filter(|line| line.contains("method=\"other\"") && line.contains("status=\"405\"")).collect();
        assert!(other.len() == 1 && other[0].ends_with(" 1000"), "{other:?}");
        assert!(!text.contains("M999"));
    }

    /// A limit for an address is one for the address that the proxy saw: the client cannot choose another, whatever
    /// lines it sends itself; and no peer but the proxy may say anything.
    async fn an_address_is_what_the_proxy_saw(app: App = AppOptions::default().rate_limits().env("COMANDA_TRUSTED_PROXIES", "127.0.0.3")) {
        // A refresh without a cookie is a 401, a hundred times at once for an address.
        let refresh = async |last: u8, forwarded: &[String]| {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind((Ipv4Addr::new(127, 0, 0, last), 0).into()).unwrap();
            let mut socket = socket.connect(app.api_url().replace("http://", "").parse().unwrap()).await.unwrap();
            let lines: String = forwarded.iter().map(|line| format!("x-forwarded-for: {line}\r\n")).collect();
            let request = format!("POST /api/auth/refresh HTTP/1.1\r\nhost: x\r\nx-requested-with: x\r\nconnection: close\r\n{lines}content-length: 0\r\n\r\n");
            socket.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            socket.read_to_string(&mut answer).await.unwrap();
            answer.split(' ').nth(1).unwrap().to_owned()
        };
        let is_limited = async |last: u8, forwarded: &dyn Fn(usize) -> Vec<String>| {
            for number in 0..300 {
                if refresh(last, &forwarded(number)).await == "429" {
                    return true;
                }
            }
            false
        };
        let seen = |address: &str| vec![address.to_owned()];
        assert!(is_limited(3, &|number| vec![format!("10.1.2.{}", number % 250), "198.51.100.7".into()]).await, "a line of the client's own");
        assert!(is_limited(3, &|number| vec![format!("10.1.2.{}, 198.51.100.8", number % 250)]).await, "an entry of the client's own");
        assert!(is_limited(3, &|number| vec![format!("2001:db8:1:2::{number:x}")]).await, "a customer's many addresses");
        assert!(is_limited(2, &|number| vec![format!("10.1.2.{}", number % 250)]).await, "a peer that is no proxy");
        assert_eq!(refresh(3, &seen("198.51.100.9")).await, "401", "another client of the proxy");
        assert_eq!(refresh(3, &seen("2001:db8:1:3::1")).await, "401", "another customer");
        assert_eq!(refresh(4, &[]).await, "401", "another address");
    }

    async fn the_document_can_be_browsed_without_a_network(app: App) {
        let anonymous = app.anonymous();
        let page = anonymous.get("/docs/").await;
        let html = page.text();
        let policy = page.header("content-security-policy").unwrap_or_default();
        assert!(!policy.contains("http") && !policy.contains("unsafe-eval"), "{policy}");
        let links = html.split(['"', '\'']).filter(|text| [".js", ".css", ".png"].iter().any(|end| text.ends_with(end)));
        let links: Vec<_> = links.collect();
        assert!(links.len() >= 5, "{html}");
        for link in links {
            assert!(!link.contains("//"), "{link} is somewhere else");
            let asset = anonymous.get(&format!("/docs/{}", link.trim_start_matches("./"))).await;
            assert!(asset.status == 200 && !asset.bytes.is_empty(), "{link}");
        }
        assert!(anonymous.get("/docs/swagger-initializer.js").await.text().contains("\"/openapi.json\""));
    }
}
