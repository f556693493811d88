//! M11: a diner presses "send".

use super::OrderBody;
use crate::{
    extract::{Command, Reply},
    problem::ApiResult,
    state::AppState,
};
use auth::ByLock;
use axum::extract::State;
use operations::round::{self, Order};
use runtime::{Limit, ProblemBody};
use wire::round::SubmittedRound;

/// Sends a round. With `X-Idempotency-Key` a repeat returns the first answer; without, the same lines within ten
/// seconds do.
#[utoipa::path(post, path = "/api/diner/rounds/submit", tag = "round", request_body = OrderBody, security(("diner" = [])),
    params(("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = SubmittedRound), (status = 400, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn submit(
    State(state): State<AppState>,
    ByLock(diner): ByLock,
    Command(attempt, body): Command<OrderBody>,
) -> ApiResult<Reply> {
    let order: Order = body.try_into()?;
    state.limits.check_many(Limit::OrderedLines, &diner.session_id().to_string(), order.weight())?;
    Ok(Reply(round::submit(&state.db, &diner, &order, &attempt).await?))
}
