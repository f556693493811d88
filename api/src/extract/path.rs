//! Path segments and query parameters; one that does not parse is 422, like a body that does not.

use super::handling::Handling;
use axum::extract::{FromRequestParts, Path, Query};
use http::request::Parts;
use runtime::Problem;
use serde::de::DeserializeOwned;

/// The path's parameters.
#[derive(Debug)]
pub(crate) struct Segment<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Segment<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::unprocessable(format!("path: {}", rejection.body_text()))),
        }
    }
}

/// The query's parameters.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Handling::of(&parts.extensions).note_query::<T>(parts.uri.query());
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::unprocessable(format!("query: {}", rejection.body_text()))),
        }
    }
}
