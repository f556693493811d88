//! W2: a member of staff signs in.

use super::{UserBody, cookie, tokens};
use crate::{
    extract::{Body, Visitor},
    problem::ApiResult,
    state::AppState,
};
use auth::ACCESS_TTL;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::text::Email;
use http::HeaderMap;
use operations::account::{Credentials, SignIn, sign_in};
use runtime::{Limit, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a member of staff typed.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LoginBody {
    email: Email,
    password: String,
    /// Six digits, when the answer to the first try said `requires_2fa`.
    totp_code: Option<String>,
}

/// Who signed in, and the tokens. With `requires_2fa` the tokens are empty: send the same again with `totp_code`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Login {
    access_token: String,
    /// Also in the cookie `refresh_token`.
    refresh_token: String,
    /// `Bearer`
    token_type: &'static str,
    /// Seconds the access token is good for.
    expires_in: i64,
    user: UserBody,
    requires_2fa: bool,
}

/// Signs in.
#[utoipa::path(post, path = "/api/auth/login", tag = "account", request_body = LoginBody,
    responses((status = 200, body = Login), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 422, body = ProblemBody), (status = 429, body = ProblemBody)))]
pub(crate) async fn login(
    State(state): State<AppState>,
    visitor: Visitor,
    headers: HeaderMap,
    Body(body): Body<LoginBody>,
) -> ApiResult<Response> {
    // Here and not in a layer: the account is in the body. A code of the second factor is tried within the same limit.
    count(&state, visitor, &headers, &body.email)?;
    let LoginBody { email, password, totp_code } = body;
    let credentials = Credentials { email, password: password.into(), code: totp_code.map(Into::into) };
    Ok(answer(&state, sign_in(&state.db, state.providers.vault(), &credentials).await?))
}

/// Counts a try. Whoever guesses at an account keeps its owner out on devices where they never signed in, and on no
/// other: such a device counts for itself alone.
fn count(state: &AppState, visitor: Visitor, headers: &HeaderMap, email: &Email) -> Result<(), Problem> {
    let (limits, email) = (&state.limits, email.as_str());
    let now = state.authenticator.now();
    let device = cookie::device(headers).and_then(|mark| state.authenticator.keys().known_device(&mark, email, now));
    if let Some(device) = device {
        return limits.check(Limit::LoginAccount, &format!("device {device}"));
    }
    let address = visitor.key();
    limits.check(Limit::LoginAddress, &address)?;
    limits.check(Limit::LoginAccount, &format!("{address} {email}"))?;
    limits.check(Limit::LoginEverywhere, email)
}

fn answer(state: &AppState, outcome: SignIn) -> Response {
    let token_type = "Bearer";
    match outcome {
        SignIn::Admitted(admitted) => {
            let (access_token, refresh_token, headers) = tokens(state, &admitted);
            let (expires_in, user) = (ACCESS_TTL.num_seconds(), admitted.subject.into());
            let body = Login { access_token, refresh_token, token_type, expires_in, user, requires_2fa: false };
            (headers, Json(body)).into_response()
        }
        SignIn::NeedsCode(subject) => {
            let (access_token, refresh_token) = (String::new(), String::new());
            let user = subject.into();
            let body = Login { access_token, refresh_token, token_type, expires_in: 0, user, requires_2fa: true };
            Json(body).into_response()
        }
    }
}
