//! A request as the operations see it, and the answer they give: plain values, so that faults and the journal can hold
//! and bend them.

use bytes::Bytes;

use crate::json::{Json, object};
use crate::route::Route;

/// A request that has arrived whole.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) route: Route,
    /// The first id in the path.
    pub(crate) resource: String,
    /// The second id in the path.
    pub(crate) part: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) bearer: Option<String>,
    /// `X-Render-In-Process-Refunds: true`.
    pub(crate) shows_slow_refunds: bool,
    pub(crate) body: Bytes,
    /// Who asks, once the token is known.
    pub(crate) seller: u64,
}

impl Call {
    /// The first value of a query parameter that is not empty.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The body as text, for the journal and for JSON.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The id in the path as a number; 0, which nothing has, when it is none.
    pub(crate) fn number(&self) -> u64 {
        self.resource.parse().unwrap_or(0)
    }
}

/// What an answer carries.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Empty,
    Json(Json),
    /// Content type and text.
    Text(&'static str, String),
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content: Content,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: Json) -> Self {
        Self { status, content: Content::Json(body), headers: Vec::new() }
    }

    pub(crate) fn ok(body: Json) -> Self {
        Self::json(200, body)
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, content: Content::Empty, headers: Vec::new() }
    }

    pub(crate) fn html(status: u16, page: String) -> Self {
        Self { status, content: Content::Text("text/html; charset=utf-8", page), headers: Vec::new() }
    }

    pub(crate) fn see_other(location: String) -> Self {
        Self { status: 303, content: Content::Empty, headers: vec![("location", location)] }
    }

    /// An error without a cause: how preferences answer.
    pub(crate) fn error(status: u16, error: &str, message: &str) -> Self {
        let body =
            [("message", message.into()), ("error", error.into()), ("status", status.into()), ("cause", Json::Null)];
        Self::json(status, object(body))
    }

    /// An error with a coded cause: how payments and refunds answer.
    pub(crate) fn cause(status: u16, error: &str, code: u32, message: &str, data: &str) -> Self {
        let cause = object([("code", code.into()), ("description", message.into()), ("data", data.into())]);
        let body = [
            ("message", message.into()),
            ("error", error.into()),
            ("status", status.into()),
            ("cause", Json::List(vec![cause])),
        ];
        Self::json(status, object(body))
    }

    pub(crate) fn unauthorized() -> Self {
        Self::error(401, "unauthorized", "invalid access token")
    }

    /// The policy agent's block.
    pub(crate) fn forbidden() -> Self {
        let body = [
            ("code", "PA_UNAUTHORIZED_RESULT_FROM_POLICIES".into()),
            ("blocked_by", "PolicyAgent".into()),
            ("message", "At least one policy returned UNAUTHORIZED.".into()),
            ("status", 403_u16.into()),
        ];
        Self::json(403, object(body))
    }

    pub(crate) fn too_many(retry_after: u32) -> Self {
        let mut reply = Self::error(429, "too_many_requests", "Too many requests");
        reply.headers.push(("retry-after", retry_after.to_string()));
        reply
    }
}
