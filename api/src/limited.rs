//! Rate limits as a layer of a route: counted for the table or user that a token names, else for the address.

use crate::{extract::Visitor, state::AppState};
use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::{FromFnLayer, Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::request::Parts;
use runtime::Limit;
use std::pin::Pin;

type Layer = FromFnLayer<
    fn(State<(AppState, Limit)>, Request, Next) -> Answering,
    (AppState, Limit),
    (State<(AppState, Limit)>, Request),
>;
type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A layer that lets `limit` through and answers the rest with 429.
pub(crate) fn limited(state: &AppState, limit: Limit) -> Layer {
    from_fn_with_state((state.clone(), limit), check)
}

fn check(State((state, limit)): State<(AppState, Limit)>, request: Request, next: Next) -> Answering {
    Box::pin(async move {
        let (mut parts, body) = request.into_parts();
        let key = key(&mut parts, &state).await;
        match state.limits.check(limit, &key) {
            Ok(()) => next.run(Request::from_parts(parts, body)).await,
            Err(problem) => problem.into_response(),
        }
    })
}

/// A forged token must not open a bucket of its own, so it counts for the address.
async fn key(parts: &mut Parts, state: &AppState) -> String {
    if let Some(token) = parts.headers.get(auth::TABLE_TOKEN).and_then(|value| value.to_str().ok())
        && let Ok(diner) = state.authenticator.diner(token)
    {
        return format!("session:{}", diner.session_id());
    }
    let bearer =
        parts.headers.get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if let Some(claims) = bearer.and_then(|token| state.authenticator.access(token).ok()) {
        return format!("user:{}", claims.subject().user_id);
    }
    let Ok(visitor) = Visitor::from_request_parts(parts, state).await;
    visitor.key()
}
