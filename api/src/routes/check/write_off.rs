//! A manager gives up what a party left owing.

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
use wire::check::{WritingOff, WrittenOff};

/// Writes off what a party that left owes, or a part of it, with a reason.
#[utoipa::path(post, path = "/api/billing/check/{check_id}/write-off", tag = "check", request_body = WritingOff,
    security(("staff" = [])), params(("check_id" = CheckId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = WrittenOff), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn write_off(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(check): Segment<CheckId>,
    Command(attempt, wanted): Command<WritingOff>,
) -> ApiResult<Reply> {
    Ok(Reply(check::write_off(&state.db, &staff, check, &wanted, &attempt).await?))
}
