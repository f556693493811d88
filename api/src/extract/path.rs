//! Path segments and query parameters; one that does not parse is 422, like a body that does not, and the detail begins
//! with its name.

use super::handling::Handling;
use axum::extract::{
    FromRequestParts, Path, RawPathParams,
    path::{ErrorKind, FailedToDeserializePathParams},
    rejection::PathRejection,
};
use http::request::Parts;
use runtime::Problem;
use serde::de::DeserializeOwned;

/// The path's parameters.
#[derive(Debug)]
pub(crate) struct Segment<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Segment<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let rejection = match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => return Ok(Self(value)),
            Err(rejection) => rejection,
        };
        let names = RawPathParams::from_request_parts(parts, state).await;
        let names: Vec<String> = names.iter().flat_map(RawPathParams::iter).map(|(name, _)| name.to_owned()).collect();
        let detail = match rejection {
            PathRejection::FailedToDeserializePathParams(error) => unfit_segment(&names, error),
            other => other.body_text(),
        };
        Err(Problem::unprocessable(detail))
    }
}

/// Which of the path's parameters does not fit, and why.
fn unfit_segment(names: &[String], error: FailedToDeserializePathParams) -> String {
    let must_be = |kind: &str| match kind {
        "i64" | "i32" | "u64" | "u32" => "must be a whole number".to_owned(),
        other => format!("must be a {other}"),
    };
    let only = names.first().map_or("path", String::as_str);
    match error.into_kind() {
        ErrorKind::DeserializeError { key, message, .. } => format!("{key}: {message}"),
        ErrorKind::ParseErrorAtKey { key, expected_type, .. } => format!("{key}: {}", must_be(expected_type)),
        ErrorKind::ParseErrorAtIndex { index, expected_type, .. } => {
            format!("{}: {}", names.get(index).map_or(only, String::as_str), must_be(expected_type))
        }
        ErrorKind::ParseError { expected_type, .. } => format!("{only}: {}", must_be(expected_type)),
        ErrorKind::InvalidUtf8InPathParam { key } => format!("{key}: must be UTF-8"),
        other => format!("{only}: {other}"),
    }
}

/// The query's parameters.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Handling::of(&parts.extensions).note_query::<T>(parts.uri.query());
        runtime::query(&parts.uri).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, routing::get};
    use domain::{BranchId, ProductId};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    async fn detail(path: &str, uri: &str) -> String {
        let pair = get(async |Segment(_): Segment<(BranchId, i64)>| "");
        let one = get(async |Segment(_): Segment<ProductId>| "");
        let text = get(async |Segment(_): Segment<(String, String)>| "");
        let route = match path {
            "/x/{branch_id}/{place}" => pair,
            "/x/{product_id}" => one,
            _ => text,
        };
        let request = http::Request::get(uri).body(Body::empty()).unwrap();
        let response = Router::new().route(path, route).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 422, "{uri}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        body["detail"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn the_segment_that_does_not_fit_is_named() {
        for (path, uri, name) in [
            ("/x/{product_id}", "/x/abc", "product_id: "),
            ("/x/{product_id}", "/x/99999999999999999999", "product_id: "),
            ("/x/{branch_id}/{place}", "/x/abc/1", "branch_id: "),
            ("/x/{branch_id}/{place}", "/x/1/abc", "place: must be a whole number"),
            ("/x/{kind}/{word}", "/x/a/%ff", "word: must be UTF-8"),
        ] {
            let detail = detail(path, uri).await;
            assert!(detail.starts_with(name), "{uri}: {detail}");
        }
    }
}
