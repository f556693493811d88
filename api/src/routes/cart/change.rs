//! M7: a diner corrects a line of the cart.

use crate::{
    extract::{Command, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::ByLock;
use axum::extract::State;
use domain::{
    CartItemId, Patch,
    event::CartLine,
    text::{Quantity, Text},
};
use operations::cart::{self, CartChange};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;

/// What the line is to be.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangeCartLine {
    /// How many: 1 to 99.
    quantity: Quantity,
    /// At most 500 characters; left out, the note stays, and null takes it away.
    #[serde(default)]
    #[schema(value_type = Option<Text<500>>)]
    notes: Patch<Text<500>>,
}

/// Changes a line of the table's cart, whoever added it.
#[utoipa::path(patch, path = "/api/diner/cart/{item_id}", tag = "cart", request_body = ChangeCartLine,
    params(("item_id" = CartItemId, Path), ("X-Idempotency-Key" = Option<String>, Header)), security(("diner" = [])),
    responses((status = 200, body = CartLine), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn change_cart_line(
    State(state): State<AppState>,
    ByLock(diner): ByLock,
    Segment(id): Segment<CartItemId>,
    Command(attempt, body): Command<ChangeCartLine>,
) -> ApiResult<Reply> {
    let change = CartChange { quantity: body.quantity, notes: body.notes };
    Ok(Reply(cart::change(&state.db, &diner, id, &change, &attempt).await?))
}
