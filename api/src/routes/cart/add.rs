//! M6: a diner adds to the cart.

use crate::{
    extract::{Command, Reply},
    problem::ApiResult,
    state::AppState,
};
use auth::ByLock;
use axum::extract::State;
use domain::{
    DinerId, ProductId,
    event::CartLine,
    menu::Choices,
    text::{Quantity, Text},
};
use operations::cart::{self, NewCartLine};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is added.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AddToCart {
    product_id: ProductId,
    /// What is chosen of it: modifiers that the menu shows with the product.
    #[serde(default)]
    customization_ids: Choices,
    /// How many more: 1 to 99, 1 when left out. A line holds 99 at most.
    #[serde(default = "one")]
    quantity: Quantity,
    /// At most 500 characters; replaces the line's note.
    notes: Option<Text<500>>,
    /// Whose line; the diner's who joined last when left out.
    diner_id: Option<DinerId>,
}

const fn one() -> Quantity {
    Quantity::ONE
}

/// Adds to the diner's line of a product and what is chosen of it, or starts it. Answers the line as it is then.
#[utoipa::path(post, path = "/api/diner/cart/add", tag = "cart", request_body = AddToCart, security(("diner" = [])),
    params(("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = CartLine), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn add_to_cart(
    State(state): State<AppState>,
    ByLock(diner): ByLock,
    Command(attempt, body): Command<AddToCart>,
) -> ApiResult<Reply> {
    let AddToCart { product_id, customization_ids: choices, quantity, notes, diner_id } = body;
    let new = NewCartLine { product_id, choices, quantity, notes, diner_id };
    Ok(Reply(cart::add(&state.db, &diner, &new, &attempt).await?))
}
