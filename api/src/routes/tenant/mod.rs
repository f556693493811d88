//! The business itself (C2).

use crate::{
    extract::{Command, Reply},
    problem::ApiResult,
    state::AppState,
};
use auth::{AdminOnly, AnyRole, Staff};
use axum::{Json, extract::State};
use operations::tenant;
use runtime::ProblemBody;
use wire::tenant::{Tenant, TenantPatch};

/// The caller's business.
#[utoipa::path(get, path = "/api/admin/tenant", tag = "office", security(("staff" = [])),
    responses((status = 200, body = Tenant)))]
pub(crate) async fn tenant(State(state): State<AppState>, staff: Staff<AnyRole>) -> ApiResult<Json<Tenant>> {
    Ok(Json(state.db.tenant(&staff).await?))
}

/// Changes the fields that are there; null clears one that may be empty.
#[utoipa::path(patch, path = "/api/admin/tenant", tag = "office", request_body = TenantPatch, security(("staff" = [])),
    responses((status = 200, body = Tenant), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn update_tenant(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Command(attempt, patch): Command<TenantPatch>,
) -> ApiResult<Reply> {
    Ok(Reply(tenant::update(&state.db, &staff, &patch, &attempt).await?))
}
