//! W26: the caller's branches.

use crate::{
    extract::{Named, NamedPart, Params},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, Staff};
use axum::{extract::State, response::Response};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::branch::Branch;

/// Which branches.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Those that were deleted, too.
    #[serde(default)]
    include_deleted: bool,
}

/// The caller's branches by name; an administrator's are all of the business.
#[utoipa::path(get, path = "/api/admin/branches", tag = "branch", params(Which, NamedPart), security(("staff" = [])),
    responses((status = 200, body = [Branch], headers(("Link" = String))), (status = 401, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(which): Params<Which>,
    named: Named,
) -> ApiResult<Response> {
    Ok(named.respond(state.db.branches_of(&staff, which.include_deleted, &named.wanted()).await?))
}
