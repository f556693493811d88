//! Providers' notices; Mercado Pago's are webhooks and IPN, signed or not, to the account that the path names.
//!
//! The body is read here as bytes, never as JSON: what cannot be parsed is kept all the same. No limit stands before
//! it: a 429 would make a provider give up on us. What is *stored* is bounded, by the operation.

use crate::{
    extract::{Handling, Segment},
    problem::ApiResult,
    state::AppState,
};
use axum::{
    Json,
    body::Body,
    extract::{RawQuery, Request, State},
};
use domain::ProblemCode;
use http::StatusCode;
use http_body_util::BodyExt;
use operations::payment::{self, Arrived, MAX_NOTICE, Received};
use runtime::{Problem, ProblemBody};
use serde::Serialize;
use utoipa::ToSchema;

/// The notice is kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct Kept {
    /// `received`
    status: &'static str,
}

/// A notice to the account whose token the path names.
#[utoipa::path(post, path = "/api/billing/mercadopago/webhook/{token}", tag = "provider",
    params(("token" = String, Path, description = "Names the account; nobody can guess it")),
    responses((status = 200, body = Kept), (status = 401, body = ProblemBody, description = "The signature does not hold"),
    (status = 404, body = ProblemBody), (status = 413, body = ProblemBody)))]
pub(crate) async fn webhook(
    State(state): State<AppState>,
    Segment(token): Segment<String>,
    query: RawQuery,
    request: Request,
) -> ApiResult<Json<Kept>> {
    take(&state, Some(&token), query, request).await
}

/// The same as GET: some of Mercado Pago's senders, and its panel, do that.
#[utoipa::path(get, path = "/api/billing/mercadopago/webhook/{token}", tag = "provider",
    params(("token" = String, Path, description = "Names the account; nobody can guess it")),
    responses((status = 200, body = Kept), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn webhook_by_get(
    State(state): State<AppState>,
    Segment(token): Segment<String>,
    query: RawQuery,
    request: Request,
) -> ApiResult<Json<Kept>> {
    take(&state, Some(&token), query, request).await
}

/// A notice to a server with one account: the address of older set-ups.
#[utoipa::path(post, path = "/api/billing/mercadopago/webhook", tag = "provider",
    responses((status = 200, body = Kept), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody),
    (status = 413, body = ProblemBody)))]
pub(crate) async fn webhook_of_the_only_account(
    State(state): State<AppState>,
    query: RawQuery,
    request: Request,
) -> ApiResult<Json<Kept>> {
    take(&state, None, query, request).await
}

/// A notice of any other provider, to the account whose token the path names. What stands for the provider is for
/// people who read logs: the account knows whose it is.
pub(crate) async fn notice(
    State(state): State<AppState>,
    Segment((_, token)): Segment<(String, String)>,
    query: RawQuery,
    request: Request,
) -> ApiResult<Json<Kept>> {
    take(&state, Some(&token), query, request).await
}

async fn take(
    state: &AppState,
    token: Option<&str>,
    RawQuery(query): RawQuery,
    request: Request,
) -> ApiResult<Json<Kept>> {
    Handling::of(request.extensions()).know_query();
    let (parts, body) = request.into_parts();
    let (body, oversize) = head(body).await?;
    let arrived = Arrived {
        method: parts.method.to_string(),
        headers: parts.headers,
        query: query.unwrap_or_default(),
        body,
        oversize,
    };
    match payment::receive(&state.db, &state.providers, token, &arrived).await? {
        Received::Accepted => Ok(Json(Kept { status: "received" })),
        Received::Refused => Err(Problem::unauthorized("The signature does not hold").into()),
        Received::TooLarge => {
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, ProblemCode::BodyTooLarge, "No notice is that large")
                .into())
        }
    }
}

/// The beginning of the body, and whether there is more.
async fn head(mut body: Body) -> Result<(Vec<u8>, bool), Problem> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            // Our own limit on bodies ends an oversized one early; what is here is kept.
            return Ok((bytes, true));
        };
        if let Some(data) = frame.data_ref() {
            let room = MAX_NOTICE - bytes.len();
            bytes.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                return Ok((bytes, true));
            }
        }
    }
    Ok((bytes, false))
}
