//! The office's staff (C10).

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AdminOnly, INVITATION_TTL, Management, Staff};
use axum::{
    Json,
    extract::State,
    response::{AppendHeaders, Response},
};
use domain::{BranchId, UserId, office::EntityKind};
use http::{HeaderName, StatusCode, header};
use operations::{Error, office, staff};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::staff::{Invitation, MemberPatch, NewMember, StaffMember};

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

/// The staff of the caller's branches, by login, found by name and login; managers see the roles of theirs.
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

/// Invites somebody: a link, good for 72 hours and once, by which the person chooses a password. It ends the person's
/// sessions and older links.
#[utoipa::path(post, path = "/api/admin/staff/{staff_id}/invitation", tag = "staff", params(("staff_id" = UserId, Path),
    ("X-Idempotency-Key" = Option<String>, Header)), security(("staff" = [])),
    responses((status = 201, body = Invitation), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn invite_member(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<UserId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<(StatusCode, AppendHeaders<[(HeaderName, &'static str); 1]>, Json<Invitation>)> {
    let answer = staff::invite(&state.db, &staff, id, &attempt).await?;
    // The answer that is kept for a repeat holds no link; the link is made anew of it, and is the same.
    let invited: staff::Invited =
        serde_json::from_slice(&answer.body).map_err(|_| Error::Internal("an invitation cannot be read"))?;
    let whom = auth::Invitation { user_id: invited.user_id, token_version: invited.token_version };
    let token = state.authenticator.keys().mint_invitation(whom, invited.at);
    let mut url = state.settings.payment.public_url.clone();
    url.path_segments_mut()
        .map_err(|()| Error::Internal("the API's address cannot have a path"))?
        .pop_if_empty()
        .extend(["invitation", &token]);
    let body = Invitation { email: invited.email, url: url.into(), expires_at: invited.at + INVITATION_TTL };
    Ok((StatusCode::CREATED, AppendHeaders([(header::CACHE_CONTROL, "no-store")]), Json(body)))
}
