//! The one shape of every HTTP error, on the API and on the gateway (diner-waiter.md §1.7).
//!
//! The shipped clients read `detail` (always a string, shown to the user) and, where they know it, `code`. The media
//! type and the fields beside those are RFC 9457's. The shape lives here, below every crate that answers HTTP, so that
//! an extractor of `auth` and a handler of `api` cannot disagree about it. Nothing internal ever goes into `detail`:
//! [`Problem::internal`] takes no argument for that reason; its cause belongs in the log.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use domain::ProblemCode;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};

/// An error on its way to the client.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// The stable name programs test; part of the API's contract.
    pub code: ProblemCode,
    /// The sentence shown to the user.
    pub detail: String,
    /// Seconds until a repeat makes sense; also the `Retry-After` header.
    pub retry_after: Option<u64>,
    /// Further fields of the body. The standard fields win over extras of the same name.
    pub extra: Map<String, Value>,
}

impl Problem {
    /// A problem of any status.
    pub fn new(status: StatusCode, code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), retry_after: None, extra: Map::new() }
    }

    /// The same with one more field in the body.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(key.into(), value.into());
        self
    }

    /// The same, telling the client to come back in `seconds`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// 400: the request is well formed but cannot be done, whatever the state.
    pub fn bad_request(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: nobody is logged in, or the token is not good any more. The clients react by refreshing or re-joining.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, ProblemCode::Unauthorized, detail)
    }

    /// 403: known, but not allowed.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, ProblemCode::Forbidden, detail)
    }

    /// 404: does not exist, or belongs to another tenant, which must look the same.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, ProblemCode::NotFound, detail)
    }

    /// 409: the present state does not allow it.
    pub fn conflict(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 422: the body, path or query does not have the documented shape.
    pub fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::InvalidRequest, detail)
    }

    /// 429: too often; allowed again in `seconds`.
    #[must_use]
    pub fn too_many_requests(seconds: u64) -> Self {
        let detail = format!("Too many requests. Try again in {seconds} seconds.");
        Self::new(StatusCode::TOO_MANY_REQUESTS, ProblemCode::RateLimited, detail).retry_after(seconds)
    }

    /// 503: something this needs is down or overloaded; a repeat may succeed.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ProblemCode::Unavailable, detail).retry_after(1)
    }

    /// 500: our fault. Says nothing about the cause.
    #[must_use]
    pub fn internal() -> Self {
        let detail = "Something went wrong on our side. Please try again.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ProblemCode::Internal, detail)
    }

    /// The body as it goes out.
    #[must_use]
    pub fn body(&self) -> ProblemBody {
        let mut extra = self.extra.clone();
        for standard in ["type", "title", "status", "detail", "code", "retry_after"] {
            extra.remove(standard);
        }
        ProblemBody {
            kind: "about:blank".into(),
            title: self.status.canonical_reason().unwrap_or("Error").into(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            code: self.code,
            retry_after: self.retry_after,
            extra,
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.status.as_u16(), self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    /// Each problem that is told is counted by its code, so that a client that asks for what the state forbids, or
    /// repeats a key for something else, is seen by whoever runs the house (docs/metrics.md).
    fn into_response(self) -> Response {
        metrics::counter!("http_problems_total", "code" => self.code.as_str()).increment(1);
        let mut response = (self.status, Json(self.body())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The JSON body of an error.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// Always `about:blank`: `code` tells the problems apart.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    pub kind: String,
    /// The status in words.
    #[schema(example = "Conflict")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 409)]
    pub status: u16,
    /// The sentence shown to the user.
    pub detail: String,
    /// The stable name of the problem.
    pub code: ProblemCode,
    /// Seconds until a repeat makes sense, as in the `Retry-After` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Further fields of this problem, such as the present state.
    #[serde(flatten)]
    #[schema(additional_properties, value_type = Object)]
    pub extra: Map<String, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_body_is_the_contract() {
        let problem = Problem::conflict(ProblemCode::IllegalTransition, "The round is already served.")
            .with("status_now", "SERVED");
        assert_eq!(
            serde_json::to_value(problem.body()).unwrap(),
            json!({
                "type": "about:blank", "title": "Conflict", "status": 409, "code": "illegal_transition",
                "detail": "The round is already served.", "status_now": "SERVED",
            })
        );
    }

    #[test]
    fn extras_never_shadow_the_standard_fields() {
        let body = serde_json::to_string(&Problem::not_found("No such table.").with("detail", 1).body()).unwrap();
        assert_eq!(body.matches("\"detail\"").count(), 1, "{body}");
        assert!(body.contains("No such table."));
    }

    #[test]
    fn headers_carry_media_type_and_whole_seconds() {
        let response = Problem::too_many_requests(17).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.headers()[header::RETRY_AFTER], "17");
        let body = serde_json::to_value(Problem::too_many_requests(17).body()).unwrap();
        assert_eq!(body["retry_after"], 17);
    }
}
