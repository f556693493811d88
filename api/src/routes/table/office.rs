//! The office's tables, for reading (contract/admin-kitchen.md §2.C9).

use crate::{
    extract::{Params, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, Staff};
use axum::{Json, extract::State};
use domain::{BranchId, RoundId, SectorId, SessionId, TableId, TenantId, round::RoundStatus, table::TableStatus};
use runtime::ProblemBody;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::view::{Floor, TableNow};
use utoipa::{IntoParams, ToSchema};

/// A table on the dashboard.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfficeTable {
    id: TableId,
    tenant_id: TenantId,
    branch_id: BranchId,
    code: String,
    capacity: i32,
    /// The sector's name.
    sector: Option<String>,
    sector_id: Option<SectorId>,
    status: TableStatus,
    is_active: bool,
    session_id: Option<SessionId>,
    /// Status by round id, of the rounds that are neither served nor canceled.
    active_round_statuses: BTreeMap<RoundId, RoundStatus>,
    /// Who confirmed the latest confirmed round.
    confirmed_by_name: Option<String>,
}

impl From<TableNow> for OfficeTable {
    fn from(table: TableNow) -> Self {
        Self {
            id: table.id,
            tenant_id: table.tenant_id,
            branch_id: table.branch_id,
            code: table.code,
            capacity: table.capacity,
            sector: table.sector_name,
            sector_id: table.sector_id,
            status: table.status,
            is_active: table.is_active,
            session_id: table.session_id,
            active_round_statuses: table.open_rounds,
            confirmed_by_name: table.confirmed_by_name,
        }
    }
}

/// Which tables.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfficeTables {
    /// A branch of the caller's; without it all of them.
    branch_id: Option<BranchId>,
    /// Those that were deleted, too.
    #[serde(default)]
    include_deleted: bool,
}

/// The tables of the caller's branches.
#[utoipa::path(get, path = "/api/admin/tables", tag = "table", params(OfficeTables), security(("staff" = [])),
    responses((status = 200, body = [OfficeTable]), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn office_tables(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(which): Params<OfficeTables>,
) -> ApiResult<Json<Vec<OfficeTable>>> {
    let tables = state.db.floor(&staff, which.branch_id, Floor::Whole, which.include_deleted).await?;
    Ok(Json(tables.into_iter().map(Into::into).collect()))
}

/// One table.
#[utoipa::path(get, path = "/api/admin/tables/{table_id}", tag = "table", params(("table_id" = TableId, Path)), security(("staff" = [])),
    responses((status = 200, body = OfficeTable), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn office_table(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<TableId>,
) -> ApiResult<Json<OfficeTable>> {
    Ok(Json(state.db.table_now(&staff, id).await?.into()))
}
