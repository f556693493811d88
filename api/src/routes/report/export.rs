//! A report as JSON, or as a CSV file for a spreadsheet (RFC 4180), by `?format=` or else by `Accept`.
//!
//! Amounts stay whole cents and the columns are called as in JSON, so each header names its unit. A spreadsheet takes a
//! cell that begins with `=`, `+`, `-` or `@` for a formula, and guests choose names: such a cell gets an apostrophe in
//! front.

use crate::{extract::Handling, header::prefers, problem::ApiError};
use axum::{
    Json,
    extract::{FromRequestParts, Query},
    response::{IntoResponse, Response},
};
use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use http::{HeaderMap, HeaderName, header, request::Parts};
use runtime::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How a report is written.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// A JSON document.
    Json,
    /// A file for a spreadsheet.
    Csv,
}

/// How the report is to be written.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormatQuery {
    /// `json` or `csv`; without it `Accept` decides.
    format: Option<Format>,
}

impl<S: Send + Sync> FromRequestParts<S> for Format {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Handling::of(&parts.extensions).note_query::<FormatQuery>(parts.uri.query());
        match Query::<FormatQuery>::from_request_parts(parts, state).await {
            Ok(Query(FormatQuery { format: Some(format) })) => Ok(format),
            Ok(Query(FormatQuery { format: None })) => Ok(Self::of(&parts.headers)),
            Err(rejection) => Err(Problem::unprocessable(format!("query: {}", rejection.body_text()))),
        }
    }
}

impl Format {
    /// As `Accept` has it.
    fn of(headers: &HeaderMap) -> Self {
        if prefers(headers, "text/csv", "application/json") { Self::Csv } else { Self::Json }
    }

    /// A report that is a list. `name` is the file's, `columns` the fields of a row in order.
    pub(super) fn list<T: Serialize>(self, name: &str, columns: &[&str], rows: &[T]) -> Result<Response, ApiError> {
        match self {
            Self::Json => Ok(varied(Json(rows))),
            Self::Csv => file(name, columns, rows),
        }
    }

    /// A report that is one object, in CSV one row.
    pub(super) fn object<T: Serialize>(self, name: &str, columns: &[&str], row: &T) -> Result<Response, ApiError> {
        match self {
            Self::Json => Ok(varied(Json(row))),
            Self::Csv => file(name, columns, std::slice::from_ref(row)),
        }
    }
}

const VARY: [(HeaderName, &str); 1] = [(header::VARY, "accept")];

fn varied(body: impl IntoResponse) -> Response {
    (VARY, body).into_response()
}

fn file<T: Serialize>(name: &str, columns: &[&str], rows: &[T]) -> Result<Response, ApiError> {
    let bytes = written(columns, rows).map_err(|error| {
        tracing::error!(%error, report = name, "a report could not be written");
        Problem::internal()
    })?;
    let about = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    Ok(varied((about, bytes)))
}

/// Serde turns rows into cells; only then can cells be looked at, so the lines are read once more. A row with another
/// number of cells than there are columns is an error.
fn written<T: Serialize>(columns: &[&str], rows: &[T]) -> Result<Vec<u8>, csv::Error> {
    let mut raw = WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    for row in rows {
        raw.serialize(row)?;
    }
    let raw = raw.into_inner().map_err(|error| csv::Error::from(std::io::Error::from(error.error().kind())))?;
    let mut lines = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    lines.write_record(columns)?;
    for record in ReaderBuilder::new().has_headers(false).from_reader(raw.as_slice()).records() {
        let record = record?;
        // A cell too many stays, for the writer to refuse.
        let columns = columns.iter().copied().chain(std::iter::repeat(""));
        let cells = record.iter().zip(columns).map(|(cell, column)| guarded(column, cell));
        lines.write_record(&cells.collect::<StringRecord>())?;
    }
    lines.into_inner().map_err(|error| csv::Error::from(std::io::Error::from(error.error().kind())))
}

/// A cell that no spreadsheet takes for a formula. An amount may begin with a minus; anything else that does is a text.
fn guarded(column: &str, cell: &str) -> String {
    let counted = column.ends_with("_cents") || column.starts_with("quantity_");
    if counted && cell.parse::<i64>().is_ok() {
        return cell.to_owned();
    }
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row {
        name: Option<&'static str>,
        total_cents: i64,
        mean: f64,
    }

    const COLUMNS: &[&str] = &["name", "total_cents", "mean"];

    fn csv(rows: &[Row]) -> String {
        String::from_utf8(written(COLUMNS, rows).unwrap()).unwrap()
    }

    #[test]
    fn cells_are_quoted_and_kept_from_being_formulas() {
        let row = |name| Row { name, total_cents: 1050, mean: 2.5 };
        let names = [
            Some("Ana, \"la\" de\nNorte"),
            Some("=HYPERLINK(1)"),
            Some("+1"),
            Some("-1"),
            Some("@x"),
            Some("\tx"),
            None,
        ];
        let lines = csv(&names.map(row));
        let expected = "name,total_cents,mean\r\n\"Ana, \"\"la\"\" de\nNorte\",1050,2.5\r\n'=HYPERLINK(1),1050,2.5\r\n\
            '+1,1050,2.5\r\n'-1,1050,2.5\r\n'@x,1050,2.5\r\n'\tx,1050,2.5\r\n,1050,2.5\r\n";
        assert_eq!(lines, expected);
        assert_eq!(csv(&[]), "name,total_cents,mean\r\n");
        let below = Row { name: Some("-1"), total_cents: -1000, mean: 2.5 };
        assert_eq!(csv(&[below]), "name,total_cents,mean\r\n'-1,-1000,2.5\r\n");
    }

    #[test]
    fn a_forgotten_column_is_an_error() {
        assert!(written(&["name", "mean"], &[Row { name: None, total_cents: 0, mean: 0.0 }]).is_err());
    }
}
