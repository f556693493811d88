//! Lists in parts: `limit` and `offset` where a client gives them, with a `Link` header (RFC 8288) that says where the
//! next and the previous part are. Without a limit the whole list goes out, since most clients never page
//! (admin-kitchen.md §1.3).

use super::handling::Handling;
use axum::{
    Json,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Uri, header, request::Parts};
use runtime::Problem;
use serde::{Deserialize, Serialize};
use store::Page;
use utoipa::IntoParams;

/// Most rows of one part.
const MAX: u32 = 1000;

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// At most so many, 1 to 1000; all when not said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// After so many.
    offset: Option<u32>,
}

/// The part that is asked for, and what to answer with.
#[derive(Debug)]
pub(crate) struct Paged {
    limit: Option<u32>,
    offset: u32,
    uri: Uri,
}

impl<S: Send + Sync> FromRequestParts<S> for Paged {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Handling::of(&parts.extensions).note_query::<Part>(parts.uri.query());
        Self::of(runtime::query(&parts.uri)?, parts.uri.clone())
    }
}

impl Paged {
    fn of(part: Part, uri: Uri) -> Result<Self, Problem> {
        if part.limit.is_some_and(|limit| limit == 0 || limit > MAX) {
            return Err(Problem::unprocessable(format!("limit: must be from 1 to {MAX}")));
        }
        Ok(Self { limit: part.limit, offset: part.offset.unwrap_or_default(), uri })
    }

    /// With a default where the client gives no limit, for lists that only grow.
    pub(crate) fn or_limit(mut self, limit: u32) -> Self {
        self.limit = self.limit.or(Some(limit));
        self
    }

    /// What to read: one more than asked for, which tells whether there is a next part.
    pub(crate) fn page(&self) -> Page {
        Page { limit: self.limit.map(|limit| limit + 1), offset: self.offset }
    }

    /// The part as a bare array, with its links.
    pub(crate) fn respond<T: Serialize>(&self, mut rows: Vec<T>) -> Response {
        let Some(limit) = self.limit else { return Json(rows).into_response() };
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let mut links = Vec::new();
        if more {
            links.push(self.link("next", self.offset.saturating_add(limit), limit));
        }
        if self.offset > 0 {
            links.push(self.link("prev", self.offset.saturating_sub(limit), limit));
            links.push(self.link("first", 0, limit));
        }
        let mut response = Json(rows).into_response();
        if let Ok(value) = HeaderValue::from_str(&links.join(", "))
            && !links.is_empty()
        {
            response.headers_mut().insert(header::LINK, value);
        }
        response
    }

    fn link(&self, rel: &str, offset: u32, limit: u32) -> String {
        let kept = self.uri.query().unwrap_or_default().split('&');
        let kept = kept.filter(|pair| !pair.is_empty() && !pair.starts_with("limit=") && !pair.starts_with("offset="));
        let pairs = kept.map(str::to_owned).chain([format!("limit={limit}"), format!("offset={offset}")]);
        format!("<{}?{}>; rel=\"{rel}\"", self.uri.path(), pairs.collect::<Vec<_>>().join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paged(uri: &'static str) -> Paged {
        let uri = Uri::from_static(uri);
        Paged::of(runtime::query(&uri).unwrap(), uri).unwrap()
    }

    fn link(uri: &'static str, rows: usize) -> Option<String> {
        let response = paged(uri).respond(vec![0; rows]);
        response.headers().get(header::LINK).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn links_lead_through_the_list() {
        assert_eq!(link("/x", 5000), None);
        assert_eq!(link("/x?limit=2", 2), None);
        assert_eq!(link("/x?limit=2&a=b", 3).unwrap(), r#"</x?a=b&limit=2&offset=2>; rel="next""#);
        assert_eq!(
            link("/x?limit=2&offset=2", 1).unwrap(),
            r#"</x?limit=2&offset=0>; rel="prev", </x?limit=2&offset=0>; rel="first""#
        );
    }

    #[test]
    fn a_part_is_bounded() {
        let of = |limit| Paged::of(Part { limit, offset: None }, Uri::from_static("/x"));
        assert!(of(Some(0)).is_err() && of(Some(1001)).is_err());
        assert!(of(Some(1000)).is_ok() && of(None).is_ok());
        assert_eq!(paged("/x?limit=50&offset=100").page(), Page { limit: Some(51), offset: 100 });
    }
}
