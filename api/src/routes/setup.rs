//! `/setup`: the first visit to a server without a business, as a plain form that leads through the same as
//! `comanda init`.
//!
//! Whoever has the one-time code of the terminal is the operator. The page runs no script and loads nothing.

use crate::{
    extract::Visitor,
    page::Page,
    problem::ApiError,
    qr_sheet::{CARDS, cards},
    routes::menu_file::read_menu,
    setup::SetupDoor,
    state::AppState,
};
use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use maud::{Markup, html};
use operations::{
    Error,
    opening::{self, Field, Form, Opened, Where},
};
use runtime::{Limit, Problem};
use std::collections::HashMap;

/// The longest form: a menu file, pasted, each byte of it written as three.
pub(crate) const MAX_BYTES: usize = 3 * super::menu_file::MAX_BYTES + 64 * 1024;

const AGAIN: &str = "password-again";
const CODE: &str = "code";
const MENU: &str = "menu";

/// The door while it can be opened; `Err` has the page that says why it cannot.
async fn door(state: &AppState) -> Result<&SetupDoor, Box<Response>> {
    let Some(door) = &state.setup else { return Err(Problem::not_found("No such path").into_response().into()) };
    if door.is_used().await {
        let how = "The code was used. Further businesses open with `comanda init`.";
        return Err(closed("This server is open", how).into());
    }
    if door.is_over(state.authenticator.now()) {
        let how = "Its code was good for 30 minutes. Start the server again for another one, or run `comanda init`.";
        return Err(closed("The code has expired", how).into());
    }
    match state.db.has_businesses().await {
        Ok(false) => Ok(door),
        Ok(true) => Err(closed("This server is open", "There is a business on it already.").into()),
        Err(error) => Err(ApiError::from(error).into_response().into()),
    }
}

fn closed(title: &str, text: &str) -> Response {
    page(StatusCode::GONE, title, &html! { h1 { (title) } p { (text) } })
}

fn page(status: StatusCode, title: &str, body: &Markup) -> Response {
    let kept = [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")];
    (status, kept, Page::in_language("en", title, CARDS, body)).into_response()
}

/// The empty form.
pub(crate) async fn form(State(state): State<AppState>) -> Response {
    match door(&state).await {
        Ok(_) => asked(StatusCode::OK, &Form::default(), "", &[]),
        Err(closed) => *closed,
    }
}

/// Opens the business that the form describes.
pub(crate) async fn open(State(state): State<AppState>, visitor: Visitor, body: Bytes) -> Response {
    let door = match door(&state).await {
        Ok(door) => door,
        Err(closed) => return *closed,
    };
    if let Err(problem) = state.limits.check(Limit::SetupCode, &visitor.key()) {
        return problem.into_response();
    }
    let said: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let text = |name: &str| said.get(name).map_or("", String::as_str);
    let mut form = Form::default();
    Field::ALL.iter().for_each(|field| form.say(*field, text(field.word())));
    // The code comes first: a stranger's menu file is not even read.
    if !door.is_opened_by(text(CODE)) {
        let wrong = "This is not the code that the server printed when it started".to_owned();
        return asked(StatusCode::FORBIDDEN, &form, text(MENU), &[wrong]);
    }
    let mut wrong = Vec::new();
    if text(Field::Password.word()) != text(AGAIN) {
        wrong.push("The two passwords differ".to_owned());
    }
    match text(MENU).trim() {
        "" => {}
        file => match read_menu(file.as_bytes()) {
            Ok(lines) => form.menu = lines,
            Err(problem) => wrong.push(format!("Menu file: {problem}")),
        },
    }
    let opening = form.filled().map_err(|misfits| {
        wrong.extend(misfits.iter().map(|misfit| misfit.sentence(misfit.field.label())));
    });
    let Ok(opening) = opening else { return asked(StatusCode::UNPROCESSABLE_ENTITY, &form, text(MENU), &wrong) };
    if !wrong.is_empty() {
        return asked(StatusCode::UNPROCESSABLE_ENTITY, &form, text(MENU), &wrong);
    }
    // Of two who press at once the second finds the code used.
    let mut used = door.hold().await;
    if *used {
        drop(used);
        return closed("This server is open", "Somebody else has opened a business with the code.");
    }
    match opening::open(&state.db, &opening, Where::OnEmpty, &state.settings.diner_url).await {
        Ok(opened) => {
            *used = true;
            door.forget_file();
            tracing::info!(business = opening.business.slug.as_str(), "a business opened by /setup");
            let (slug, branch) = (opening.business.slug.as_str(), opening.branch.name.as_str());
            done(slug, branch, opening.administrator.email.as_str(), &opened)
        }
        Err(Error::Conflict { detail, .. } | Error::Unfit(detail)) => {
            asked(StatusCode::CONFLICT, &form, text(MENU), &[detail])
        }
        Err(error) => ApiError::from(error).into_response(),
    }
}

fn done(slug: &str, branch: &str, login: &str, opened: &Opened) -> Response {
    let body = html! {
        div class="screen" {
            h1 { "Comanda is open" }
            p { "Business " b { (slug) } ", branch " b { (branch) } ", " (opened.tables.len()) " tables, "
                (opened.menu) " entries in the menu." }
            p { "Sign in to the dashboard as " b { (login) } "." }
            @if !opened.tables.is_empty() {
                p { "Print this page: it has the QR code of each table. `comanda branch qr` makes it again." }
            }
        }
        (cards(branch, &opened.tables))
    };
    page(StatusCode::OK, "Comanda is open", &body)
}

/// The form with what was said and what is wrong with it. Code and passwords are typed again.
fn asked(status: StatusCode, form: &Form, menu: &str, wrong: &[String]) -> Response {
    let body = html! {
        h1 { "Open your restaurant" }
        @if !wrong.is_empty() {
            ul class="wrong" { @for sentence in wrong { li { (sentence) } } }
        }
        form method="post" action="/setup" autocomplete="off" {
            label { "One-time code, as the server printed it" input name=(CODE) required; }
            @for field in Field::ALL.iter().copied().filter(|field| *field != Field::Password) {
                label {
                    (field.label())
                    input name=(field.word()) value=(if form.says(field) { form.value(field) } else { String::new() })
                        placeholder=(field.example()) required[field.is_needed()];
                }
            }
            label { (Field::Password.label()) input type="password" name=(Field::Password.word()) required; }
            label { "The same password again" input type="password" name=(AGAIN) required; }
            label {
                "Menu file, pasted: JSON or CSV as the dashboard exports it (may stay empty)"
                textarea name=(MENU) rows="4" { (menu) }
            }
            button { "Open" }
        }
    };
    page(status, "Open your restaurant", &body)
}
