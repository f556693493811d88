//! Pools.

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use domain::{TipPoolId, office::EntityKind};
use operations::{office, tip};
use runtime::ProblemBody;
use wire::tip::{NewTipPool, TipPool, TipPoolPatch};

use crate::routes::table::OfBranch;

/// The pools of the caller's branches, by name.
#[utoipa::path(get, path = "/api/admin/tip-pools", tag = "tip", params(OfBranch, NamedPart), security(("staff" = [])),
    responses((status = 200, body = [TipPool], headers(("Link" = String))), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn tip_pools(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(of): Params<OfBranch>,
    named: Named,
) -> ApiResult<Response> {
    Ok(named.respond(state.db.tip_pools(&staff, of.branch_id, &named.wanted()).await?))
}

/// Adds a pool.
#[utoipa::path(post, path = "/api/admin/tip-pools", tag = "tip", request_body = NewTipPool, security(("staff" = [])),
    responses((status = 201, body = TipPool), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create_tip_pool(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, new): Command<NewTipPool>,
) -> ApiResult<Reply> {
    Ok(Reply(tip::create_pool(&state.db, &staff, &new, &attempt).await?))
}

/// Changes the fields that are there.
#[utoipa::path(put, path = "/api/admin/tip-pools/{tip_pool_id}", tag = "tip", params(("tip_pool_id" = TipPoolId, Path)),
    request_body = TipPoolPatch, security(("staff" = [])),
    responses((status = 200, body = TipPool), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn update_tip_pool(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<TipPoolId>,
    Command(attempt, patch): Command<TipPoolPatch>,
) -> ApiResult<Reply> {
    Ok(Reply(tip::update_pool(&state.db, &staff, id, &patch, &attempt).await?))
}

/// Deletes a pool; what was shared out by it stays so.
#[utoipa::path(delete, path = "/api/admin/tip-pools/{tip_pool_id}", tag = "tip", params(("tip_pool_id" = TipPoolId, Path)),
    security(("staff" = [])),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn delete_tip_pool(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<TipPoolId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(office::delete(&state.db, &staff, EntityKind::TipPool, id.get(), &attempt).await?))
}
