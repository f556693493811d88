//! The second factor: set up, switched on by its first code, switched off by another.

use crate::{extract::Command, problem::ApiResult, state::AppState};
use auth::{AnyRole, Staff};
use axum::{Json, extract::State, response::AppendHeaders};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderName, header};
use operations::account::{disable_second_factor, enable_second_factor, set_up_second_factor};
use qrcode::{QrCode, render::svg};
use runtime::{Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A secret that waits for its first code.
#[derive(Serialize, ToSchema)]
pub(crate) struct PendingSecondFactor {
    /// Base32, to be typed where the picture cannot be scanned.
    secret: String,
    /// What the picture says.
    otpauth_url: String,
    /// The picture, as a `data:` URL.
    qr_url: String,
}

/// A code.
#[derive(Deserialize, ToSchema)]
pub(crate) struct CodeBody {
    /// Six digits.
    #[schema(example = "123456", pattern = r"^\s*([0-9]\s*){6}$")]
    code: String,
}

/// Whether codes are asked for at sign-in from now on.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondFactorState {
    enabled: bool,
    /// For people.
    message: &'static str,
}

/// Makes a secret. It replaces one that was not verified yet.
#[utoipa::path(post, path = "/api/auth/2fa/setup", tag = "account", security(("staff" = [])),
    responses((status = 200, body = PendingSecondFactor), (status = 401, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn set_up(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
) -> ApiResult<(AppendHeaders<[(HeaderName, &'static str); 1]>, Json<PendingSecondFactor>)> {
    let pending = set_up_second_factor(&state.db, state.providers.vault(), &staff).await?;
    let qr_url = picture(&pending.otpauth_url)?;
    let body = PendingSecondFactor { secret: pending.secret.to_base32(), otpauth_url: pending.otpauth_url, qr_url };
    Ok((AppendHeaders([(header::CACHE_CONTROL, "no-store")]), Json(body)))
}

/// Switches the second factor on.
#[utoipa::path(post, path = "/api/auth/2fa/verify", tag = "account", request_body = CodeBody, security(("staff" = [])),
    responses((status = 200, body = SecondFactorState), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 429, body = ProblemBody)))]
pub(crate) async fn verify(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Command(attempt, body): Command<CodeBody>,
) -> ApiResult<Json<SecondFactorState>> {
    enable_second_factor(&state.db, state.providers.vault(), &staff, &body.code, &attempt).await?;
    Ok(Json(SecondFactorState { enabled: true, message: "2FA is enabled" }))
}

/// Switches the second factor off.
#[utoipa::path(delete, path = "/api/auth/2fa/disable", tag = "account", request_body = CodeBody, security(("staff" = [])),
    responses((status = 200, body = SecondFactorState), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 429, body = ProblemBody)))]
pub(crate) async fn disable(
    State(state): State<AppState>,
    staff: Staff<AnyRole>,
    Command(attempt, body): Command<CodeBody>,
) -> ApiResult<Json<SecondFactorState>> {
    disable_second_factor(&state.db, state.providers.vault(), &staff, &body.code, &attempt).await?;
    Ok(Json(SecondFactorState { enabled: false, message: "2FA is disabled" }))
}

/// Drawn here, so that the secret is not told to a picture service.
fn picture(text: &str) -> Result<String, Problem> {
    let code = QrCode::new(text).map_err(|error| {
        tracing::error!(%error, "an otpauth URL does not fit a QR code");
        Problem::internal()
    })?;
    let svg = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    Ok(format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(svg)))
}
