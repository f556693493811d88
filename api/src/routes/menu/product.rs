//! One product of a menu.

use super::{Slug, branch};
use crate::{extract::Segment, problem::ApiResult, state::AppState};
use axum::{Json, extract::State};
use domain::ProductId;
use operations::Error;
use runtime::ProblemBody;
use wire::menu::MenuProduct;

/// One product as the branch's menu has it.
#[utoipa::path(get, path = "/api/public/menu/{slug}/products/{product_id}", tag = "menu",
    params(("slug" = Slug, Path), ("product_id" = ProductId, Path)),
    responses((status = 200, body = MenuProduct), (status = 404, body = ProblemBody)))]
pub(crate) async fn product(
    State(state): State<AppState>,
    Segment((slug, id)): Segment<(Slug, ProductId)>,
) -> ApiResult<Json<MenuProduct>> {
    let branch = branch(&state, &slug).await?;
    let menu = state.menus().get(&state.db, &branch).await?;
    Ok(Json(menu.menu.product(id).cloned().ok_or(Error::NotFound("product"))?))
}
