//! Rate limits as a layer of a route: counted for the principal that the route demands, else for the address.
//!
//! What else a request carries does not matter: whoever guesses somebody's second factor would get a fresh count with
//! each table that they scan.

use crate::{extract::Visitor, state::AppState};
use auth::Diner;
use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::{FromFnLayer, Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use domain::UserId;
use http::{StatusCode, request::Parts};
use runtime::Limit;
use std::pin::Pin;

/// For whom a route's limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whom {
    /// The table that the route's table token names; whoever comes without a good one, by address.
    Table,
    /// The member of staff that the route's access token names; whoever comes without a good one, by address.
    User,
    /// The address, on routes that demand nobody.
    Address,
}

type Layer = FromFnLayer<
    fn(State<(AppState, Limit, Whom)>, Request, Next) -> Answering,
    (AppState, Limit, Whom),
    (State<(AppState, Limit, Whom)>, Request),
>;
type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A layer that lets `limit` of each `whom` through and answers the rest with 429.
pub(crate) fn limited(state: &AppState, limit: Limit, whom: Whom) -> Layer {
    from_fn_with_state((state.clone(), limit, whom), check)
}

fn check(State((state, limit, whom)): State<(AppState, Limit, Whom)>, request: Request, next: Next) -> Answering {
    Box::pin(async move {
        let (mut parts, body) = request.into_parts();
        let diner = if whom == Whom::Table { diner(&parts, &state) } else { None };
        let user = if whom == Whom::User { user(&parts, &state) } else { None };
        let key = match (known_diner(&state, diner), user) {
            (Some(diner), _) => format!("session:{}", diner.session_id()),
            (None, Some(user)) => format!("user:{user}"),
            (None, None) => {
                let Ok(visitor) = Visitor::from_request_parts(&mut parts, &state).await;
                visitor.key()
            }
        };
        if let Err(problem) = state.limits.check(limit, &key) {
            return problem.into_response();
        }
        let response = next.run(Request::from_parts(parts, body)).await;
        // Its token is good, so the phone may not be.
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

/// The member of staff that a good access token names. A forged one must not open a bucket of its own.
fn user(parts: &Parts, state: &AppState) -> Option<UserId> {
    let claims = auth::bearer(&parts.headers).and_then(|token| state.authenticator.access(token).ok())?;
    Some(claims.subject().user_id)
}

/// The diner, unless its phone was turned away: who was sent away must not empty the bucket of the table.
fn known_diner(state: &AppState, diner: Option<Diner>) -> Option<Diner> {
    diner.filter(|diner| !diner.phone_id().is_some_and(|phone| state.turned_away().knows(phone)))
}
