//! The payer's browser is back, and asks what came of it.

use crate::{extract::Body, problem::ApiResult, state::AppState};
use auth::Diner;
use axum::{Json, extract::State};
use operations::payment::{self, Returned};
use runtime::{Problem, ProblemBody};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use wire::provider::Verified;

/// The query of the return page, as it came; Mercado Pago writes `null` where it has nothing to say.
#[derive(Deserialize, ToSchema)]
pub(crate) struct VerifyRequest {
    /// Mercado Pago's number of the payment, as text or number.
    #[schema(value_type = Option<String>)]
    payment_id: Option<Value>,
    /// The same under its older name.
    #[schema(value_type = Option<String>)]
    collection_id: Option<Value>,
    /// The checkout's id.
    external_reference: Option<String>,
}

/// Looks at the payment now. `status` in the address proves nothing and is not read.
#[utoipa::path(post, path = "/api/billing/mercadopago/verify", operation_id = "verify_payment", tag = "billing", security(("diner" = [])),
    request_body = VerifyRequest,
    responses((status = 200, body = Verified), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn verify(
    State(state): State<AppState>,
    diner: Diner,
    Body(body): Body<VerifyRequest>,
) -> ApiResult<Json<Verified>> {
    let payment_id = number(body.payment_id)?.or(number(body.collection_id)?);
    let external_reference = body.external_reference.filter(|text| text != "null" && !text.is_empty());
    let plain = |text: &String| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if external_reference.as_ref().is_some_and(|text| text.len() > 64 || !plain(text)) {
        return Err(Problem::unprocessable("external_reference: is none of ours").into());
    }
    if payment_id.is_none() && external_reference.is_none() {
        return Err(Problem::unprocessable("payment_id or external_reference is needed").into());
    }
    let returned = Returned { payment_id, external_reference };
    Ok(Json(payment::verify(&state.db, &state.providers, &diner, &returned).await?))
}

fn number(value: Option<Value>) -> Result<Option<String>, Problem> {
    let text = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.is_empty() || text == "null" => return Ok(None),
        Some(Value::String(text)) => text,
        Some(Value::Number(number)) => number.to_string(),
        Some(_) => return Err(Problem::unprocessable("payment_id: must be a number")),
    };
    if text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(Some(text))
    } else {
        Err(Problem::unprocessable("payment_id: must be a number"))
    }
}
