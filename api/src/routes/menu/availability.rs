//! The kitchen 86's a product or brings it back.

use crate::{
    extract::{Command, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{KitchenCrew, Staff};
use axum::extract::State;
use domain::{BranchId, ProductId};
use operations::menu::{Availability, AvailabilitySet, set_availability};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to hold.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AvailabilityBody {
    is_available: bool,
    /// Needed where several of the caller's branches offer the product.
    branch_id: Option<BranchId>,
}

/// Says whether a branch can serve a product. Saying the same again changes nothing.
#[utoipa::path(patch, path = "/api/kitchen/products/{product_id}/availability", tag = "menu",
    params(("product_id" = ProductId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    request_body = AvailabilityBody, security(("staff" = [])),
    responses((status = 200, body = AvailabilitySet), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
pub(crate) async fn availability(
    State(state): State<AppState>,
    staff: Staff<KitchenCrew>,
    Segment(id): Segment<ProductId>,
    Command(attempt, body): Command<AvailabilityBody>,
) -> ApiResult<Reply> {
    let wanted = Availability { is_available: body.is_available, branch_id: body.branch_id };
    Ok(Reply(set_availability(&state.db, &staff, id, wanted, &attempt).await?))
}
