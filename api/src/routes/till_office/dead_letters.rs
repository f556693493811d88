//! Payment work that was given up, or waits for credentials.

use crate::{
    extract::{Command, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Management, Staff};
use axum::{Json, extract::State};
use domain::{BranchId, SyncId};
use operations::payment;
use runtime::{Problem, ProblemBody};
use serde::Deserialize;
use store::DeadLetters;
use utoipa::IntoParams;
use wire::provider::{DeadLetter, DeadLetterDetail};

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichLetters {
    /// A branch of the caller's; without it all of them.
    branch_id: Option<BranchId>,
    /// At most so many: 1 to 200, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// After so many.
    #[param(minimum = 0)]
    offset: Option<i64>,
}

/// The dead letters, the latest first: DEAD ones were given up, PARKED ones wait for the account's credentials.
#[utoipa::path(get, path = "/api/admin/payments/dead-letters", tag = "payments", params(WhichLetters),
    security(("staff" = [])), responses((status = 200, body = [DeadLetter]),
    (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn dead_letters(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(which): Params<WhichLetters>,
) -> ApiResult<Json<Vec<DeadLetter>>> {
    let (limit, offset) = (which.limit.unwrap_or(50), which.offset.unwrap_or(0));
    if !(1..=200).contains(&limit) || offset < 0 {
        let which = if offset < 0 { "offset: must not be negative" } else { "limit: must be from 1 to 200" };
        return Err(Problem::unprocessable(which).into());
    }
    Ok(Json(state.db.dead_letters(&staff, DeadLetters { branch: which.branch_id, limit, offset }).await?))
}

/// One, with the last notices about it.
#[utoipa::path(get, path = "/api/admin/payments/dead-letters/{dead_letter_id}", tag = "payments",
    params(("dead_letter_id" = SyncId, Path)), security(("staff" = [])),
    responses((status = 200, body = DeadLetterDetail), (status = 404, body = ProblemBody)))]
pub(crate) async fn dead_letter(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<SyncId>,
) -> ApiResult<Json<DeadLetterDetail>> {
    Ok(Json(payment::dead_letter(&state.db, &staff, id).await?))
}

/// Puts one back into the queue, from its first try on.
#[utoipa::path(post, path = "/api/admin/payments/dead-letters/{dead_letter_id}/replay", tag = "payments",
    params(("dead_letter_id" = SyncId, Path), ("X-Idempotency-Key" = Option<String>, Header)), security(("staff" = [])),
    responses((status = 200, body = DeadLetterDetail), (status = 404, body = ProblemBody),
    (status = 409, body = ProblemBody, description = "Its account is not in use any more")))]
pub(crate) async fn replay_dead_letter(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<SyncId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(payment::replay(&state.db, &staff, id, &attempt).await?))
}
