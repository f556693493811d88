//! What a station's screen shows (C13).

use crate::{
    extract::{Params, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, KitchenCrew, Staff};
use axum::{Json, extract::State};
use domain::{BranchId, TicketId, kitchen::StationCode};
use runtime::ProblemBody;
use serde::{Deserialize, Serialize};
use store::view::At;
use utoipa::{IntoParams, ToSchema};
use wire::kitchen::{StationTickets, Ticket};

/// Whose tickets.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AtStation {
    /// One station; all without it.
    #[param(value_type = Option<String>, pattern = r"^\s*[A-Za-z][A-Za-z0-9_]{0,29}\s*$")]
    station: Option<StationCode>,
    /// One branch; without it all where the caller works in the kitchen or manages.
    branch_id: Option<BranchId>,
}

/// The open tickets.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenTickets {
    /// By the stations' names; stations without work are left out.
    stations: Vec<StationTickets>,
}

/// The tickets that are not carried out yet.
#[utoipa::path(get, path = "/api/kitchen/tickets", tag = "kitchen", security(("staff" = [])), params(AtStation),
    responses((status = 200, body = OpenTickets), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn tickets(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Params(at): Params<AtStation>,
) -> ApiResult<Json<OpenTickets>> {
    let stations = state.db.open_tickets(&staff, At { branch: at.branch_id }, at.station).await?;
    Ok(Json(OpenTickets { stations }))
}

/// One ticket, in any state.
#[utoipa::path(get, path = "/api/kitchen/tickets/{ticket_id}", tag = "kitchen", security(("staff" = [])),
    params(("ticket_id" = TicketId, Path)),
    responses((status = 200, body = Ticket), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn ticket(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<TicketId>,
) -> ApiResult<Json<Ticket>> {
    Ok(Json(state.db.ticket(&staff, id).await?))
}
