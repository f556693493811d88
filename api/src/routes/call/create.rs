//! M13: a diner calls.

use crate::{
    extract::{Command, Reply},
    problem::ApiResult,
    state::AppState,
};
use auth::ByLock;
use axum::extract::State;
use domain::call::CallType;
use operations::call;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;
use wire::call::Call;

/// What the diner wants.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ServiceCall {
    /// WAITER_CALL when absent.
    r#type: Option<CallType>,
}

/// Calls for a waiter; while a call of the kind is open, asking again is a reminder of it.
#[utoipa::path(post, path = "/api/diner/service-call", tag = "call", request_body = ServiceCall, security(("diner" = [])),
    params(("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Call), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn call_waiter(
    State(state): State<AppState>,
    ByLock(diner): ByLock,
    Command(attempt, body): Command<ServiceCall>,
) -> ApiResult<Reply> {
    let kind = body.r#type.unwrap_or(CallType::WaiterCall);
    Ok(Reply(call::create(&state.db, &diner, kind, &attempt).await?))
}
