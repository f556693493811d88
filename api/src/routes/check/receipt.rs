//! C14: the customer's receipt, opened in a window of its own and printed.

use crate::{extract::Segment, page::Page, problem::ApiResult, receipt, state::AppState};
use auth::{AnyRole, Staff};
use axum::extract::State;
use domain::CheckId;
use runtime::ProblemBody;

/// The customer's receipt of a check: a page in Spanish that loads nothing and prints on 80 mm.
#[utoipa::path(get, path = "/api/admin/receipts/customer-receipt/{check_id}", tag = "check", security(("staff" = [])),
    params(("check_id" = CheckId, Path)),
    responses((status = 200, body = String, content_type = "text/html"), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn customer_receipt(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Segment(id): Segment<CheckId>,
) -> ApiResult<Page> {
    Ok(receipt::customer(&state.db.check_detail(&staff, id).await?)?)
}
