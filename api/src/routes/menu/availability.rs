//! The kitchen 86's a product or brings it back.

use crate::{
    extract::{Command, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{KitchenCrew, Staff};
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::{
    BranchId, Patch, ProductId,
    menu::{MOST_PORTIONS, SupplyChange},
    office::Whole,
};
use operations::menu::{Availability, set_availability};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;
use wire::menu::AvailabilitySet;

/// What is to hold.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AvailabilityBody {
    /// False: 86.
    is_available: bool,
    /// Portions left, 0 to 9999: each order takes its own, and with the last one the product is out. Null ends the
    /// counting; absent: as it is.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 9999)]
    remaining: Patch<Whole<0, MOST_PORTIONS>>,
    /// When the 86 or the count ends by itself, within a year. Null: when somebody says so; absent: as it is.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    until: Patch<DateTime<Utc>>,
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
    let remaining = body.remaining.map(Whole::get);
    let supply = SupplyChange { is_available: body.is_available, remaining, until: body.until };
    let wanted = Availability { supply, branch_id: body.branch_id };
    Ok(Reply(set_availability(&state.db, &staff, id, wanted, &attempt).await?))
}
