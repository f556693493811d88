//! The principals as axum extractors: a handler that names one does not run without it.

use crate::{
    authenticator::Authenticator,
    principal::{Diner, Staff},
    roles::RoleSet,
};
use axum::extract::{FromRef, FromRequestParts};
use http::{HeaderMap, HeaderName, header, request::Parts};
use runtime::{Peer, Problem};
use std::sync::Arc;

/// The header diners send their token in.
pub const TABLE_TOKEN: HeaderName = HeaderName::from_static("x-table-token");

/// A diner whose phone is not looked up here: for a command that locks the session, under whose lock it is looked up
/// without a round trip of its own, and for certain.
#[derive(Clone, Copy, Debug)]
pub struct ByLock(pub Diner);

impl<S> FromRequestParts<S> for ByLock
where
    Arc<Authenticator>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Arc::<Authenticator>::from_ref(state).table(sent_table_token(parts)?).map(Self)
    }
}

impl<S> FromRequestParts<S> for Diner
where
    Arc<Authenticator>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Arc::<Authenticator>::from_ref(state).diner(sent_table_token(parts)?).await
    }
}

fn sent_table_token(parts: &Parts) -> Result<&str, Problem> {
    table_token(&parts.headers).ok_or_else(|| Problem::unauthorized("A table token is required."))
}

impl<S, R> FromRequestParts<S> for Staff<R>
where
    Arc<Authenticator>: FromRef<S>,
    S: Send + Sync,
    R: RoleSet,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).ok_or_else(|| Problem::unauthorized("You are not logged in."))?;
        let staff = Arc::<Authenticator>::from_ref(state).staff(token).await?;
        if let Some(peer) = parts.extensions.get::<Peer>() {
            peer.note_staff_token();
        }
        Ok(staff)
    }
}

/// The token of `Authorization: Bearer <token>`; the scheme's case does not matter (RFC 9110 §11.1).
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = text(headers, &header::AUTHORIZATION)?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The token that a diner sends.
#[must_use]
pub fn table_token(headers: &HeaderMap) -> Option<&str> {
    text(headers, &TABLE_TOKEN)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        roles::{AdminOnly, AnyRole},
        testing::{authenticator, diner, start, waiter},
    };
    use domain::ProblemCode;
    use domain::SessionId;
    use http::{Request, StatusCode};

    fn request(name: &HeaderName, value: &str) -> Parts {
        Request::get("/").header(name, value).body(()).expect("a request").into_parts().0
    }

    async fn staff<R: RoleSet>(value: &str) -> Result<Staff<R>, StatusCode> {
        let state = Arc::new(authenticator([waiter()]));
        let mut parts = request(&header::AUTHORIZATION, value);
        Staff::from_request_parts(&mut parts, &state).await.map_err(|problem| problem.status)
    }

    #[test]
    fn tokens_are_parsed_here() {
        let of = |name: &HeaderName, value: &str| request(name, value).headers;
        let bearer_of = |value| bearer(&of(&header::AUTHORIZATION, value)).map(str::to_owned);
        for good in ["Bearer a.b.c", "bearer a.b.c", "BEARER   a.b.c "] {
            assert_eq!(bearer_of(good).as_deref(), Some("a.b.c"), "{good}");
        }
        for wrong in ["", "Bearer", "Bearer ", "a.b.c", "Basic a.b.c", "Bearera.b.c", "Bearer \u{e9}"] {
            assert_eq!(bearer_of(wrong), None, "{wrong}");
        }
        let table_of = |value| table_token(&of(&TABLE_TOKEN, value)).map(str::to_owned);
        assert_eq!((table_of("a.b.c"), table_of(" a.b.c ")), (Some("a.b.c".to_owned()), Some("a.b.c".to_owned())));
        assert_eq!((table_of(""), table_of(" "), table_of("\u{e9}")), (None, None, None));
        assert_eq!((bearer(&HeaderMap::new()), table_token(&HeaderMap::new())), (None, None));
    }

    #[tokio::test]
    async fn staff_come_by_authorization() {
        let token = authenticator([]).keys().mint_access(&waiter().subject(), start());
        assert_eq!(staff::<AnyRole>(&format!("Bearer {token}")).await.unwrap().user_id(), waiter().user_id);
        assert!(staff::<AnyRole>(&format!("bearer  {token}")).await.is_ok());
        assert_eq!(staff::<AdminOnly>(&format!("Bearer {token}")).await.unwrap_err(), StatusCode::FORBIDDEN);
        for wrong in [token.as_str(), "Bearer", "Bearer ", "", &format!("Basic {token}"), "Bearer \u{e9}"] {
            assert_eq!(staff::<AnyRole>(wrong).await.unwrap_err(), StatusCode::UNAUTHORIZED, "{wrong}");
        }
    }

    #[tokio::test]
    async fn diners_come_by_table_token() {
        let state = Arc::new(authenticator([]));
        let token = state.keys().mint_table(&diner(), start());
        let mut parts = request(&TABLE_TOKEN, &token);
        let found = Diner::from_request_parts(&mut parts, &state).await.unwrap();
        assert_eq!(found.session_id(), SessionId(40));

        let mut parts = request(&header::AUTHORIZATION, &format!("Bearer {token}"));
        let refused = Diner::from_request_parts(&mut parts, &state).await.unwrap_err();
        assert_eq!((refused.status, refused.code), (StatusCode::UNAUTHORIZED, ProblemCode::Unauthorized));
    }
}
