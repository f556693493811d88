//! The audit log for the office (C17).

use crate::{
    extract::{Paged, Params, Part},
    problem::ApiResult,
    state::AppState,
};
use auth::{Management, Staff};
use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use domain::{BranchId, UserId, text::Text};
use runtime::ProblemBody;
use serde::Deserialize;
use store::view::AuditFilter;
use utoipa::IntoParams;
use wire::audit::AuditEntry;

/// Entries of one answer when the client does not say how many.
const USUAL: u32 = 100;

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Entries {
    /// `product`, `table`, `staff`, …
    #[param(value_type = Option<Text<50>>)]
    entity_type: Option<Text<50>>,
    /// Of this thing.
    entity_id: Option<i64>,
    /// `CREATE`, `UPDATE`, `DELETE`, …
    #[param(value_type = Option<Text<50>>)]
    action: Option<Text<50>>,
    /// By this person.
    user_id: Option<UserId>,
    /// In this branch.
    branch_id: Option<BranchId>,
    /// Not before this instant.
    from: Option<DateTime<Utc>>,
    /// Before this instant.
    until: Option<DateTime<Utc>>,
}

/// What staff changed, newest first. A manager reads what happened in their own branches.
#[utoipa::path(get, path = "/api/admin/audit-log", tag = "office", params(Entries, Part), security(("staff" = [])),
    responses((status = 200, body = [AuditEntry], headers(("Link" = String))), (status = 422, body = ProblemBody)))]
pub(crate) async fn audit_log(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(which): Params<Entries>,
    paged: Paged,
) -> ApiResult<Response> {
    let filter = AuditFilter {
        entity_type: which.entity_type.map(Into::into),
        entity_id: which.entity_id,
        action: which.action.map(Into::into),
        user_id: which.user_id,
        branch_id: which.branch_id,
        from: which.from,
        until: which.until,
    };
    let paged = paged.or_limit(USUAL);
    let rows = state.db.audit_log(&staff, &filter, paged.page()).await?;
    Ok(paged.respond(rows))
}
