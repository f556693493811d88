//! What the QR codes of tables say, and new secrets for them.

use crate::{
    extract::{Command, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AnyRole, Management, Scope, Staff};
use axum::{Json, extract::State};
use domain::{BranchId, SectorId, TableId, session::JoinRule};
use operations::{
    Error,
    table::{self, qr_link},
};
use runtime::ProblemBody;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wire::table::{QrCode, RotatedCodes};

/// What a table's QR code says.
#[derive(Serialize, ToSchema)]
pub(crate) struct QrUrl {
    /// Where the diner app opens with this table (`COMANDA_DINER_URL`).
    url: String,
    table_code: String,
    branch_slug: String,
}

/// Which link.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichLink {
    /// The link that this rule wants, to be printed before the branch takes it up; the branch's own when not said.
    join: Option<JoinRule>,
}

/// The link of a table's QR code. Where only the QR code lets phones join it is the secret, for a manager or
/// administrator; a table that has none gets it now.
#[utoipa::path(get, path = "/api/admin/tables/{table_id}/qr-url", tag = "table", params(("table_id" = TableId, Path), WhichLink),
    security(("staff" = [])),
    responses((status = 200, body = QrUrl), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn qr_url(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<TableId>,
    Params(which): Params<WhichLink>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Json<QrUrl>> {
    let table = state.db.office_table(&staff, id).await?;
    let branch = state.db.find_branch(&staff, table.branch_id).await?;
    let code = match which.join.unwrap_or(branch.join_rule) {
        JoinRule::Open => table.code.clone(),
        JoinRule::QrSecret => {
            let office = staff.narrow::<Management>().filter(|office| office.admits(table.branch_id));
            let office = office.ok_or(Error::Forbidden("Only a manager or administrator prints QR codes"))?;
            table::print(&state.db, &office, id, &attempt).await?.as_str().to_owned()
        }
    };
    let url = qr_link(&state.settings.diner_url, &branch.slug, &code)?;
    Ok(Json(QrUrl { url, table_code: table.code, branch_slug: branch.slug }))
}

/// Gives a table a new join code. The QR code on it lets nobody in any more; who sits there stays.
#[utoipa::path(post, path = "/api/admin/tables/{table_id}/join-code/rotate", tag = "table", security(("staff" = [])),
    params(("table_id" = TableId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = QrCode), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn rotate_join_code(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<TableId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(table::rotate(&state.db, &staff, id, &state.settings.diner_url, &attempt).await?))
}

/// Which tables.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RotateJoinCodes {
    /// Those of one sector of the branch; all of the branch when not said.
    sector_id: Option<SectorId>,
}

/// Gives every table of a branch, or of one sector, a new join code; all or none.
#[utoipa::path(post, path = "/api/admin/branches/{branch_id}/join-codes/rotate", tag = "table", request_body = RotateJoinCodes,
    security(("staff" = [])), params(("branch_id" = BranchId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = RotatedCodes), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn rotate_join_codes(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<BranchId>,
    Command(attempt, body): Command<RotateJoinCodes>,
) -> ApiResult<Reply> {
    let link = &state.settings.diner_url;
    Ok(Reply(table::rotate_all(&state.db, &staff, id, body.sector_id, link, &attempt).await?))
}
