//! The server the client is tested against: it answers as told and remembers what it was asked.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use domain::Clock;
use provider::{Credentials, Fields, MercadoPago, PaymentProvider};
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

#[derive(Debug)]
pub(crate) struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }
}

pub(crate) struct ReceivedRequest {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

pub(crate) enum Reply {
    Json(u16, String),
    Headers(u16, &'static str, &'static str),
    Hang,
}

#[derive(Clone, Default)]
pub(crate) struct Stub(Arc<Mutex<(VecDeque<Reply>, Vec<ReceivedRequest>)>>);

impl Stub {
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> (Self, MercadoPago) {
        let stub = Self::default();
        stub.0.lock().unwrap().0.extend(replies);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let router = stub.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        (stub, MercadoPago::new(base, Duration::from_millis(300), Arc::new(StandingClock)).unwrap())
    }

    pub(crate) fn router(&self) -> Router {
        Router::new().fallback(answer).with_state(self.clone())
    }

    pub(crate) fn asked(&self) -> Vec<ReceivedRequest> {
        std::mem::take(&mut self.0.lock().unwrap().1)
    }
}

async fn answer(State(stub): State<Stub>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    let reply = {
        let mut stub = stub.0.lock().unwrap();
        stub.1.push(ReceivedRequest { method, uri, headers, body });
        stub.0.pop_front()
    };
    match reply {
        Some(Reply::Json(status, body)) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        Some(Reply::Headers(status, name, value)) => {
            (StatusCode::from_u16(status).unwrap(), [(name, value)], "{}").into_response()
        }
        Some(Reply::Hang) => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            StatusCode::OK.into_response()
        }
        None => StatusCode::IM_A_TEAPOT.into_response(),
    }
}

pub(crate) fn reply(status: u16, body: &Value) -> Reply {
    Reply::Json(status, body.to_string())
}

pub(crate) fn credentials() -> Credentials {
    with(Fields::default())
}

/// Account 7, with more fields than the token.
pub(crate) fn with(fields: Fields) -> Credentials {
    let url = "http://127.0.0.1:9".parse().unwrap();
    let provider = MercadoPago::new(url, Duration::from_millis(300), Arc::new(StandingClock)).unwrap();
    provider.merge(None, &fields.with("access_token", Some("APP_USR-1"))).unwrap().credentials.named("7")
}
