//! What the kitchen has and what waits to be carried out (C15).

use crate::{
    extract::{Paged, Params, Part},
    problem::ApiResult,
    routes::table::OfBranch,
    state::AppState,
};
use auth::{AnyRole, Staff};
use axum::{Json, extract::State, response::Response};
use domain::{BranchId, round::RoundStatus};
use runtime::ProblemBody;
use serde::Deserialize;
use store::view::At;
use utoipa::IntoParams;
use wire::order::{ActiveOrder, OrderStats};

/// Which orders.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichOrders {
    /// One branch; without it all of the caller's.
    branch_id: Option<BranchId>,
    /// SUBMITTED, IN_KITCHEN or READY; anything else is ignored.
    status_filter: Option<String>,
}

impl WhichOrders {
    fn status(&self) -> Option<RoundStatus> {
        let wanted = self.status_filter.as_deref()?;
        let active = [RoundStatus::Submitted, RoundStatus::InKitchen, RoundStatus::Ready];
        active.into_iter().find(|status| status.as_str() == wanted)
    }
}

/// The rounds that are not on the table yet, the longest waiting first; struck items are left out.
#[utoipa::path(get, path = "/api/admin/orders", tag = "order", security(("staff" = [])), params(WhichOrders, Part),
    responses((status = 200, body = [ActiveOrder]), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn active_orders(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(which): Params<WhichOrders>,
    paged: Paged,
) -> ApiResult<Response> {
    let at = At { branch: which.branch_id };
    Ok(paged.respond(state.db.active_orders(&staff, at, which.status(), paged.page()).await?))
}

/// How many of them there are.
#[utoipa::path(get, path = "/api/admin/orders/stats", tag = "order", security(("staff" = [])), params(OfBranch),
    responses((status = 200, body = OrderStats), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn order_stats(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Params(of): Params<OfBranch>,
) -> ApiResult<Json<OrderStats>> {
    Ok(Json(state.db.order_stats(&staff, At { branch: of.branch_id }).await?))
}
