//! The people of the restaurant as HTTP callers; each sends what its real application sends.

use std::net::IpAddr;
use std::ops::Deref;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Body, Method};
use serde_json::{Value, json};

use crate::{App, Socket};

/// Sends requests with the headers of one principal. Cloning is cheap and shares the connections and cookies.
#[derive(Debug, Clone)]
pub struct Caller {
    http: reqwest::Client,
    base: String,
    headers: Vec<(String, String)>,
}

impl Caller {
    /// A caller of the server at `base` (`http://host:port`) with connections and cookies of its own.
    ///
    /// # Panics
    /// When the HTTP client cannot be set up.
    pub fn new(base: &str) -> Self {
        Self::with(reqwest::Client::builder(), base)
    }

    /// A caller from `local`, an address of this machine, who keeps no connection for the next request.
    ///
    /// # Panics
    /// When the HTTP client cannot be set up.
    pub fn from(base: &str, local: IpAddr) -> Self {
        Self::with(reqwest::Client::builder().local_address(local).pool_max_idle_per_host(0), base)
    }

    fn with(builder: reqwest::ClientBuilder, base: &str) -> Self {
        // In one build with the provider's client, reqwest has TLS compiled in and asks for cryptography before it is
        // used.
        let _installed_already = rustls::crypto::ring::default_provider().install_default();
        // A proxy of the machine has no business between a test and its own loopback.
        let http = builder
            .no_proxy()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build()
            .expect("an HTTP client without TLS needs nothing");
        // A field that is misspelt here would test nothing: it is refused.
        let headers = [("X-Requested-With", "XMLHttpRequest"), ("Prefer", "handling=strict")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { http, base: base.to_owned(), headers }
    }

    /// The same principal with one more header, for example `X-Idempotency-Key`.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut caller = self.clone();
        caller.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        caller.headers.push((name.to_owned(), value.to_owned()));
        caller
    }

    /// The same principal whose unknown fields are ignored, as the shipped clients' are.
    #[must_use]
    pub fn lenient(&self) -> Self {
        let mut caller = self.clone();
        caller.headers.retain(|(name, _)| name != "Prefer");
        caller
    }

    /// The same principal at another process.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// GET `path`, which starts with `/api/` (or `/ws/` for the gateway's reads).
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, "application/json", Body::default()).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, "application/json", body.to_string()).await
    }

    /// POST without a body but with `Content-Type: application/json`, as every client does.
    pub async fn post_empty(&self, path: &str) -> Reply {
        self.send(Method::POST, path, "application/json", Body::default()).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, "application/json", body.to_string()).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, "application/json", body.to_string()).await
    }

    /// DELETE without a body.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, "application/json", Body::default()).await
    }

    /// Anything: malformed JSON, another media type, a method no client uses.
    ///
    /// # Panics
    /// When no answer comes (the server is down, or silent for 30 s); see [`Caller::try_send`].
    pub async fn send(&self, method: Method, path: &str, content_type: &str, body: impl Into<Body>) -> Reply {
        let asked = format!("{method} {path}");
        self.try_send(method, path, content_type, body).await.unwrap_or_else(|error| panic!("{asked}: {error:?}"))
    }

    /// [`Caller::send`] for a server that may be down.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        body: impl Into<Body>,
    ) -> Result<Reply, reqwest::Error> {
        let mut request =
            self.http.request(method.clone(), format!("{}{path}", self.base)).header(CONTENT_TYPE, content_type);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = request.body(body).send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Reply { asked: format!("{method} {path}"), status, headers, bytes: response.bytes().await? })
    }
}

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Reply {
    asked: String,
    /// The HTTP status.
    pub status: u16,
    /// The response headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub bytes: Bytes,
}

