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
use domain::text::Email;
use http::{HeaderMap, header};
use operations::account::{Credentials, SignIn, confirm, sign_in};
use runtime::{Limit, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a member of staff typed.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LoginBody {
    email: Email,
    password: String,
    /// Six digits, when the answer to the first try said `requires_2fa`; nothing, or an empty text, is no code.
    #[schema(pattern = r"^\s*([0-9]\s*){6}$|^\s*$")]
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
    let (keys, now) = (state.authenticator.keys(), state.authenticator.now());
    let device = cookie::device(&headers).and_then(|mark| keys.known_device(&mark, now));
    // Here and not in a layer: the account is in the body.
    let known = where_known(&state, device.as_ref(), &email).await?;
    count(&state, visitor, known, &email)?;
    let credentials = Credentials { email, password: password.into() };
    let mut outcome = sign_in(&state.db, state.providers.vault(), &credentials).await?;
    // A code counts for the person, whatever device it comes from, and only behind the right password: whoever does not
    // know that must not use up the owner's tries. An empty field of the form is no code.
    if let SignIn::NeedsCode(subject, proven) = &outcome
        && let Some(code) = totp_code.filter(|code| !code.trim().is_empty())
    {
        state.limits.check(Limit::SecondFactor, &format!("user:{}", subject.user_id))?;
        outcome = confirm(&state.db, state.providers.vault(), proven.clone(), &code.into()).await?;
    }
    Ok(answer(&state, outcome, device.as_ref(), &credentials.email))
}

/// The device, if the account signed in on it before, with the password that it still has.
async fn where_known<'d>(
    state: &AppState,
    device: Option<&'d KnownDevice>,
    email: &Email,
) -> ApiResult<Option<&'d KnownDevice>> {
    let Some(device) = device.filter(|device| device.names(email.as_str())) else { return Ok(None) };
    let stored = state.db.find_password(email).await?;
    Ok(stored.filter(|stored| device.knows(email.as_str(), &stored.password_hash)).map(|_| device))
}

/// Counts a try. Whoever guesses at an account keeps its owner out on devices where they never signed in, and on no
/// other: such a device counts for itself, for each of the accounts that share it, and together with the account's
/// other devices.
fn count(state: &AppState, visitor: Visitor, device: Option<&KnownDevice>, email: &Email) -> Result<(), Problem> {
    let (limits, email) = (&state.limits, email.as_str());
    if let Some(device) = device {
        limits.check(Limit::LoginAccount, &format!("device {} {email}", device.id()))?;
        return limits.check(Limit::LoginKnown, email);
    }
    let address = visitor.key();
    limits.check(Limit::LoginAddress, &address)?;
    limits.check(Limit::LoginAccount, &format!("{address} {email}"))?;
    limits.check(Limit::LoginEverywhere, email)
}

/// The answer to a try. Only who is in gets a mark of the device, which goes on knowing who else signed in there.
fn answer(state: &AppState, outcome: SignIn, device: Option<&KnownDevice>, email: &Email) -> Response {
    let token_type = "Bearer";
    match outcome {
        SignIn::Admitted(admitted, proven) => {
            let (access_token, refresh_token, headers) = tokens(state, &admitted);
            let (keys, hash) = (state.authenticator.keys(), proven.password_hash());
            let mark = keys.mint_device(device, email.as_str(), hash, admitted.at);
            let mark = AppendHeaders([(header::SET_COOKIE, cookie::keep_device(&state.settings.cookie, &mark))]);
            let (expires_in, user) = (ACCESS_TTL.num_seconds(), admitted.subject.into());
            let body = Login { access_token, refresh_token, token_type, expires_in, user, requires_2fa: false };
            (headers, mark, Json(body)).into_response()
        }
        SignIn::NeedsCode(subject, _) => {
            let (access_token, refresh_token) = (String::new(), String::new());
            let user = subject.into();
            let body = Login { access_token, refresh_token, token_type, expires_in: 0, user, requires_2fa: true };
            Json(body).into_response()
        }
    }
}
