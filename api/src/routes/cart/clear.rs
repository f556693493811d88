//! M10: the table starts its order anew.

use crate::{
    extract::{Command, Nothing, Reply},
    problem::ApiResult,
    state::AppState,
};
use auth::ByLock;
use axum::extract::State;
use operations::cart;
use runtime::ProblemBody;

/// Empties the table's cart.
#[utoipa::path(delete, path = "/api/diner/cart", tag = "cart", security(("diner" = [])),
    params(("X-Idempotency-Key" = Option<String>, Header)), responses((status = 204), (status = 400, body = ProblemBody)))]
pub(crate) async fn clear_cart(
    State(state): State<AppState>,
    ByLock(diner): ByLock,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(cart::clear(&state.db, &diner, &attempt).await?))
}
