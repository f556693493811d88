//! M20: a party rates its visit.

use crate::{
    extract::{Command, Reply},
    problem::ApiResult,
    state::AppState,
};
use auth::Diner;
use axum::extract::State;
use domain::text::Text;
use operations::diner::{self, Rating};
use runtime::{Problem, ProblemBody};
use serde::Deserialize;
use utoipa::ToSchema;
use wire::diner::Feedback;

/// What the party thought.
#[derive(Deserialize, ToSchema)]
pub(crate) struct FeedbackBody {
    /// 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    rating: i32,
    /// At most 500 characters.
    comment: Option<Text<500>>,
}

/// Keeps the party's feedback, in any state of its session; once.
#[utoipa::path(post, path = "/api/diner/feedback", tag = "diner", request_body = FeedbackBody, security(("diner" = [])),
    params(("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Feedback), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn feedback(
    State(state): State<AppState>,
    diner: Diner,
    Command(attempt, body): Command<FeedbackBody>,
) -> ApiResult<Reply> {
    if !(1..=5).contains(&body.rating) {
        return Err(Problem::unprocessable("rating: must be from 1 to 5").into());
    }
    let rating = Rating { stars: body.rating, comment: body.comment };
    Ok(Reply(diner::rate(&state.db, &diner, &rating, &attempt).await?))
}
