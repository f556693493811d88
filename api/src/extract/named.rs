//! Lists of things with names, in parts: `search` finds those whose names have every word of it, whatever their case
//! and accents.

use super::{Paged, handling::Handling};
use axum::{extract::FromRequestParts, response::Response};
use domain::{name::Search, text::Text};
use http::request::Parts;
use runtime::Problem;
use serde::{Deserialize, Serialize};
use store::Listed;
use utoipa::IntoParams;

/// Which part of what is found of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "limit and offset are read by `Paged`; this is the document's view of all three")]
pub(crate) struct NamedPart {
    /// Only those whose names have every word of this text in them, at most 100 characters. Case and accents do not
    /// matter, and no sign has a meaning of its own.
    #[param(
        value_type = Option<String>,
        max_length = 100,
        pattern = r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$"
    )]
    search: Option<Text<100>>,
    /// At most so many, 1 to 1000; all when not said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// After so many.
    offset: Option<u32>,
}

#[derive(Deserialize)]
struct Typed {
    search: Option<Text<100>>,
}

/// What is sought, which part of it is asked for, and what to answer with.
#[derive(Debug)]
pub(crate) struct Named {
    paged: Paged,
    search: Search,
}

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Handling::of(&parts.extensions).note_query::<Typed>(parts.uri.query());
        let typed: Typed = runtime::query(&parts.uri)?;
        let paged = Paged::from_request_parts(parts, state).await?;
        let search = typed.search.map(|typed| Search::of(typed.as_str())).unwrap_or_default();
        Ok(Self { paged, search })
    }
}

impl Named {
    /// What to read.
    pub(crate) fn wanted(&self) -> Listed {
        Listed { search: self.search.clone(), page: self.paged.page() }
    }

    /// The part as a bare array, with its links.
    pub(crate) fn respond<T: Serialize>(&self, rows: Vec<T>) -> Response {
        self.paged.respond(rows)
    }
}
