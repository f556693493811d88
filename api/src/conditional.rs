//! Answers that a client may have already: it asks with the tag it holds, and hears 304 if nothing changed (RFC 9110
//! §13).
//!
//! `no-cache` lets a phone keep its copy but makes it ask each time, so that an 86 is seen at once.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

/// The JSON `body`, or 304 when `request` holds it.
pub(crate) fn answer(request: &HeaderMap, etag: &HeaderValue, body: &Bytes) -> Response {
    let headers = [(header::ETAG, etag.clone()), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    if holds(request, etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (headers, json, body.clone()).into_response()
}

/// `If-None-Match` compares weakly: a proxy that compressed the body may have marked the tag `W/`.
pub(crate) fn holds(request: &HeaderMap, etag: &HeaderValue) -> bool {
    let listed = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    listed.flat_map(|list| list.split(',')).map(str::trim).any(|tag| {
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || tag.as_bytes() == etag.as_bytes()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(value: &'static str) -> bool {
        let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(value))]);
        holds(&headers, &HeaderValue::from_static("\"abc\""))
    }

    #[test]
    fn any_tag_of_the_list_counts() {
        assert!(held("\"abc\"") && held("\"x\", \"abc\"") && held("W/\"abc\"") && held("*"));
        assert!(!held("\"ab\"") && !held("abc") && !held("") && !held("\"abcd\""));
        assert!(!holds(&HeaderMap::new(), &HeaderValue::from_static("\"abc\"")));
    }
}
