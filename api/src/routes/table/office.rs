//! The office's tables (C9).

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, Management, Staff};
use axum::{Json, extract::State, response::Response};
use domain::{BranchId, TableId, office::EntityKind};
use operations::{office, table};
use runtime::ProblemBody;
use serde::Deserialize;
use store::view::Floor;
use utoipa::IntoParams;
use wire::table::{Batch, Laid, NewTable, OfficeTable, TablePatch};

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

/// The tables of the caller's branches, by code; found by code and sector.
#[utoipa::path(get, path = "/api/admin/tables", tag = "table", params(OfficeTables, NamedPart), security(("staff" = [])),
    responses((status = 200, body = [OfficeTable], headers(("Link" = String))), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn office_tables(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(which): Params<OfficeTables>,
    named: Named,
) -> ApiResult<Response> {
    let tables = state.db.floor(&staff, which.branch_id, Floor::Whole, which.include_deleted).await?;
    // A branch has a few hundred tables at most, and one statement reads them all.
    let tables = named.wanted().part(tables, |table| [&table.code, table.sector_name.as_deref().unwrap_or_default()]);
    Ok(named.respond(tables.into_iter().map(OfficeTable::from).collect::<Vec<_>>()))
}

/// One table.
#[utoipa::path(get, path = "/api/admin/tables/{table_id}", tag = "table", params(("table_id" = TableId, Path)), security(("staff" = [])),
    responses((status = 200, body = OfficeTable), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn office_table(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<TableId>,
) -> ApiResult<Json<OfficeTable>> {
    Ok(Json(state.db.office_table(&staff, id).await?))
}

/// Lays a table.
#[utoipa::path(post, path = "/api/admin/tables", tag = "table", request_body = NewTable, security(("staff" = [])),
    responses((status = 201, body = OfficeTable), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create_table(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, new): Command<NewTable>,
) -> ApiResult<Reply> {
    Ok(Reply(table::create(&state.db, &staff, &new, &attempt).await?))
}

/// Lays many tables, with codes `PREFIX-NN` by the sectors' prefixes and the first free numbers; all or none.
#[utoipa::path(post, path = "/api/admin/tables/batch", tag = "table", request_body = Batch, security(("staff" = [])),
    responses((status = 201, body = Laid), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn create_tables(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, batch): Command<Batch>,
) -> ApiResult<Reply> {
    Ok(Reply(table::batch(&state.db, &staff, &batch, &attempt).await?))
}

/// Changes the fields that are there; null clears one that may be empty. Its status and whether it is in use change
/// only while nobody sits there.
#[utoipa::path(patch, path = "/api/admin/tables/{table_id}", tag = "table", params(("table_id" = TableId, Path)),
    request_body = TablePatch, security(("staff" = [])),
    responses((status = 200, body = OfficeTable), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn update_table(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<TableId>,
    Command(attempt, patch): Command<TablePatch>,
) -> ApiResult<Reply> {
    Ok(Reply(table::update(&state.db, &staff, id, &patch, &attempt).await?))
}

/// Deletes a table; refused while a party sits there.
#[utoipa::path(delete, path = "/api/admin/tables/{table_id}", tag = "table", params(("table_id" = TableId, Path)),
    security(("staff" = [])),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)))]
pub(crate) async fn delete_table(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<TableId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(office::delete(&state.db, &staff, EntityKind::Table, id.get(), &attempt).await?))
}
