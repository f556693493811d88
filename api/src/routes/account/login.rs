//! W2: a member of staff signs in.

use super::{UserBody, cookie, tokens};
use crate::{
    extract::{Body, Visitor},
    problem::ApiResult,
    state::AppState,
};
use auth::{ACCESS_TTL, KnownDevice};
use axum::{
    Json,
    extract::State,
    response::{AppendHeaders, IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use domain::text::Email;
use http::{HeaderMap, header};
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
    let LoginBody { email, password, totp_code } = body;
    let device = known_device(&state, &headers, &email).await?;
    // Here and not in a layer: the account is in the body.
    count(&state, visitor, device.as_ref(), &email)?;
    // Read before the sign-in: should the password be replaced meanwhile, the mark is good for nothing.
    let stored = state.db.find_password(&email).await?;
    let mut credentials = Credentials { email, password: password.into(), code: None };
    let mut outcome = sign_in(&state.db, state.providers.vault(), &credentials).await?;
    // A code counts for the person, whatever device it comes from, and only behind the right password: whoever does not
    // know that must not use up the owner's tries.
    if let SignIn::NeedsCode(subject) = &outcome
        && let Some(code) = totp_code.filter(|code| !code.trim().is_empty())
    {
        state.limits.check(Limit::SecondFactor, &format!("user:{}", subject.user_id))?;
        credentials.code = Some(code.into());
        outcome = sign_in(&state.db, state.providers.vault(), &credentials).await?;
    }
    let mark = |at| {
        let (keys, email) = (state.authenticator.keys(), credentials.email.as_str());
        stored.map(|stored| keys.mint_device(device.as_ref(), email, &stored.password_hash, at))
    };
    Ok(answer(&state, outcome, mark))
}

/// The device, if the account signed in on it before, with the password that it still has.
async fn known_device(state: &AppState, headers: &HeaderMap, email: &Email) -> ApiResult<Option<KnownDevice>> {
    let (keys, now) = (state.authenticator.keys(), state.authenticator.now());
    let device = cookie::device(headers).and_then(|mark| keys.known_device(&mark, email.as_str(), now));
    let Some(device) = device else { return Ok(None) };
    let stored = state.db.find_password(email).await?;
    Ok(stored.filter(|stored| device.knows(&stored.password_hash)).map(|_| device))
}

/// Counts a try. Whoever guesses at an account keeps its owner out on devices where they never signed in, and on no
/// other: such a device counts for itself, and together with the account's others.
fn count(state: &AppState, visitor: Visitor, device: Option<&KnownDevice>, email: &Email) -> Result<(), Problem> {
    let (limits, email) = (&state.limits, email.as_str());
    if let Some(device) = device {
        limits.check(Limit::LoginAccount, &format!("device {}", device.id()))?;
        return limits.check(Limit::LoginKnown, email);
    }
    let address = visitor.key();
    limits.check(Limit::LoginAddress, &address)?;
    limits.check(Limit::LoginAccount, &format!("{address} {email}"))?;
    limits.check(Limit::LoginEverywhere, email)
}

/// The answer to a try. `mark` makes the mark of the device at an instant; only who is in gets one.
fn answer(state: &AppState, outcome: SignIn, mark: impl FnOnce(DateTime<Utc>) -> Option<String>) -> Response {
    let token_type = "Bearer";
    match outcome {
        SignIn::Admitted(admitted) => {
            let (access_token, refresh_token, headers) = tokens(state, &admitted);
            let mark = mark(admitted.at).map(|mark| cookie::keep_device(&state.settings.cookie, &mark));
            let mark = AppendHeaders(mark.map(|cookie| (header::SET_COOKIE, cookie)));
            let (expires_in, user) = (ACCESS_TTL.num_seconds(), admitted.subject.into());
            let body = Login { access_token, refresh_token, token_type, expires_in, user, requires_2fa: false };
            (headers, mark, Json(body)).into_response()
        }
        SignIn::NeedsCode(subject) => {
            let (access_token, refresh_token) = (String::new(), String::new());
            let user = subject.into();
            let body = Login { access_token, refresh_token, token_type, expires_in: 0, user, requires_2fa: true };
            Json(body).into_response()
        }
    }
}
