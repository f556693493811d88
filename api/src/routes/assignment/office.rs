//! The office's roster (C11).

use crate::{
    extract::{Command, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, Management, Staff};
use axum::{Json, extract::State};
use domain::{AssignmentId, BranchId, Shift, roster::RosterDay};
use operations::assignment::{self, CopyDay, Day};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::assignment::{BulkResult, Cleared, Removed, Roster, RosterOverview};

/// Which day of which branch.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfDay {
    branch_id: BranchId,
    assignment_date: RosterDay,
    /// By default every shift.
    shift: Option<Shift>,
}

/// Who has which sector of a branch on a day. With a shift, those of the whole day too.
#[utoipa::path(get, path = "/api/admin/assignments", tag = "floor office", params(OfDay), security(("staff" = [])),
    responses((status = 200, body = RosterOverview), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn roster(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(of): Params<OfDay>,
) -> ApiResult<Json<RosterOverview>> {
    Ok(Json(state.db.roster_overview(&staff, of.branch_id, of.assignment_date.date(), of.shift).await?))
}

/// Gives waiters their sectors for a day. Whatever does not fit or is there already is skipped and counted.
#[utoipa::path(post, path = "/api/admin/assignments/bulk", tag = "floor office", request_body = Roster, security(("staff" = [])),
    responses((status = 200, body = BulkResult), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn assign(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, roster): Command<Roster>,
) -> ApiResult<Reply> {
    Ok(Reply(assignment::bulk(&state.db, &staff, &roster, &attempt).await?))
}

/// Takes one assignment off the roster, a standing one included.
#[utoipa::path(delete, path = "/api/admin/assignments/{assignment_id}", tag = "floor office",
    params(("assignment_id" = AssignmentId, Path)), security(("staff" = [])),
    responses((status = 200, body = Removed), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn remove_assignment(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<AssignmentId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(assignment::remove(&state.db, &staff, id, &attempt).await?))
}

/// Empties the roster of a day, of exactly the shift or of all; standing assignments stay.
#[utoipa::path(delete, path = "/api/admin/assignments-bulk", tag = "floor office", params(OfDay), security(("staff" = [])),
    responses((status = 200, body = Cleared), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn clear_roster(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(of): Params<OfDay>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    let day = Day { branch: of.branch_id, date: of.assignment_date, shift: of.shift };
    Ok(Reply(assignment::clear(&state.db, &staff, &day, &attempt).await?))
}

/// From which day of which branch to which.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FromTo {
    branch_id: BranchId,
    from_date: RosterDay,
    to_date: RosterDay,
    /// By default every shift.
    shift: Option<Shift>,
}

/// Adds the assignments of one day to another day's.
#[utoipa::path(post, path = "/api/admin/assignments/copy", tag = "floor office", params(FromTo), security(("staff" = [])),
    responses((status = 200, body = BulkResult), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn copy_roster(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(of): Params<FromTo>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    let days = CopyDay { branch: of.branch_id, from: of.from_date, to: of.to_date, shift: of.shift };
    Ok(Reply(assignment::copy(&state.db, &staff, &days, &attempt).await?))
}
