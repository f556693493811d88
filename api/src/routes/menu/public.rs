//! M3: a phone reads the menu.

use super::{Slug, branch};
use crate::{conditional, extract::Segment, problem::ApiResult, state::AppState};
use axum::{extract::State, response::Response};
use http::HeaderMap;
use runtime::ProblemBody;
use wire::menu::Menu;

/// What the branch of that slug offers. Products that are out are part of it, marked.
#[utoipa::path(get, path = "/api/public/menu/{slug}", tag = "menu",
    params(("slug" = Slug, Path), ("If-None-Match" = Option<String>, Header)),
    responses((status = 200, body = Menu, headers(("ETag" = String))), (status = 304, description = "As you have it"),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn menu(
    State(state): State<AppState>,
    Segment(slug): Segment<Slug>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let branch = branch(&state, &slug).await?;
    let menu = state.menus().get(&state.db, &branch).await?;
    Ok(conditional::answer(&headers, &menu.etag, &menu.body))
}
