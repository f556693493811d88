//! The office's sectors (C8).

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, Management, Staff};
use axum::{extract::State, response::Response};
use domain::{BranchId, SectorId};
use operations::sector;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::sector::{NewSector, Sector};

/// Which sectors.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Sectors {
    /// A branch of the caller's. Without it: to an administrator only those of every branch, to anybody else those of
    /// their branches too.
    branch_id: Option<BranchId>,
    /// Those that were deleted, too.
    #[serde(default)]
    include_deleted: bool,
}

/// The sectors of every branch and those of a branch, in their order.
#[utoipa::path(get, path = "/api/admin/sectors", tag = "floor office", params(Sectors, NamedPart), security(("staff" = [])),
    responses((status = 200, body = [Sector], headers(("Link" = String))), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn sectors(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(which): Params<Sectors>,
    named: Named,
) -> ApiResult<Response> {
    let rows = state.db.sectors(&staff, which.branch_id, which.include_deleted, &named.wanted()).await?;
    Ok(named.respond(rows))
}

/// Adds a sector to a branch, or, without one, to every branch, which only an administrator does.
#[utoipa::path(post, path = "/api/admin/sectors", tag = "floor office", request_body = NewSector, security(("staff" = [])),
    responses((status = 201, body = Sector), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create_sector(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, new): Command<NewSector>,
) -> ApiResult<Reply> {
    Ok(Reply(sector::create(&state.db, &staff, &new, &attempt).await?))
}

/// Deletes a sector of a branch with its places on the roster; its tables stand in none afterwards.
#[utoipa::path(delete, path = "/api/admin/sectors/{sector_id}", tag = "floor office", params(("sector_id" = SectorId, Path)),
    security(("staff" = [])),
    responses((status = 204), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn delete_sector(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<SectorId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(sector::delete(&state.db, &staff, id, &attempt).await?))
}
