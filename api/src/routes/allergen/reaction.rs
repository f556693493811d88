//! The office's cross-reactions. Their path begins like an allergen's; the router prefers the fixed word.

use crate::{
    extract::{Command, Named, NamedPart, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{AdminOnly, AnyRole, Management, Staff};
use axum::{extract::State, response::Response};
use domain::{AllergenId, CrossReactionId, office::EntityKind};
use operations::{allergen, office};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::IntoParams;
use wire::allergen::{CrossReaction, CrossReactionPatch, NewCrossReaction};

/// Which cross-reactions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CrossReactions {
    /// Those of who suffers from this allergen.
    allergen_id: Option<AllergenId>,
    /// Those that were deleted, too.
    #[serde(default)]
    include_deleted: bool,
}

/// The business's cross-reactions, by the allergens' names.
#[utoipa::path(get, path = "/api/admin/allergens/cross-reactions", tag = "menu office", params(CrossReactions, NamedPart),
    security(("staff" = [])),
    responses((status = 200, body = [CrossReaction], headers(("Link" = String))), (status = 422, body = ProblemBody)))]
pub(crate) async fn cross_reactions(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(which): Params<CrossReactions>,
    named: Named,
) -> ApiResult<Response> {
    let rows = state.db.cross_reactions(&staff, which.allergen_id, which.include_deleted, &named.wanted()).await?;
    Ok(named.respond(rows))
}

/// Adds a cross-reaction, from the first allergen to the second only.
#[utoipa::path(post, path = "/api/admin/allergens/cross-reactions", tag = "menu office", request_body = NewCrossReaction,
    security(("staff" = [])),
    responses((status = 201, body = CrossReaction), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn create_cross_reaction(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Command(attempt, new): Command<NewCrossReaction>,
) -> ApiResult<Reply> {
    Ok(Reply(allergen::create_cross_reaction(&state.db, &staff, &new, &attempt).await?))
}

/// Changes how likely a cross-reaction is, or what to know of it.
#[utoipa::path(patch, path = "/api/admin/allergens/cross-reactions/{cross_reaction_id}", tag = "menu office",
    params(("cross_reaction_id" = CrossReactionId, Path)), request_body = CrossReactionPatch, security(("staff" = [])),
    responses((status = 200, body = CrossReaction), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn update_cross_reaction(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<CrossReactionId>,
    Command(attempt, patch): Command<CrossReactionPatch>,
) -> ApiResult<Reply> {
    Ok(Reply(allergen::update_cross_reaction(&state.db, &staff, id, &patch, &attempt).await?))
}

/// Deletes a cross-reaction.
#[utoipa::path(delete, path = "/api/admin/allergens/cross-reactions/{cross_reaction_id}", tag = "menu office",
    params(("cross_reaction_id" = CrossReactionId, Path)), security(("staff" = [])),
    responses((status = 204), (status = 404, body = ProblemBody)))]
pub(crate) async fn delete_cross_reaction(
    State(state): State<AppState>,
    staff: Staff<AdminOnly>,
    Segment(id): Segment<CrossReactionId>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(office::delete(&state.db, &staff, EntityKind::CrossReaction, id.get(), &attempt).await?))
}
