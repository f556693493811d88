//! Rate limits as a layer of a route: counted for the table or user that a token names, else for the address.

use crate::{extract::Visitor, state::AppState};
use auth::Diner;
use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::{FromFnLayer, Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};
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
        let diner = diner(&parts, &state);
        let key = key(&mut parts, &state, diner).await;
        if let Err(problem) = state.limits.check(limit, &key) {
            return problem.into_response();
        }
        let response = next.run(Request::from_parts(parts, body)).await;
        // Its token is good: either the phone is not, or it came to a door that is not for diners.
        if response.status() == StatusCode::UNAUTHORIZED
            && let Some(diner) = diner
            && let Some(phone) = diner.phone_id()
            && state.authenticator.ensure_seated(&diner).await.is_err_and(|problem| !problem.status.is_server_error())
        {
            state.turned_away().note(phone);
        }
        response
    })
}

/// The diner that a good table token speaks for.
fn diner(parts: &Parts, state: &AppState) -> Option<Diner> {
    state.authenticator.table(auth::table_token(&parts.headers)?).ok()
}

/// A forged token must not open a bucket of its own, so it counts for the address; so does one that was turned away,
/// whose holder must not empty the bucket of the table.
async fn key(parts: &mut Parts, state: &AppState, diner: Option<Diner>) -> String {
    let is_turned_away = |diner: &Diner| diner.phone_id().is_some_and(|phone| state.turned_away().knows(phone));
    if let Some(diner) = diner.filter(|diner| !is_turned_away(diner)) {
        return format!("session:{}", diner.session_id());
    }
    let claims = auth::bearer(&parts.headers).and_then(|token| state.authenticator.access(token).ok());
    if let Some(claims) = claims {
        return format!("user:{}", claims.subject().user_id);
    }
    let Ok(visitor) = Visitor::from_request_parts(parts, state).await;
    visitor.key()
}