impl Reply {
    /// The body as JSON, `null` when it is empty, if the status is the one expected.
    ///
    /// # Panics
    /// With the request, the status and the body when it is not.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} answered {}: {}", self.asked, self.status, self.text());
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{} answered {}, {error}: {}", self.asked, self.status, self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// One response header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Somebody without a token.
#[derive(Debug, Clone)]
pub struct Anonymous(pub(crate) Caller);

/// A phone at a table: it has scanned the code and its owner has given a name.
#[derive(Debug, Clone)]
pub struct DinerPhone {
    caller: Caller,
    /// The table token it sends as `X-Table-Token`.
    pub token: String,
    /// The party's stay.
    pub session_id: i64,
    /// The table it sits at.
    pub table_id: i64,
    /// This phone's diner.
    pub diner_id: i64,
}

/// A waiter, cook, manager or admin who has signed in; the refresh cookie is kept as a browser would.
#[derive(Debug, Clone)]
pub struct StaffClient {
    caller: Caller,
    /// Sent as `Authorization: Bearer`.
    pub access_token: String,
    /// The same token as in the cookie.
    pub refresh_token: String,
    /// The account.
    pub user_id: i64,
    /// The branches the account works in.
    pub branch_ids: Vec<i64>,
}

impl Deref for Anonymous {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl Deref for DinerPhone {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Deref for StaffClient {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Anonymous {
    /// Signs in.
    ///
    /// # Panics
    /// When the server does not let this account in.
    pub async fn login(&self, email: &str, password: &str) -> StaffClient {
        let reply = self.post("/api/auth/login", json!({"email": email, "password": password})).await;
        let body = reply.expect(200);
        let access_token = text(&body, "access_token");
        StaffClient {
            caller: self.with_header("Authorization", &format!("Bearer {access_token}")),
            refresh_token: text(&body, "refresh_token"),
            user_id: number(&body["user"], "id"),
            branch_ids: body["user"]["branch_ids"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect(),
            access_token,
        }
    }

    /// Scans the code of a table of branch `centro` and registers as a diner called `name`.
    ///
    /// # Panics
    /// When the table cannot be opened or joined.
    pub async fn scan_as(&self, table_code: &str, name: &str) -> DinerPhone {
        let open = format!("/api/tables/code/{table_code}/session?branch_slug=centro");
        let session = self.post_empty(&open).await.expect(200);
        let token = text(&session, "table_token");
        let caller = self.with_header("X-Table-Token", &token);
        let reply = caller.post("/api/diner/register", json!({"name": name, "color": "#F97316"})).await;
        assert!(matches!(reply.status, 200 | 201), "register answered {}: {}", reply.status, reply.text());
        DinerPhone {
            caller,
            token,
            session_id: number(&session, "session_id"),
            table_id: number(&session, "table_id"),
            diner_id: number(&reply.json(), "id"),
        }
    }
}

impl DinerPhone {
    /// The same phone, whose every command carries this idempotency key.
    #[must_use]
    pub fn keyed(self, key: &str) -> Self {
        Self { caller: self.caller.with_header("X-Idempotency-Key", key), ..self }
    }

    /// Opens this diner's socket.
    ///
    /// # Panics
    /// When the gateway refuses it.
    pub async fn socket(&self, app: &App) -> Socket {
        Socket::connect(&app.ws_url(), &format!("/ws/diner?table_token={}", self.token)).await
    }
}

impl StaffClient {
    /// The same account, whose every command carries this idempotency key.
    #[must_use]
    pub fn keyed(self, key: &str) -> Self {
        Self { caller: self.caller.with_header("X-Idempotency-Key", key), ..self }
    }

    /// Opens `/ws/waiter`, `/ws/kitchen` or `/ws/admin` with this account's token.
    ///
    /// # Panics
    /// When the gateway refuses it.
    pub async fn socket(&self, app: &App, path: &str) -> Socket {
        Socket::connect(&app.ws_url(), &format!("{path}?token={}", self.access_token)).await
    }
}

/// The menu of branch `centro`, to name products as a guest would.
#[derive(Debug, Clone)]
pub struct Menu(pub Value);

impl Menu {
    /// The product called `name`.
    ///
    /// # Panics
    /// When the menu has none.
    #[track_caller]
    pub fn product(&self, name: &str) -> &Value {
        let categories = self.0["categories"].as_array().into_iter().flatten();
        categories
            .filter_map(|category| category["products"].as_array())
            .flatten()
            .find(|product| product["name"] == name)
            .unwrap_or_else(|| panic!("no product {name:?} in {}", self.0))
    }

    /// Its id.
    ///
    /// # Panics
    /// When the menu has no such product.
    #[track_caller]
    pub fn id(&self, name: &str) -> i64 {
        number(self.product(name), "id")
    }

    /// Its price.
    ///
    /// # Panics
    /// When the menu has no such product.
    #[track_caller]
    pub fn price_cents(&self, name: &str) -> i64 {
        number(self.product(name), "price_cents")
    }
}

#[track_caller]
fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap_or_else(|| panic!("no text {field:?} in {body}")).to_owned()
}

#[track_caller]
fn number(body: &Value, field: &str) -> i64 {
    body[field].as_i64().unwrap_or_else(|| panic!("no number {field:?} in {body}"))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one request with `response` and returns what was asked.
    async fn answer_once(response: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = vec![0; 4096];
            let length = stream.read(&mut buffer).await.unwrap();
            stream.write_all(response.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&buffer[..length]).to_ascii_lowercase()
        });
        (base, asked)
    }

    #[tokio::test]
    async fn a_post_without_a_body_still_says_json_as_the_clients_do() {
        let (base, asked) = answer_once("HTTP/1.1 204 No Content\r\n\r\n").await;
        let caller = Caller::new(&base).with_header("X-Table-Token", "old").with_header("x-table-token", "t0");
        assert_eq!(caller.post_empty("/api/x").await.expect(204), Value::Null);
        let asked = asked.await.unwrap();
        assert!(asked.starts_with("post /api/x http/1.1"), "{asked}");
        assert!(asked.contains("content-type: application/json"), "{asked}");
        assert!(asked.contains("x-table-token: t0") && !asked.contains("old"), "{asked}");
    }

    #[tokio::test]
    #[should_panic(expected = "POST /api/x answered 409: {\"detail\":\"no\"}")]
    async fn an_unexpected_status_is_shown_with_the_request_and_the_body() {
        let (base, _asked) =
            answer_once("HTTP/1.1 409 Conflict\r\ncontent-length: 15\r\n\r\n{\"detail\":\"no\"}").await;
        Caller::new(&base).post("/api/x", json!({})).await.expect(201);
    }
}
