//! A manager takes back what was written off.

use crate::{
    extract::{Command, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Management, Staff};
use axum::extract::State;
use domain::CheckId;
use operations::check;
use runtime::ProblemBody;
use wire::check::{ReversedWriteOff, ReversingWriteOff};

/// Takes back all that was written off of a check: it is owed again and can be paid. The day of the write-off stays as
/// it was. Opening the session again does the same.
#[utoipa::path(post, path = "/api/billing/check/{check_id}/write-off/reverse", tag = "check",
    request_body = ReversingWriteOff, security(("staff" = [])),
    params(("check_id" = CheckId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = ReversedWriteOff), (status = 400, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn reverse_write_off(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(check): Segment<CheckId>,
    Command(attempt, wanted): Command<ReversingWriteOff>,
) -> ApiResult<Reply> {
    Ok(Reply(check::reverse_write_off(&state.db, &staff, check, &wanted, &attempt).await?))
}
