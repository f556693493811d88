//! Answers that a client may have already: it asks with the tag it holds, and hears 304 if nothing changed (RFC 9110
//! §13).
//!
//! `no-cache` lets a phone keep its copy but makes it ask each time, so that an 86 is seen at once.

use crate::header::has;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// The JSON `body`, or 304 when `request` holds it.
pub(crate) fn answer(request: &HeaderMap, etag: &HeaderValue, body: &Bytes) -> Response {
    let headers = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    if has(request, etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (headers, json, body.clone()).into_response()
}
