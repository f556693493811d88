//! M4: a phone reads what its filters can exclude.

use super::{Slug, branch};
use crate::{conditional, extract::Segment, menu_cache::etag, problem::ApiResult, state::AppState};
use axum::{extract::State, response::Response};
use http::HeaderMap;
use runtime::ProblemBody;
use store::{Answer, Outcome};
use wire::allergen::AllergenEntry;

/// The allergens of the branch's business, those the law names first.
#[utoipa::path(get, path = "/api/public/menu/{slug}/allergens", tag = "menu", params(("slug" = Slug, Path)),
    responses((status = 200, body = Vec<AllergenEntry>), (status = 304, description = "As you have it"),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn allergens(
    State(state): State<AppState>,
    Segment(slug): Segment<Slug>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let branch = branch(&state, &slug).await?;
    let body = Answer::json(Outcome::Changed, &state.db.public_allergens(branch.tenant_id).await?)?.body;
    Ok(conditional::answer(&headers, &etag(&body), &body))
}
