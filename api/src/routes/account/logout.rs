//! A member of staff signs out on every device.

use super::cookie;
use crate::{
    extract::{Command, Nothing},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, Staff};
use axum::{Json, extract::State, response::AppendHeaders};
use http::{HeaderName, header};
use operations::account;
use runtime::ProblemBody;
use serde::Serialize;
use utoipa::ToSchema;

/// Done.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoggedOut {
    /// Always true.
    success: bool,
    /// For people.
    message: &'static str,
}

/// Ends every access and refresh token of the caller's, and every socket.
#[utoipa::path(post, path = "/api/auth/logout", tag = "account", security(("staff" = [])),
    responses((status = 200, body = LoggedOut), (status = 401, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(crate) async fn logout(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<(AppendHeaders<[(HeaderName, String); 1]>, Json<LoggedOut>)> {
    account::sign_out(&state.db, &staff, &attempt).await?;
    let headers = AppendHeaders([(header::SET_COOKIE, cookie::forget(&state.settings.cookie))]);
    Ok((headers, Json(LoggedOut { success: true, message: "Logged out on all devices" })))
}
