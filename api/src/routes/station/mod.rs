//! The stations of a branch's kitchen, as the office arranges them.

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    routes::table::OfBranch,
    state::AppState,
};
use auth::{AnyRole, Management, Staff};
use axum::{extract::State, response::Response};
use domain::StationId;
use operations::station;
use runtime::ProblemBody;
use wire::station::{NewStation, Station, StationPatch};

/// The stations of the caller's branches, in the order of the kitchen; by name where that is the same.
#[utoipa::path(get, path = "/api/admin/stations", tag = "menu office", params(OfBranch, NamedPart), security(("staff" = [])),
    responses((status = 200, body = [Station], headers(("Link" = String))), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn stations(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(of): Params<OfBranch>,
    named: Named,
) -> ApiResult<Response> {
    Ok(named.respond(state.db.stations(&staff, of.branch_id, &named.wanted()).await?))
}

/// Adds a station to a branch.
#[utoipa::path(post, path = "/api/admin/stations", tag = "menu office", request_body = NewStation, security(("staff" = [])),
    responses((status = 201, body = Station), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create_station(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, new): Command<NewStation>,
) -> ApiResult<Reply> {
    Ok(Reply(station::create(&state.db, &staff, &new, &attempt).await?))
}

/// Changes the fields that are there. The code of a station stays.
#[utoipa::path(patch, path = "/api/admin/stations/{station_id}", tag = "menu office", params(("station_id" = StationId, Path)),
    request_body = StationPatch, security(("staff" = [])),
    responses((status = 200, body = Station), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn update_station(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<StationId>,
    Command(attempt, patch): Command<StationPatch>,
) -> ApiResult<Reply> {
    Ok(Reply(station::update(&state.db, &staff, id, &patch, &attempt).await?))
}

/// Takes a station away; what named it is made where the menu's words suggest. The last one of a branch stays.
#[utoipa::path(delete, path = "/api/admin/stations/{station_id}", tag = "menu office", params(("station_id" = StationId, Path)),
    security(("staff" = [])),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)))]
pub(crate) async fn delete_station(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<StationId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(station::delete(&state.db, &staff, id, &attempt).await?))
}
