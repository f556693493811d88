//! M5: a phone joins the table.

use crate::{extract::Body, problem::ApiResult, state::AppState};
use auth::Diner;
use axum::{Json, extract::State};
use domain::text::{Color, Name, Text};
use operations::diner::{self, Registration};
use runtime::ProblemBody;
use serde::Deserialize;
use utoipa::ToSchema;
use wire::diner::Registered;

/// What the phone says of itself.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RegisterDiner {
    /// 1 to 50 characters.
    name: Name<50>,
    /// `#RRGGBB`
    color: Color,
    /// The phone's own id of this visit; registering twice with it is one diner.
    local_id: Option<Text<50>>,
    /// The phone's own id across visits.
    device_id: Option<Text<100>>,
    device_fingerprint: Option<Text<64>>,
}

/// Adds the phone to its table's session, or returns the diner it already is.
#[utoipa::path(post, path = "/api/diner/register", tag = "diner", request_body = RegisterDiner, security(("diner" = [])),
    responses((status = 200, body = Registered), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody)))]
pub(crate) async fn register(
    State(state): State<AppState>,
    diner: Diner,
    Body(body): Body<RegisterDiner>,
) -> ApiResult<Json<Registered>> {
    let RegisterDiner { name, color, local_id, device_id, device_fingerprint } = body;
    let registration = Registration { name, color, local_id, device_id, device_fingerprint };
    Ok(Json(diner::register(&state.db, &diner, &registration).await?))
}
