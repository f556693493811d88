//! Who joined a table, and who is sent away from it.

use crate::{
    extract::{Command, Nothing, Reply, Segment},
    problem::ApiResult,
    state::AppState,
};
use auth::{Diner, Floor, Staff};
use axum::{Json, extract::State};
use domain::{DinerId, PhoneId, SessionId};
use operations::session::{Removal, remove_guest};
use runtime::ProblemBody;
use wire::session::{RemovedGuest, SeatedPhone};

/// Every phone that joined the diner's own table, with a name or without.
#[utoipa::path(get, path = "/api/diner/session/{session_id}/phones", tag = "diner", params(("session_id" = SessionId, Path)),
    security(("diner" = [])), responses((status = 200, body = Vec<SeatedPhone>), (status = 403, body = ProblemBody)))]
pub(crate) async fn visit_phones(
    State(state): State<AppState>,
    diner: Diner,
    Segment(id): Segment<SessionId>,
) -> ApiResult<Json<Vec<SeatedPhone>>> {
    Ok(Json(state.db.phones_of_session(&diner, id).await?))
}

/// The same for staff.
#[utoipa::path(get, path = "/api/waiter/sessions/{session_id}/phones", tag = "session", security(("staff" = [])),
    params(("session_id" = SessionId, Path)),
    responses((status = 200, body = Vec<SeatedPhone>), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn session_phones(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment(id): Segment<SessionId>,
) -> ApiResult<Json<Vec<SeatedPhone>>> {
    Ok(Json(state.db.phones_of_session(&staff, id).await?))
}

/// Removes the guest of that name from the table: its phones are refused from now on, its rounds stay on the bill.
#[utoipa::path(delete, path = "/api/waiter/sessions/{session_id}/diners/{diner_id}", tag = "session", security(("staff" = [])),
    params(("session_id" = SessionId, Path), ("diner_id" = DinerId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = RemovedGuest), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody, description = "The party has left")))]
pub(crate) async fn remove_diner(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment((session, diner)): Segment<(SessionId, DinerId)>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(remove_guest(&state.db, &staff, session, Removal::Diner(diner), &attempt).await?))
}

/// Removes the guest with that phone, who may have given no name.
#[utoipa::path(delete, path = "/api/waiter/sessions/{session_id}/phones/{phone_id}", tag = "session", security(("staff" = [])),
    params(("session_id" = SessionId, Path), ("phone_id" = PhoneId, Path), ("X-Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = RemovedGuest), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody, description = "The party has left")))]
pub(crate) async fn remove_phone(
    State(state): State<AppState>,
    staff: Staff<Floor>,
    Segment((session, phone)): Segment<(SessionId, PhoneId)>,
    Command(attempt, Nothing {}): Command<Nothing>,
) -> ApiResult<Reply> {
    Ok(Reply(remove_guest(&state.db, &staff, session, Removal::Phone(phone), &attempt).await?))
}
