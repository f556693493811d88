//! `/invitation/{token}`: where an invitation's link leads. Whoever has the link chooses the person's password.

use crate::{
    extract::{Segment, Visitor},
    page::Page,
    problem::ApiError,
    qr_sheet::CARDS,
    state::AppState,
};
use auth::Invitation;
use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::staff::Password;
use http::{StatusCode, header};
use maud::{Markup, html};
use operations::{
    Error,
    account::{accept_invitation, invited_login},
};
use runtime::Limit;
use std::collections::HashMap;

fn page(status: StatusCode, title: &str, body: &Markup) -> Response {
    let kept = [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")];
    (status, kept, Page::in_language("en", title, CARDS, body)).into_response()
}

fn over() -> Response {
    let title = "This invitation is over";
    let body = html! {
        h1 { (title) }
        p { "It was used, a newer one was sent, or its 72 hours have passed. Ask your manager for another." }
    };
    page(StatusCode::GONE, title, &body)
}

fn asked(status: StatusCode, login: &str, wrong: &[String]) -> Response {
    let title = "Choose your password";
    let body = html! {
        h1 { (title) }
        @if !wrong.is_empty() { ul class="wrong" { @for sentence in wrong { li { (sentence) } } } }
        form method="post" {
            label { "Your login" input value=(login) disabled; }
            label { "Password, 8 to 128 characters" input type="password" name="password" required; }
            label { "The same again" input type="password" name="again" required; }
            button { "Choose" }
        }
    };
    page(status, title, &body)
}

/// The invitation of a link with its login, while it counts.
async fn invited(state: &AppState, token: &str) -> Result<Option<(Invitation, String)>, ApiError> {
    let keys = state.authenticator.keys();
    let Ok(invitation) = keys.verify_invitation(token, state.authenticator.now()) else { return Ok(None) };
    Ok(invited_login(&state.db, invitation).await?.map(|login| (invitation, login)))
}

/// The form.
pub(crate) async fn invitation(State(state): State<AppState>, Segment(token): Segment<String>) -> Response {
    match invited(&state, &token).await {
        Ok(Some((_, login))) => asked(StatusCode::OK, &login, &[]),
        Ok(None) => over(),
        Err(error) => error.into_response(),
    }
}

/// Gives the person the password.
pub(crate) async fn accept(
    State(state): State<AppState>,
    visitor: Visitor,
    Segment(token): Segment<String>,
    body: Bytes,
) -> Response {
    if let Err(problem) = state.limits.check(Limit::Invitation, &visitor.key()) {
        return problem.into_response();
    }
    let (invitation, login) = match invited(&state, &token).await {
        Ok(Some(found)) => found,
        Ok(None) => return over(),
        Err(error) => return error.into_response(),
    };
    let said: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let text = |name: &str| said.get(name).cloned().unwrap_or_default();
    if text("password") != text("again") {
        return asked(StatusCode::UNPROCESSABLE_ENTITY, &login, &["The two passwords differ".to_owned()]);
    }
    let password = match Password::try_from(text("password")) {
        Ok(password) => password,
        Err(why) => return asked(StatusCode::UNPROCESSABLE_ENTITY, &login, &[format!("The password {why}")]),
    };
    match accept_invitation(&state.db, invitation, &password).await {
        Ok(login) => {
            let title = "Your password is set";
            let body = html! { h1 { (title) } p { "Sign in as " b { (login) } "." } };
            page(StatusCode::OK, title, &body)
        }
        Err(Error::NotFound(_)) => over(),
        Err(error) => ApiError::from(error).into_response(),
    }
}
