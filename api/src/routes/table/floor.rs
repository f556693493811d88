//! W7, W8: the waiter's grid and one of its cells, the same object in both, since the client replaces one by the other.

use crate::{
    extract::{Params, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Floor as FloorStaff, Staff};
use axum::{Json, extract::State};
use domain::{
    BranchId, CallId, RoundId, SectorId, SessionId, TableId, check::CheckStatus, round::RoundStatus, table::TableStatus,
};
use runtime::ProblemBody;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::view::{Floor, TableNow};
use utoipa::{IntoParams, ToSchema};

/// A table on the waiter's grid.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaiterTable {
    table_id: TableId,
    branch_id: BranchId,
    code: String,
    capacity: i32,
    status: TableStatus,
    session_id: Option<SessionId>,
    /// Rounds that are neither served nor canceled.
    open_rounds: usize,
    /// Status by round id, of the same rounds.
    active_round_statuses: BTreeMap<RoundId, RoundStatus>,
    /// Calls that nobody answered yet.
    pending_calls: usize,
    active_service_call_ids: Vec<CallId>,
    /// The same again: one of the two clients reads this spelling only.
    #[serde(rename = "activeServiceCallIds")]
    active_service_call_ids_again: Vec<CallId>,
    /// The state of the check; null before it was asked for.
    check_status: Option<CheckStatus>,
    sector_id: Option<SectorId>,
    sector_name: Option<String>,
    /// Who confirmed the latest confirmed round.
    confirmed_by_name: Option<String>,
}

impl From<TableNow> for WaiterTable {
    fn from(table: TableNow) -> Self {
        Self {
            table_id: table.id,
            branch_id: table.branch_id,
            code: table.code,
            capacity: table.capacity,
            status: table.status,
            session_id: table.session_id,
            open_rounds: table.open_rounds.len(),
            active_round_statuses: table.open_rounds,
            pending_calls: table.open_calls.len(),
            active_service_call_ids: table.open_calls.clone(),
            active_service_call_ids_again: table.open_calls,
            check_status: table.check_status,
            sector_id: table.sector_id,
            sector_name: table.sector_name,
            confirmed_by_name: table.confirmed_by_name,
        }
    }
}

/// Which branch's.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfBranch {
    /// A branch of the caller's; without it all of them.
    pub(crate) branch_id: Option<BranchId>,
}

/// The tables of the caller's sectors of today, or all of them for whoever manages the branch.
#[utoipa::path(get, path = "/api/waiter/tables", tag = "table", params(OfBranch), security(("staff" = [])),
    responses((status = 200, body = [WaiterTable]), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn waiter_tables(
    State(state): State<AppState>,
    staff: Staff<FloorStaff>,
    Params(of): Params<OfBranch>,
) -> ApiResult<Json<Vec<WaiterTable>>> {
    let tables = state.db.floor(&staff, of.branch_id, Floor::Mine, false).await?;
    Ok(Json(tables.into_iter().map(Into::into).collect()))
}

/// The tables of the caller's sectors of today, or all of the branch where the caller has none.
#[utoipa::path(get, path = "/api/waiter/my-tables", tag = "table", params(OfBranch), security(("staff" = [])),
    responses((status = 200, body = [WaiterTable]), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn my_tables(
    State(state): State<AppState>,
    staff: Staff<FloorStaff>,
    Params(of): Params<OfBranch>,
) -> ApiResult<Json<Vec<WaiterTable>>> {
    let tables = state.db.floor(&staff, of.branch_id, Floor::MineOrWhole, false).await?;
    Ok(Json(tables.into_iter().map(Into::into).collect()))
}

/// One table, of whichever sector.
#[utoipa::path(get, path = "/api/tables/{table_id}", tag = "table", params(("table_id" = TableId, Path)), security(("staff" = [])),
    responses((status = 200, body = WaiterTable), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn one_table(
    State(state): State<AppState>,
    staff: Staff<FloorStaff>,
    Segment(id): Segment<TableId>,
) -> ApiResult<Json<WaiterTable>> {
    Ok(Json(state.db.table_now(&staff, id).await?.into()))
}
