//! How the menu's file is written: as JSON, or as a table, by `?format=` or else by `Accept`.

use crate::{extract::Handling, header::prefers};
use axum::extract::FromRequestParts;
use http::{HeaderMap, request::Parts};
use runtime::Problem;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// How the file is written.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// A JSON document.
    Json,
    /// A file for a spreadsheet.
    Csv,
}

/// How the file is to be written.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormatQuery {
    /// `json` or `csv`; without it `Accept` decides.
    format: Option<Format>,
}

impl<S: Send + Sync> FromRequestParts<S> for Format {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Handling::of(&parts.extensions).note_query::<FormatQuery>(parts.uri.query());
        let FormatQuery { format } = runtime::query(&parts.uri)?;
        Ok(format.unwrap_or_else(|| Self::of(&parts.headers)))
    }
}

impl Format {
    /// As `Accept` has it.
    fn of(headers: &HeaderMap) -> Self {
        if prefers(headers, "text/csv", "application/json") { Self::Csv } else { Self::Json }
    }
}
