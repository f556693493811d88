//! The dashboard as it is: what it asks for when it appears, and each call that its pages make or have wired, sent as
//! the browser sends it (admin-kitchen.md §1.1, §1.6, §2). Answers are held against the client's own types.

mod calls;
mod types;
mod useful;

use crate::scene::{number, product, send};
use calls::{BOOTSTRAP, CORE};
use harness::{App, Value, both_modes, json, reqwest};
use std::collections::HashMap;
use tokio::task::JoinSet;
use types::misfit;
use useful::{GOING, USEFUL};

const ORIGIN: &str = "http://localhost:5177";

/// A tab of the dashboard: its cookies, and the token it holds. No header but those the client sets.
#[derive(Clone)]
struct Tab {
    http: reqwest::Client,
    base: String,
    token: String,
}

/// What a page's `fetch` sees.
struct Seen {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Tab {
    async fn sign_in(app: &App, email: &str, password: &str) -> Self {
        // The harness's own client readies the process's cryptography.
        app.anonymous();
        let http = reqwest::Client::builder().no_proxy().cookie_store(true).build().unwrap();
        let mut tab = Self { http, base: app.api_url(), token: String::new() };
        let seen =
            tab.fetch("POST", "/api/auth/login", json!({"email": email, "password": password}).to_string()).await;
        let login: Value = serde_json::from_str(&seen.text).unwrap();
        assert_eq!(misfit(&login, "Login", "login"), None);
        let cookie = seen.headers["set-cookie"].to_str().unwrap();
        for part in ["refresh_token=", "HttpOnly", "Path=/api/auth", "SameSite=Lax"] {
            assert!(cookie.contains(part), "{cookie} lacks {part}");
        }
        tab.token = login["access_token"].as_str().unwrap().to_owned();
        tab
    }

    async fn fetch(&self, method: &str, path: &str, body: String) -> Seen {
        let url = format!("{}{path}", self.base);
        let mut request = self
            .http
            .request(method.parse().unwrap(), url)
            .header("Origin", ORIGIN)
            .header("Content-Type", "application/json");
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        let response = if body.is_empty() { request.send().await } else { request.body(body).send().await }.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let seen = Seen { status, headers, text: response.text().await.unwrap() };
        seen.is_readable(method, path);
        seen
    }

    /// What the browser asks before each call, for a JSON type and a token are no simple request.
    async fn preflight(&self, method: &str, path: &str) {
        let request =
            self.http.request(reqwest::Method::OPTIONS, format!("{}{path}", self.base)).header("Origin", ORIGIN);
        let request = request
            .header("Access-Control-Request-Method", method)
            .header("Access-Control-Request-Headers", "authorization,content-type");
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "preflight of {method} {path}: {}", response.status());
        let allowed = |name: &str| response.headers()[name].to_str().unwrap().to_lowercase();
        assert!(allowed("access-control-allow-methods").contains(&method.to_lowercase()), "{method} {path}");
        let headers = allowed("access-control-allow-headers");
        assert!(headers.contains("authorization") && headers.contains("content-type"), "{headers}");
        assert_eq!(response.headers()["access-control-allow-origin"], ORIGIN);
        assert_eq!(response.headers()["access-control-allow-credentials"], "true");
    }
}

impl Seen {
    /// The browser gives the page nothing without these, and the client reads nothing but JSON.
    #[track_caller]
    fn is_readable(&self, method: &str, path: &str) {
        assert_eq!(self.headers["access-control-allow-origin"], ORIGIN, "{method} {path}");
        assert_eq!(self.headers["access-control-allow-credentials"], "true", "{method} {path}");
        if self.status >= 400 {
            let problem: Value = serde_json::from_str(&self.text).unwrap_or_default();
            assert!(
                problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()),
                "{method} {path}: {}",
                self.text
            );
        }
    }

    #[track_caller]
    fn is(&self, status: u16, kind: &str, about: &str) -> Value {
        assert_eq!(self.status, status, "{about}: {}", self.text);
        match kind {
            "" => {
                assert_eq!(self.text, "", "{about}");
                Value::Null
            }
            "html" => {
                assert!(self.headers["content-type"].to_str().unwrap().starts_with("text/html"), "{about}");
                Value::Null
            }
            kind => {
                let answer: Value = serde_json::from_str(&self.text)
                    .unwrap_or_else(|error| panic!("{about}: {error} in {}", self.text));
                assert_eq!(misfit(&answer, kind, about), None);
                answer
            }
        }
    }
}

const PEOPLE: [(&str, &str, &str); 4] = [
    ("admin", "admin@demo.com", "admin123"),
    ("manager", "manager@demo.com", "manager123"),
    ("kitchen", "kitchen@demo.com", "kitchen123"),
    ("waiter", "waiter@demo.com", "waiter123"),
];

