//! What all that the office manages has in common: what a deletion would take, and taking a deletion back.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AdminOnly, Management, Staff};
use axum::{Json, extract::State};
use domain::{ProblemCode, office::EntityKind};
use operations::{Error, office};
use runtime::ProblemBody;
use wire::office::{CascadePreview, Restored};

/// The kind that a path means.
fn kind(plural: &str) -> ApiResult<EntityKind> {
    Ok(EntityKind::from_plural(plural)
        .ok_or_else(|| Error::refused(ProblemCode::UnknownEntity, "Unknown entity type"))?)
}

/// What deleting a thing would take: counts and names of everything that stands under it, and why it would be refused.
#[utoipa::path(get, path = "/api/admin/{entity_type}/{entity_id}/cascade-preview", tag = "office",
    params(("entity_type" = String, Path, description = "`categories`, `products`, `tables`, …"), ("entity_id" = i64, Path)),
    security(("staff" = [])),
    responses((status = 200, body = CascadePreview), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn cascade_preview(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment((plural, id)): Segment<(String, i64)>,
) -> ApiResult<Json<CascadePreview>> {
    Ok(Json(office::preview(&state.db, &staff, kind(&plural)?, id).await?))
}

/// Takes a deletion back: the thing, and exactly what went with it.
#[utoipa::path(post, path = "/api/admin/{entity_type}/{entity_id}/restore", tag = "office",
    params(("entity_type" = String, Path, description = "`categories`, `products`, `tables`, …"), ("entity_id" = i64, Path)),
    security(("staff" = [])),
    responses((status = 200, body = Restored), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)))]
pub(crate) async fn restore(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment((plural, id)): Segment<(String, i64)>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(office::restore(&state.db, &staff, kind(&plural)?, id, &attempt).await?))
}
