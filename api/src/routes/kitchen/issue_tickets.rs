//! Tickets asked for by hand.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{KitchenCrew, Staff};
use axum::extract::State;
use domain::RoundId;
use operations::kitchen;
use runtime::ProblemBody;
use wire::kitchen::IssuedTickets;

/// Issues the tickets of a round that the kitchen has without them. A round gets its tickets when it is submitted, so
/// the usual answer is 400.
#[utoipa::path(post, path = "/api/kitchen/rounds/{round_id}/tickets", tag = "kitchen", security(("staff" = [])),
    params(("round_id" = RoundId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = IssuedTickets), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn issue_tickets(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Segment(id): Segment<RoundId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(kitchen::issue_tickets(&state.db, &staff, id, &attempt).await?))
}
