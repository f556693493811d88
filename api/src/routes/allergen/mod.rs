//! The office's allergens (C7).

mod reaction;

pub(crate) use reaction::*;

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AdminOnly, AnyRole, Management, Staff};
use axum::{Json, extract::State, response::Response};
use domain::{AllergenId, office::EntityKind};
use operations::{allergen, office};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::allergen::{Allergen, AllergenPatch, NewAllergen};

/// Which allergens.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Allergens {
    /// Only those the law names.
    #[serde(default)]
    mandatory_only: bool,
    /// Those that were deleted, too.
    #[serde(default)]
    include_deleted: bool,
}

/// The business's allergens, by name.
#[utoipa::path(get, path = "/api/admin/allergens", tag = "menu office", params(Allergens, NamedPart), security(("staff" = [])),
    responses((status = 200, body = [Allergen], headers(("Link" = String))), (status = 422, body = ProblemBody)))]
pub(crate) async fn office_allergens(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(which): Params<Allergens>,
    named: Named,
) -> ApiResult<Response> {
    let rows = state.db.allergens(&staff, which.mandatory_only, which.include_deleted, &named.wanted()).await?;
    Ok(named.respond(rows))
}

/// One allergen.
#[utoipa::path(get, path = "/api/admin/allergens/{allergen_id}", tag = "menu office",
    params(("allergen_id" = AllergenId, Path)), security(("staff" = [])),
    responses((status = 200, body = Allergen), (status = 404, body = ProblemBody)))]
pub(crate) async fn office_allergen(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<AllergenId>,
) -> ApiResult<Json<Allergen>> {
    Ok(Json(state.db.find_allergen(&staff, id).await?))
}

/// Adds an allergen.
#[utoipa::path(post, path = "/api/admin/allergens", tag = "menu office", request_body = NewAllergen, security(("staff" = [])),
    responses((status = 201, body = Allergen), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create_allergen(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, new): Command<NewAllergen>,
) -> ApiResult<Reply> {
    Ok(Reply(allergen::create(&state.db, &staff, &new, &attempt).await?))
}

/// Changes the fields that are there; null clears one that may be empty.
#[utoipa::path(patch, path = "/api/admin/allergens/{allergen_id}", tag = "menu office",
    params(("allergen_id" = AllergenId, Path)), request_body = AllergenPatch, security(("staff" = [])),
    responses((status = 200, body = Allergen), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn update_allergen(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<AllergenId>,
    Command(attempt, patch): Command<AllergenPatch>,
) -> ApiResult<Reply> {
    Ok(Reply(allergen::update(&state.db, &staff, id, &patch, &attempt).await?))
}

/// Deletes an allergen with its cross-reactions; what products declare of it comes back with a restore.
#[utoipa::path(delete, path = "/api/admin/allergens/{allergen_id}", tag = "menu office",
    params(("allergen_id" = AllergenId, Path)), security(("staff" = [])),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(crate) async fn delete_allergen(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<AllergenId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(office::delete(&state.db, &staff, EntityKind::Allergen, id.get(), &attempt).await?))
}
