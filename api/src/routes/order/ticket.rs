//! C14: a round's ticket, opened in a window of its own and printed.

use crate::{extract::Segment, page::Page, problem::ApiResult, receipt, state::AppState};
use auth::{AnyRole, Staff};
use axum::extract::State;
use domain::RoundId;
use runtime::ProblemBody;

/// A round for the kitchen: a page in Spanish that loads nothing and prints on 80 mm. Struck items are crossed out.
#[utoipa::path(get, path = "/api/admin/receipts/kitchen-ticket/{round_id}", tag = "order", security(("staff" = [])),
    params(("round_id" = RoundId, Path)),
    responses((status = 200, body = String, content_type = "text/html"), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn kitchen_ticket(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<RoundId>,
) -> ApiResult<Page> {
    Ok(receipt::kitchen_ticket(&state.db.printed_round(&staff, id).await?))
}
