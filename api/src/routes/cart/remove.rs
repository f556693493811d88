//! M8: a diner takes a line out of the cart.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::ByLock;
use axum::extract::State;
use domain::CartItemId;
use operations::cart;
use runtime::ProblemBody;

/// Takes a line out of the table's cart, whoever added it.
#[utoipa::path(delete, path = "/api/diner/cart/{item_id}", tag = "cart",
    params(("item_id" = CartItemId, Path), ("X-Idempotency-Key" = Option<String>, Header)), security(("diner" = [])),
    responses((status = 204), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn remove_cart_line(
    State(state): State<AppState>,
    ByLock(diner): ByLock,
    Segment(id): Segment<CartItemId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(cart::remove(&state.db, &diner, id, &attempt).await?))
}
