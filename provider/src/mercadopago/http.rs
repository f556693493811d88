//! One HTTP call to Mercado Pago, made once: bounded in time and size, without redirects, and with every way to fail
//! told apart by whether the call may have taken effect.

use super::wire::{Id, clip};
use crate::{CallError, SetupError};
use reqwest::{Client, Method, StatusCode, header, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::time::Duration;
use url::Url;

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(3);
/// The largest answer read; a payment has a few KiB, a page of them a few hundred.
const LARGEST: usize = 1 << 20;

/// The connections to one API.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: Client,
    base: Url,
}

/// A call to make.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// Parts of the path; each is escaped.
    pub(super) path: &'a [&'a str],
    pub(super) query: &'a [(&'a str, &'a str)],
    /// Sent as `X-Idempotency-Key`.
    pub(super) key: Option<&'a str>,
    pub(super) body: Option<Vec<u8>>,
    /// Sent as they stand.
    pub(super) headers: &'a [(&'static str, &'static str)],
}

impl<'a> Call<'a> {
    pub(super) fn get(path: &'a [&'a str], query: &'a [(&'a str, &'a str)]) -> Self {
        Self { method: Method::GET, path, query, key: None, body: None, headers: &[] }
    }

    pub(super) fn write(method: Method, path: &'a [&'a str], key: &'a str, body: Option<Vec<u8>>) -> Self {
        Self { method, path, query: &[], key: Some(key), body, headers: &[] }
    }
}

/// A 2xx.
pub(super) struct Answer {
    pub(super) body: Vec<u8>,
}

/// What Mercado Pago says about a failure.
#[derive(Default, Deserialize)]
struct Failure {
    message: Option<String>,
    error: Option<String>,
    code: Option<serde_json::Value>,
    cause: Option<serde_json::Value>,
}

impl Http {
    pub(super) fn new(base: Url, timeout: Duration) -> Result<Self, SetupError> {
        let mut builder = Client::builder()
            .connect_timeout(CONNECT.min(timeout))
            .timeout(timeout)
            .redirect(Policy::none())
            .no_proxy()
            .user_agent(concat!("comanda/", env!("CARGO_PKG_VERSION")));
        // A sandbox on this machine speaks plain HTTP and needs no roots.
        if base.scheme() == "https" {
            builder = builder.https_only(true);
        }
        let client = builder.tls_backend_preconfigured(runtime::tls::client(base.scheme() == "https")?).build();
        Ok(Self { client: client.map_err(|error| SetupError::Client(error.to_string()))?, base })
    }

    /// Makes the call; an answer other than 2xx is an error.
    pub(super) async fn call(&self, token: &SecretString, call: Call<'_>) -> Result<Answer, CallError> {
        let reads = call.method == Method::GET;
        let lost = |reason: String| {
            if reads { CallError::Unavailable { reason, retry_after: None } } else { CallError::Unknown(reason) }
        };
        let mut response = match self.request(token, call).send().await {
            Ok(response) => response,
            Err(error) if error.is_connect() || error.is_builder() => {
                return Err(CallError::Unavailable { reason: explain(error), retry_after: None });
            }
            Err(error) => return Err(lost(explain(error))),
        };
        let status = response.status();
        let retry_after = retry_after(response.headers());
        let mut body = Vec::new();
        let cut = loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= LARGEST => body.extend_from_slice(&chunk),
                Ok(Some(_)) => break Some("the answer is larger than 1 MiB".to_owned()),
                Ok(None) => break None,
                Err(error) => break Some(explain(error)),
            }
        };
        match cut {
            // A refusal is one whatever follows the status line.
            Some(why) if status.is_success() => Err(lost(why)),
            _ if status.is_success() => Ok(Answer { body }),
            _ => Err(failure(status, &body, retry_after, lost)),
        }
    }

    fn request(&self, token: &SecretString, call: Call<'_>) -> reqwest::RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(call.path);
        }
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(call.query);
        }
        let mut request = self.client.request(call.method, url).header(header::ACCEPT, "application/json");
        let token = token.expose_secret();
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(key) = call.key {
            request = request.header("X-Idempotency-Key", key);
        }
        for (name, value) in call.headers {
            request = request.header(*name, *value);
        }
        match call.body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(body),
            None => request,
        }
    }
}

/// The innermost reason, which is the one that helps; addresses stay out of it.
fn explain(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "timed out".into();
    }
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    clip(&cause.to_string(), 200)
}

fn retry_after(headers: &header::HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(Duration::from_secs(3_600)))
}

fn failure(
    status: StatusCode,
    body: &[u8],
    retry_after: Option<Duration>,
    lost: impl FnOnce(String) -> CallError,
) -> CallError {
    let said: Failure = serde_json::from_slice(body).unwrap_or_default();
    match status.as_u16() {
        429 => CallError::RateLimited { retry_after },
        401 | 403 => CallError::Unauthorized { status: status.as_u16(), message: said.message() },
        404 => CallError::NotFound,
        408 | 500..=599 => match lost(format!("status {}", status.as_u16())) {
            CallError::Unavailable { reason, .. } => CallError::Unavailable { reason, retry_after },
            lost => lost,
        },
        400..=499 => CallError::Rejected { code: said.code(status), message: said.message() },
        // A redirect is not followed: it would carry the token elsewhere.
        other => match lost(format!("unexpected status {other}")) {
            CallError::Unavailable { reason, .. } => CallError::Malformed(reason),
            lost => lost,
        },
    }
}

impl Failure {
    /// `cause[0].code`, else `error`, else `code`, else the status.
    fn code(&self, status: StatusCode) -> String {
        // In conflict or locked: the same call may pass later, whatever the word for it.
        if matches!(status, StatusCode::CONFLICT | StatusCode::LOCKED) {
            return status.as_str().to_owned();
        }
        let cause = match &self.cause {
            Some(serde_json::Value::Array(causes)) => causes.first(),
            other => other.as_ref(),
        };
        let code = cause.and_then(|cause| cause.get("code")).and_then(Id::of_value);
        let code = code.or_else(|| self.error.clone()).or_else(|| self.code.as_ref().and_then(Id::of_value));
        clip(&code.unwrap_or_else(|| status.as_str().to_owned()), 64)
    }

    fn message(&self) -> String {
        clip(self.message.as_deref().unwrap_or_default(), 200)
    }
}
