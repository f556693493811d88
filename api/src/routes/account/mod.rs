//! Staff sign in, stay signed in, and sign out; their second factor.

mod cookie;
mod invitation;
mod login;
mod logout;
mod me;
mod password;
mod refresh;
mod second_factor;

pub(crate) use invitation::*;
pub(crate) use login::*;
pub(crate) use logout::*;
pub(crate) use me::*;
pub(crate) use password::*;
pub(crate) use refresh::*;
pub(crate) use second_factor::*;

use crate::state::AppState;
use axum::response::AppendHeaders;
use http::{HeaderName, header};
use operations::account::Admitted;

/// Headers of an answer that holds tokens: the refresh cookie, and no copy in any cache.
type TokenHeaders = AppendHeaders<[(HeaderName, String); 2]>;

/// The access and the refresh token, and the headers they travel with.
fn tokens(state: &AppState, admitted: &Admitted) -> (String, String, TokenHeaders) {
    let (keys, subject) = (state.authenticator.keys(), &admitted.subject);
    let access = keys.mint_access(subject, admitted.at);
    let login = (admitted.refresh_id, admitted.family.as_str());
    let refresh = keys.mint_refresh(subject.user_id, subject.tenant_id, login, admitted.at);
    let kept = cookie::keep(&state.settings.cookie, &refresh);
    let headers = [(header::SET_COOKIE, kept), (header::CACHE_CONTROL, "no-store".to_owned())];
    (access, refresh, AppendHeaders(headers))
}
