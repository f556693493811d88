//! A station moves its ticket on.

use crate::{
    extract::{Command, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, Staff};
use axum::extract::State;
use domain::{TicketId, kitchen::TicketStatus};
use operations::kitchen;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;
use wire::kitchen::Ticket;

/// Where the ticket is to stand.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NextTicketStatus {
    /// IN_PROGRESS, READY or DELIVERED, one after the other.
    status: TicketStatus,
}

/// Moves a ticket one step on; its round follows.
#[utoipa::path(patch, path = "/api/kitchen/tickets/{ticket_id}/status", tag = "kitchen", request_body = NextTicketStatus,
    security(("staff" = [])), params(("ticket_id" = TicketId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Ticket), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn advance_ticket(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<TicketId>,
    Command(attempt, body): Command<NextTicketStatus>,
) -> ApiResult<Reply> {
    Ok(Reply(kitchen::advance_ticket(&state.db, &staff, id, body.status, &attempt).await?))
}
