//! What everybody owes by a plan. Nothing is kept: the plan is the phones' own, the sums are the server's.

use crate::{
    extract::{Body, Handling, Segment},
    problem::{ApiError, ApiResult},
    state::AppState,
};
use auth::{Diner, Floor, Scope, Staff};
use axum::{Extension, Json, extract::State};
use domain::{
    CheckId,
    check::split::{self, Quote, SentPlan, SplitError, SplitPlan, TipShare},
    office::few,
};
use runtime::{Problem, ProblemBody};
use serde::Deserialize;
use utoipa::ToSchema;

/// How the bill is divided.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AskQuote {
    #[schema(value_type = SplitPlan)]
    plan: SentPlan,
    /// Tips on top; none when absent.
    #[serde(default, deserialize_with = "few::<_, _, 1000>")]
    #[schema(max_items = 1000)]
    tips: Vec<TipShare>,
}

/// What everybody at the table owes by a plan.
#[utoipa::path(post, path = "/api/billing/check/{check_id}/quote", tag = "check", request_body = AskQuote,
    security(("diner" = [])), params(("check_id" = CheckId, Path)),
    responses((status = 200, body = Quote), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn quote(
    State(state): State<AppState>,
    diner: Diner,
    Segment(id): Segment<CheckId>,
    Extension(handling): Extension<Handling>,
    Body(body): Body<AskQuote>,
) -> ApiResult<Json<Quote>> {
    divided(&state, &diner, id, &handling, &body).await
}

/// The same for a waiter who divides the bill at the table.
#[utoipa::path(post, path = "/api/waiter/checks/{check_id}/quote", tag = "check", request_body = AskQuote,
    security(("staff" = [])), params(("check_id" = CheckId, Path)),
    responses((status = 200, body = Quote), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn quote_by_staff(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(id): Segment<CheckId>,
    Extension(handling): Extension<Handling>,
    Body(body): Body<AskQuote>,
) -> ApiResult<Json<Quote>> {
    divided(&state, &staff, id, &handling, &body).await
}

async fn divided(
    state: &AppState,
    scope: &impl Scope,
    id: CheckId,
    handling: &Handling,
    body: &AskQuote,
) -> ApiResult<Json<Quote>> {
    handling.note_more_fields(body.plan.unread.iter().map(|name| format!("plan.{name}")))?;
    let bill = state.db.bill(scope, id).await?;
    Ok(Json(split::quote(&bill, &body.plan.plan, &body.tips)?))
}

impl From<SplitError> for ApiError {
    fn from(error: SplitError) -> Self {
        if error == SplitError::Bill {
            // The lines and the payments were read one after the other, and somebody paid in between.
            return Self(Problem::unavailable("Busy, please try again").retry_after(1));
        }
        Self(Problem::unprocessable(error.to_string()))
    }
}
