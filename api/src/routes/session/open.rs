//! M1, M2: a table's QR code is scanned, its code or number typed.

use crate::{
    extract::{Params, Segment, Visitor},
    header::device_id,
    problem::ApiResult,
    state::AppState,
};
use auth::{Staff, table_token};
use axum::{
    Json,
    extract::{FromRequestParts, State},
};
use domain::{SessionId, TableId, session::SessionStatus, text::Text};
use http::request::Parts;
use operations::{
    Error,
    session::{Joiner, OpenSession, Scanned, open},
};
use runtime::{Limit, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The table's session, and the token by which the phone is known.
#[derive(Serialize, ToSchema)]
pub(crate) struct JoinedSession {
    session_id: SessionId,
    table_id: TableId,
    table_code: String,
    /// Good for three hours, unless staff remove the phone from the table.
    table_token: String,
    status: SessionStatus,
}

/// Which branch the code is meant for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InBranch {
    /// Slug of the branch; without it only a code that one branch alone has is taken.
    #[param(value_type = Option<Text<100>>)]
    branch_slug: Option<Text<100>>,
}

/// Joins the live session of a table, or opens one. Where only the QR code lets phones join, for staff with a token of
/// theirs; a phone is refused with 403 `scan_the_qr_code`.
#[utoipa::path(post, path = "/api/tables/{table_id}/session", tag = "session", params(("table_id" = TableId, Path)),
    responses((status = 200, body = JoinedSession), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)))]
pub(crate) async fn open_by_id(
    State(state): State<AppState>,
    Segment(id): Segment<TableId>,
    Who(joiner): Who,
    visitor: Visitor,
) -> ApiResult<Json<JoinedSession>> {
    state.limits.check(Limit::OpenSession, &format!("{} {id}", visitor.key()))?;
    let session = open(&state.db, &Scanned::Id(id), &joiner).await?;
    Ok(Json(joined(&state, session)))
}

/// Joins the live session of the table with that code, or opens one. A join code, in whatever case, always lets in; a
/// table's own code does where anybody may join, and for staff with a token of theirs. Wrong codes are limited per
/// address.
#[utoipa::path(post, path = "/api/tables/code/{code}/session", tag = "session", params(("code" = Text<100>, Path), InBranch),
    responses((status = 200, body = JoinedSession), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(crate) async fn open_by_code(
    State(state): State<AppState>,
    Segment(code): Segment<Text<100>>,
    Params(branch): Params<InBranch>,
    Who(joiner): Who,
    visitor: Visitor,
) -> ApiResult<Json<JoinedSession>> {
    // For this very code: whoever tries others at the same address, as a guest in the house's own network may, keeps
    // nobody out who has the right one.
    state.limits.check(Limit::OpenSession, &format!("{} {}", visitor.key(), code.as_str().to_ascii_uppercase()))?;
    let branch_slug = branch.branch_slug.map(String::from);
    let scanned = Scanned::Code { code: code.into(), branch_slug: branch_slug.clone() };
    match open(&state.db, &scanned, &joiner).await {
        Ok(session) => Ok(Json(joined(&state, session))),
        Err(error) => {
            if matches!(error, Error::NotFound(_) | Error::Store(store::Error::NotFound(_))) {
                state.limits.check(Limit::WrongCode, &visitor.key())?;
                state.limits.check(Limit::WrongCodeBranch, branch_slug.as_deref().unwrap_or_default())?;
            }
            Err(error.into())
        }
    }
}

/// Who comes to a door that is open to everybody: whoever a token says, where one comes along that is good.
pub(crate) struct Who(Joiner);

impl FromRequestParts<AppState> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        // The waiter's app sends what token it has, run out or not, to public paths, too.
        let staff = match Staff::from_request_parts(parts, state).await {
            Ok(staff) => Some(staff),
            Err(problem) if problem.status.is_server_error() => return Err(problem),
            Err(_) => None,
        };
        let token = table_token(&parts.headers).and_then(|token| state.authenticator.table(token).ok());
        let device_id = device_id(&parts.headers);
        Ok(Self(Joiner { staff, token, device_id }))
    }
}

fn joined(state: &AppState, session: OpenSession) -> JoinedSession {
    let table_token = state.authenticator.keys().mint_table(&session.diner, state.authenticator.now());
    JoinedSession {
        session_id: session.diner.session_id(),
        table_id: session.diner.table_id(),
        table_code: session.table_code,
        table_token,
        status: session.status,
    }
}
