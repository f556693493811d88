//! A request that changes something: its body, and what tells it from its own repeat (I7).

use super::{body, handling::Handling};
use crate::{
    header::{idempotency_key, media_type, user_agent},
    state::AppState,
};
use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header, request::Parts};
use operations::{Answer, Attempt, Outcome};
use runtime::{Peer, Problem, serve::counted};
use serde::{Deserialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// The body of a command that has none.
#[derive(Debug, Deserialize)]
pub(crate) struct Nothing {}

/// The attempt, and the JSON body of type `T` ([`Nothing`] where there is none to read).
#[derive(Debug)]
pub(crate) struct Command<T>(pub(crate) Attempt, pub(crate) T);

/// The attempt with its body as it came, and what it was sent as.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) attempt: Attempt,
    /// The media type, without parameters.
    pub(crate) kind: String,
    pub(crate) bytes: Bytes,
    /// What becomes of fields that nobody reads.
    pub(crate) handling: Handling,
}

impl FromRequest<AppState> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let (mut parts, stream) = request.into_parts();
        let Ok(visitor) = Visitor::from_request_parts(&mut parts, state).await;
        let key = idempotency_key(&parts.headers)?;
        let mut digest = Sha256::new();
        digest.update(parts.method.as_str());
        digest.update(parts.uri.path_and_query().map_or("", |whole| whole.as_str()));
        let (user_agent, kind) = (user_agent(&parts.headers), media_type(&parts.headers));
        let handling = Handling::of(&parts.extensions);
        handling.note_fields(Vec::new())?;
        let bytes = body::read(Request::from_parts(parts, stream), state).await?;
        digest.update([0]);
        digest.update(&bytes);
        let attempt = Attempt { key, fingerprint: hex::encode(digest.finalize()), ip: visitor.0, user_agent };
        Ok(Self { attempt, kind, bytes, handling })
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for Command<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let Upload { attempt, bytes, handling, .. } = Upload::from_request(request, state).await?;
        let (value, ignored) = body::parse_naming(&bytes)?;
        handling.note_fields(ignored)?;
        Ok(Self(attempt, value))
    }
}

/// From where the request came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visitor(pub(crate) Option<IpAddr>);

impl Visitor {
    /// The address as limits count it.
    pub(crate) fn key(self) -> String {
        self.0.map_or_else(|| "unknown".to_owned(), |address| counted(address).to_string())
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.get::<Peer>().map(Peer::address)))
    }
}

/// An operation's answer, byte for byte.
#[derive(Debug)]
pub(crate) struct Reply(pub(crate) Answer);

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = match self.0.outcome {
            Outcome::Changed => StatusCode::OK,
            Outcome::Made => StatusCode::CREATED,
            Outcome::Accepted => StatusCode::ACCEPTED,
            Outcome::Nothing => StatusCode::NO_CONTENT,
        };
        if self.0.body.is_empty() {
            return status.into_response();
        }
        (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], self.0.body).into_response()
    }
}
