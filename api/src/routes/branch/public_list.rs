//! W1: the branches a waiter picks from before signing in.

use crate::{problem::ApiResult, state::AppState};
use axum::{Json, extract::State};
use wire::branch::PublicBranch;

/// Every open branch, by name.
#[utoipa::path(get, path = "/api/public/branches", tag = "branch", responses((status = 200, body = [PublicBranch])))]
pub(crate) async fn public_list(State(state): State<AppState>) -> ApiResult<Json<Vec<PublicBranch>>> {
    Ok(Json(state.db.public_branches().await?))
}
