//! A manager takes something off a check, or puts it back.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Management, Staff};
use axum::extract::State;
use domain::{DiscountId, SessionId};
use operations::check;
use runtime::ProblemBody;
use wire::check::{Discounted, Discounting, RemovedDiscount};

/// Takes a percentage or an amount off a party's check.
#[utoipa::path(post, path = "/api/waiter/sessions/{session_id}/discount", tag = "check", request_body = Discounting,
    security(("staff" = [])), params(("session_id" = SessionId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Discounted), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn discount(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(session): Segment<SessionId>,
    Command(attempt, wanted): Command<Discounting>,
) -> ApiResult<Reply> {
    Ok(Reply(check::discount(&state.db, &staff, session, &wanted, &attempt).await?))
}

/// Removes a discount: the check comes to more again.
#[utoipa::path(delete, path = "/api/waiter/discounts/{discount_id}", tag = "check", security(("staff" = [])),
    params(("discount_id" = DiscountId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = RemovedDiscount), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn remove_discount(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<DiscountId>,
    Command(attempt, _): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(check::remove_discount(&state.db, &staff, id, &attempt).await?))
}
