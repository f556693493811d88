//! M9: a phone reads the cart, when it joins or comes back.

use crate::{problem::ApiResult, state::AppState};
use auth::Diner;
use axum::{Json, extract::State};
use domain::event::Cart;
use runtime::ProblemBody;

/// The table's cart at the branch's present prices, oldest line first.
#[utoipa::path(get, path = "/api/diner/cart", tag = "cart", security(("diner" = [])),
    responses((status = 200, body = Cart), (status = 404, body = ProblemBody)))]
pub(crate) async fn cart(State(state): State<AppState>, diner: Diner) -> ApiResult<Json<Cart>> {
    Ok(Json(state.db.cart(&diner).await?))
}
