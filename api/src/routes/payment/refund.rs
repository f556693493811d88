//! Money goes back, and the tasks that wait for a manager's word.

use crate::{
    extract::{Command, Nothing, Params, Reply, Segment},
    problem::ApiResult,
    routes::table::OfBranch,
    state::AppState,
};
use auth::{Management, Staff};
use axum::{Json, extract::State};
use domain::{IncidentId, PaymentId, RefundId};
use operations::payment;
use runtime::ProblemBody;
use wire::payment::{OpenIncident, OpenRefund, Refunded, Refunding};

/// Gives a payment back, all of it or a part. What staff took goes back at once (200); what came through a provider
/// when the provider was asked (202).
#[utoipa::path(post, path = "/api/billing/payments/{payment_id}/refund", tag = "payment", request_body = Refunding,
    security(("staff" = [])), params(("payment_id" = PaymentId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Refunded), (status = 202, body = Refunded), (status = 400, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn refund(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<PaymentId>,
    Command(attempt, body): Command<Refunding>,
) -> ApiResult<Reply> {
    Ok(Reply(payment::refund(&state.db, &staff, id, &body, &attempt).await?))
}

/// The refunds that are not over: proposed, refused by the provider, queued, under way.
#[utoipa::path(get, path = "/api/billing/refunds", tag = "payment", params(OfBranch), security(("staff" = [])),
    responses((status = 200, body = [OpenRefund]), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn open_refunds(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(of): Params<OfBranch>,
) -> ApiResult<Json<Vec<OpenRefund>>> {
    Ok(Json(state.db.open_refunds(&staff, of.branch_id).await?))
}

/// Gives back what was proposed, or tries again what the provider refused.
#[utoipa::path(post, path = "/api/billing/refunds/{refund_id}/approve", tag = "payment", security(("staff" = [])),
    params(("refund_id" = RefundId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Refunded), (status = 202, body = Refunded), (status = 400, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn approve_refund(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<RefundId>,
    Command(attempt, _): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(payment::approve_refund(&state.db, &staff, id, &attempt).await?))
}

/// Leaves the money where it is.
#[utoipa::path(post, path = "/api/billing/refunds/{refund_id}/dismiss", tag = "payment", security(("staff" = [])),
    params(("refund_id" = RefundId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Refunded), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)))]
pub(crate) async fn dismiss_refund(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<RefundId>,
    Command(attempt, _): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(payment::dismiss_refund(&state.db, &staff, id, &attempt).await?))
}

/// What about money nobody has looked into yet.
#[utoipa::path(get, path = "/api/billing/incidents", tag = "payment", params(OfBranch), security(("staff" = [])),
    responses((status = 200, body = [OpenIncident]), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn open_incidents(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Params(of): Params<OfBranch>,
) -> ApiResult<Json<Vec<OpenIncident>>> {
    Ok(Json(state.db.open_incidents(&staff, of.branch_id).await?))
}

/// Says that an incident is dealt with.
#[utoipa::path(post, path = "/api/billing/incidents/{incident_id}/resolve", tag = "payment", security(("staff" = [])),
    params(("incident_id" = IncidentId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)))]
pub(crate) async fn resolve_incident(
    State(state): State<AppState>,
    staff: Staff<Management>,
    Segment(id): Segment<IncidentId>,
    Command(attempt, _): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(payment::resolve_incident(&state.db, &staff, id, &attempt).await?))
}
