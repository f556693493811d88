//! A member of staff changes their own password.

use super::{cookie, tokens};
use crate::{extract::Command, problem::ApiResult, state::AppState};
use auth::{ACCESS_TTL, AnyRole, Staff};
use axum::{
    Json,
    extract::State,
    response::{AppendHeaders, IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use domain::{staff::Password, text::Email};
use http::{HeaderMap, HeaderName, header};
use operations::account::change_password;
use runtime::ProblemBody;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The password that somebody has, and the one that they want.
#[derive(Deserialize, ToSchema)]
pub(crate) struct OwnPassword {
    /// The one in use.
    #[schema(max_length = 128)]
    old_password: String,
    /// 8 to 128 characters, and another than the old one.
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    new_password: Password,
}

/// The tokens with which this session goes on; those before it are good for nothing.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasswordChanged {
    access_token: String,
    /// Also in the cookie `refresh_token`.
    refresh_token: String,
    /// `Bearer`
    token_type: &'static str,
    /// Seconds the access token is good for.
    expires_in: i64,
}

/// Changes the caller's own password. Every other session of theirs ends; this one goes on with the tokens of the
/// answer.
#[utoipa::path(post, path = "/api/auth/password", tag = "account", request_body = OwnPassword, security(("staff" = [])),
    responses((status = 200, body = PasswordChanged), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(crate) async fn password(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    headers: HeaderMap,
    Command(attempt, body): Command<OwnPassword>,
) -> ApiResult<Response> {
    let OwnPassword { old_password, new_password } = body;
    let admitted = change_password(&state.db, &staff, old_password.into(), &new_password, &attempt).await?;
    let mark = remembered(&state, &headers, staff.email(), admitted.at).await?;
    let (access_token, refresh_token, kept) = tokens(&state, &admitted);
    let expires_in = ACCESS_TTL.num_seconds();
    let body = PasswordChanged { access_token, refresh_token, token_type: "Bearer", expires_in };
    Ok((kept, mark, Json(body)).into_response())
}

/// The device stays known: its mark was for the password that is no more.
async fn remembered(
    state: &AppState,
    headers: &HeaderMap,
    login: &str,
    now: DateTime<Utc>,
) -> ApiResult<AppendHeaders<Option<(HeaderName, String)>>> {
    let keys = state.authenticator.keys();
    let device = cookie::device(headers).and_then(|mark| keys.known_device(&mark, now));
    let Some(device) = device.filter(|device| device.names(login)) else { return Ok(AppendHeaders(None)) };
    let login = Email::try_from(login.to_owned()).ok();
    let Some(login) = login else { return Ok(AppendHeaders(None)) };
    let stored = state.db.find_password(&login).await?;
    let mark = stored.map(|stored| keys.mint_device(Some(&device), login.as_str(), &stored.password_hash, now));
    Ok(AppendHeaders(mark.map(|mark| (header::SET_COOKIE, cookie::keep_device(&state.settings.cookie, &mark)))))
}