/// With the ids that were kept.
fn filled(text: &str, kept: &HashMap<String, String>) -> String {
    let mut parts = text.split('$');
    let mut filled = parts.next().unwrap().to_owned();
    for part in parts {
        let end = part.find(|letter: char| !letter.is_ascii_lowercase()).unwrap_or(part.len());
        let value = kept.get(&part[..end]).unwrap_or_else(|| panic!("nothing kept as {} for {text}", &part[..end]));
        filled += value;
        filled += &part[end..];
    }
    filled
}

/// A branch with a party that has ordered and paid a bit, so that no list is empty.
async fn evening(app: &App) -> HashMap<String, String> {
    let phone = app.scan("INT-01").await;
    let (dish, drink) = (product(app, "Bife de chorizo").await, product(app, "Quilmes 500ml").await);
    let other = app.scan("INT-02").await;
    send(&other, &[dish]).await;
    let check = other.post("/api/billing/check/request", json!({})).await.expect(200);
    let waiter = app.login("waiter@demo.com", "waiter123").await;
    let pay = json!({"check_id": check["check_id"], "amount_cents": 100, "tip_cents": 10});
    waiter.post("/api/billing/cash/pay", pay).await.expect(200);
    let round = send(&phone, &[dish, drink]).await;
    let rounds = waiter.get(&format!("/api/kitchen/rounds/{round}")).await.expect(200);
    #[expect(clippy::disallowed_methods, reason = "the program under test goes by the machine's clock")]
    let day = |ahead| (chrono::Utc::now() + chrono::TimeDelta::days(ahead)).date_naive().to_string();
    let kept = [
        ("branch", waiter.branch_ids[0].to_string()),
        ("busy", phone.table_id.to_string()),
        ("round", round.to_string()),
        ("item", number(&rounds["items"][0]["id"]).to_string()),
        ("today", day(0)),
        ("tomorrow", day(1)),
        ("later", day(30)),
    ];
    kept.map(|(name, value)| (name.to_owned(), value)).into()
}

both_modes! {
    async fn the_dashboard_appears_for_every_role(app: App) {
        evening(&app).await;
        for (role, email, password) in PEOPLE {
            let tab = Tab::sign_in(&app, email, password).await;
            let mut calls = JoinSet::new();
            for (path, kind, refused) in BOOTSTRAP {
                let tab = tab.clone();
                calls.spawn(async move {
                    tab.preflight("GET", path).await;
                    let seen = tab.fetch("GET", path, String::new()).await;
                    if refused.contains(&role) {
                        assert_eq!(seen.status, 403, "{role} {path}");
                        return;
                    }
                    let answer = seen.is(200, kind, &format!("{role} {path}"));
                    // The demo has no promotions.
                    let is_full = answer.as_array().is_none_or(|list| !list.is_empty() || *kind == "[Promotion]");
                    assert!(is_full, "{role} {path} is empty");
                });
            }
            calls.join_all().await;
        }
    }

    async fn each_call_of_the_dashboard_is_answered_in_the_clients_types(app: App) {
        let mut kept = evening(&app).await;
        let mut tabs = HashMap::new();
        for (role, email, password) in PEOPLE {
            tabs.insert(role, Tab::sign_in(&app, email, password).await);
        }
        for (role, method, path, body, status, kind, keep) in CORE.iter().chain(USEFUL).chain(GOING) {
            let (path, body) = (filled(path, &kept), filled(body, &kept));
            let tab = tabs.get_mut(role).unwrap();
            tab.preflight(method, &path).await;
            let answer = tab.fetch(method, &path, body.clone()).await.is(*status, kind, &format!("{role} {method} {path} {body}"));
            if *kind == "Refreshed" {
                tab.token = answer["access_token"].as_str().unwrap().to_owned();
            }
            let (name, thing) = match keep.split_once('.') {
                Some((list, _)) => (list, &answer[list][0]),
                None => (*keep, &answer),
            };
            if !name.is_empty() {
                kept.insert(name.to_owned(), number(&thing["id"]).to_string());
            }
        }
    }

    /// The wording that the table's window looks for: it shows "no session", not an error (admin-kitchen.md §1.2).
    async fn a_free_table_says_so_in_the_words_the_client_looks_for(app: App) {
        let tab = Tab::sign_in(&app, "manager@demo.com", "manager123").await;
        let free = app.sql_i64("select id from dining_table where code = 'BAR-02'").await;
        let seen = tab.fetch("GET", &format!("/api/waiter/tables/{free}/session"), String::new()).await;
        assert_eq!(seen.status, 404);
        let said = seen.text.to_lowercase();
        assert!(said.contains("no active session") || said.contains("not found"), "{said}");
    }
}
