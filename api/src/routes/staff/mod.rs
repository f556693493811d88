//! The office's staff (C10).

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AdminOnly, Management, Staff};
use axum::{Json, extract::State, response::Response};
use domain::{BranchId, UserId, office::EntityKind};
use operations::{office, staff};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::staff::{MemberPatch, NewMember, StaffMember};

/// Which members of staff.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Members {
    /// With a role in this branch of the caller's; without it in any.
    branch_id: Option<BranchId>,
    /// Those that were deleted, too.
    #[serde(default)]
    include_deleted: bool,
}

/// The staff of the caller's branches, by login, found by name and login; a manager sees of each the roles in the
/// manager's branches.
#[utoipa::path(get, path = "/api/admin/staff", tag = "staff", params(Members, NamedPart), security(("staff" = [])),
    responses((status = 200, body = [StaffMember], headers(("Link" = String))), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn members(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(which): Params<Members>,
    named: Named,
) -> ApiResult<Response> {
    let rows = state.db.staff_members(&staff, which.branch_id, which.include_deleted, &named.wanted()).await?;
    Ok(named.respond(rows))
}

/// One member of staff.
#[utoipa::path(get, path = "/api/admin/staff/{staff_id}", tag = "staff", params(("staff_id" = UserId, Path)),
    security(("staff" = [])),
    responses((status = 200, body = StaffMember), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn member(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<UserId>,
) -> ApiResult<Json<StaffMember>> {
    Ok(Json(state.db.staff_member(&staff, id).await?))
}

/// Takes somebody on. A manager gives roles in own branches, never ADMIN.
#[utoipa::path(post, path = "/api/admin/staff", tag = "staff", request_body = NewMember, security(("staff" = [])),
    responses((status = 201, body = StaffMember), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create_member(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, new): Command<NewMember>,
) -> ApiResult<Reply> {
    Ok(Reply(staff::create(&state.db, &staff, &new, &attempt).await?))
}

/// Changes the fields that are there. A new password, other roles and the active flag end the person's tokens at once.
#[utoipa::path(patch, path = "/api/admin/staff/{staff_id}", tag = "staff", params(("staff_id" = UserId, Path)),
    request_body = MemberPatch, security(("staff" = [])),
    responses((status = 200, body = StaffMember), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn update_member(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<UserId>,
    Command(attempt, patch): Command<MemberPatch>,
) -> ApiResult<Reply> {
    Ok(Reply(staff::update(&state.db, &staff, id, &patch, &attempt).await?))
}

/// Lets somebody go, with their places on the roster; the tokens end at once.
#[utoipa::path(delete, path = "/api/admin/staff/{staff_id}", tag = "staff", params(("staff_id" = UserId, Path)),
    security(("staff" = [])),
    responses((status = 204), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)))]
pub(crate) async fn delete_member(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<UserId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(office::delete(&state.db, &staff, EntityKind::Staff, id.get(), &attempt).await?))
}
