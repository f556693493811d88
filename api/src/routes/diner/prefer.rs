//! M17: a diner's taste is kept.

use crate::{
    extract::{Command, Reply},
    problem::ApiResult,
    state::AppState,
};
use auth::Diner;
use axum::extract::State;
use domain::DinerId;
use operations::diner;
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;
use wire::diner::{KeptTaste, Taste};

/// Whose taste, and what it is.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PreferBody {
    implicit_preferences: Taste,
    /// The diner's who joined last when left out.
    diner_id: Option<DinerId>,
}

/// Keeps a diner's taste for this visit and, where the phone gave its id, for the next.
#[utoipa::path(patch, path = "/api/diner/preferences", tag = "diner", request_body = PreferBody, security(("diner" = [])),
    responses((status = 200, body = KeptTaste), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn prefer(
    State(state): State<AppState>,
    diner: Diner,
    Command(attempt, body): Command<PreferBody>,
) -> ApiResult<Reply> {
    let taste = &body.implicit_preferences;
    Ok(Reply(diner::prefer(&state.db, &diner, body.diner_id, taste, &attempt).await?))
}
