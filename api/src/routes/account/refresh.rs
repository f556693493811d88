//! W4: a new pair of tokens for a refresh token.

use super::{TokenHeaders, cookie, tokens};
use crate::{
    extract::{Body, Visitor},
    problem::ApiResult,
    state::AppState,
};
use auth::ACCESS_TTL;
use axum::{Json, extract::State};
use http::HeaderMap;
use operations::account;
use runtime::{Limit, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The refresh token, for clients without cookies.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RefreshBody {
    /// Read only when there is no cookie `refresh_token`.
    refresh_token: Option<String>,
}

/// A new pair; the old refresh token is used up.
#[derive(Serialize, ToSchema)]
pub(crate) struct Refreshed {
    access_token: String,
    /// Also in the cookie `refresh_token`.
    refresh_token: String,
    /// `Bearer`
    token_type: &'static str,
    /// Seconds the access token is good for.
    expires_in: i64,
}

/// Exchanges the refresh token. A used one that comes back ends the whole login it stems from.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "account", request_body = RefreshBody,
    responses((status = 200, body = Refreshed), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 429, body = ProblemBody)))]
pub(crate) async fn refresh(
    State(state): State<AppState>,
    visitor: Visitor,
    headers: HeaderMap,
    Body(body): Body<RefreshBody>,
) -> ApiResult<(TokenHeaders, Json<Refreshed>)> {
    let token = cookie::read(&headers).or(body.refresh_token);
    let claims = token.and_then(|token| {
        let verified = state.authenticator.keys().verify_refresh(&token, state.authenticator.now());
        verified.inspect_err(|error| tracing::debug!(%error, "refresh token refused")).ok()
    });
    // Here and not in a layer: the login that a token stems from is in the token. What is no token of ours counts for
    // itself, so that nobody who sends such keeps a house's people from theirs.
    let Some(claims) = claims else {
        state.limits.check(Limit::RefreshRefused, &visitor.key())?;
        return Err(Problem::unauthorized("Please log in again.").into());
    };
    state.limits.check(Limit::Refresh, claims.family())?;
    state.limits.check(Limit::RefreshAddress, &visitor.key())?;
    let admitted = account::refresh(&state.db, &claims).await?;
    let (access_token, refresh_token, headers) = tokens(&state, &admitted);
    let expires_in = ACCESS_TTL.num_seconds();
    Ok((headers, Json(Refreshed { access_token, refresh_token, token_type: "Bearer", expires_in })))
}
