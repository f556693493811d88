//! A report as JSON, or as a file for a spreadsheet: CSV (RFC 4180) or a workbook, by `?format=` or else by `Accept`.
//!
//! In CSV amounts stay whole cents and the columns are called as in JSON, so each header names its unit. A spreadsheet
//! takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and guests choose names: such a cell gets an
//! apostrophe in front. Where a country writes decimals with a comma, its spreadsheets open CSV with semicolons only,
//! and read accents only behind a byte order mark: `delimiter=semicolon` and `bom=true`.

use super::workbook;
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
use store::view::Window;
use utoipa::{IntoParams, ToSchema};

/// How a report is written.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReportFormat {
    /// A JSON document.
    Json,
    /// A text file for a spreadsheet.
    Csv,
    /// A workbook (Office Open XML): amounts and dates are numbers and dates, whatever the country of who opens it.
    Xlsx,
}

/// What stands between the cells of a CSV file.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Delimiter {
    /// `,` and decimals with a point.
    #[default]
    Comma,
    /// `;` and decimals with a comma, as in most of Latin America and Europe.
    Semicolon,
}

/// How the report is to be written.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// `json`, `csv` or `xlsx`; without it `Accept` decides.
    format: Option<ReportFormat>,
    /// What stands between the cells of a CSV file.
    #[serde(default)]
    #[param(inline)]
    delimiter: Delimiter,
    /// Whether a CSV file begins with a byte order mark, by which spreadsheets know that it is UTF-8.
    #[serde(default)]
    bom: bool,
}

/// The way that a client wants a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Export {
    format: ReportFormat,
    delimiter: Delimiter,
    bom: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Export {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Handling::of(&parts.extensions).note_query::<ExportQuery>(parts.uri.query());
        let query = Query::<ExportQuery>::from_request_parts(parts, state).await;
        let Query(query) =
            query.map_err(|rejection| Problem::unprocessable(format!("query: {}", rejection.body_text())))?;
        let format = query.format.unwrap_or_else(|| ReportFormat::of(&parts.headers));
        Ok(Self { format, delimiter: query.delimiter, bom: query.bom })
    }
}

impl ReportFormat {
    /// As `Accept` has it.
    fn of(headers: &HeaderMap) -> Self {
        if prefers(headers, "text/csv", "application/json") {
            Self::Csv
        } else if prefers(headers, workbook::MEDIA_TYPE, "application/json") {
            Self::Xlsx
        } else {
            Self::Json
        }
    }
}

impl Export {
    /// Whether a program reads it, not a person at a spreadsheet.
    pub(super) fn is_json(self) -> bool {
        self.format == ReportFormat::Json
    }

    /// A report that is a list. `name` is the file's, `columns` the fields of a row in order; its amounts are of the
    /// window's currency.
    pub(super) fn list<T: Serialize>(
        self,
        name: &str,
        columns: &[&str],
        window: &Window,
        rows: &[T],
    ) -> Result<Response, ApiError> {
        match self.format {
            ReportFormat::Json => Ok(varied(Json(rows))),
            ReportFormat::Csv => {
                let bytes = self.written(columns, rows).map_err(|error| broken(name, &error))?;
                Ok(file(name, "csv", "text/csv; charset=utf-8; header=present", bytes))
            }
            ReportFormat::Xlsx => {
                let bytes =
                    workbook::written(name, columns, &window.into(), rows).map_err(|error| broken(name, &error))?;
                Ok(file(name, "xlsx", workbook::MEDIA_TYPE, bytes))
            }
        }
    }

    /// A report that is one object, in a file one row.
    pub(super) fn object<T: Serialize>(
        self,
        name: &str,
        columns: &[&str],
        window: &Window,
        row: &T,
    ) -> Result<Response, ApiError> {
        if self.is_json() { Ok(varied(Json(row))) } else { self.list(name, columns, window, std::slice::from_ref(row)) }
    }

    /// Serde turns rows into cells; only then can cells be looked at, so the lines are read once more. A row with
    /// another number of cells than there are columns is an error.
    fn written<T: Serialize>(self, columns: &[&str], rows: &[T]) -> Result<Vec<u8>, csv::Error> {
        let ended = |error: &std::io::Error| csv::Error::from(std::io::Error::from(error.kind()));
        let mut raw = WriterBuilder::new().has_headers(false).from_writer(Vec::new());
        for row in rows {
            raw.serialize(row)?;
        }
        let raw = raw.into_inner().map_err(|error| ended(error.error()))?;
        let (start, delimiter) = (if self.bom { "\u{feff}" } else { "" }, self.delimiter.sign());
        let builder = &mut WriterBuilder::new();
        let mut lines =
            builder.terminator(Terminator::CRLF).delimiter(delimiter).from_writer(start.as_bytes().to_vec());
        lines.write_record(columns)?;
        for record in ReaderBuilder::new().has_headers(false).from_reader(raw.as_slice()).records() {
            let record = record?;
            // A cell too many stays, for the writer to refuse.
            let columns = columns.iter().copied().chain(std::iter::repeat(""));
            let cells = record.iter().zip(columns).map(|(cell, column)| self.delimiter.cell(column, cell));
            lines.write_record(&cells.collect::<StringRecord>())?;
        }
        lines.into_inner().map_err(|error| ended(error.error()))
    }
}

const VARY: [(HeaderName, &str); 1] = [(header::VARY, "accept")];

fn varied(body: impl IntoResponse) -> Response {
    (VARY, body).into_response()
}

fn file(name: &str, ending: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let saved_as = format!("attachment; filename=\"{name}.{ending}\"");
    varied(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, saved_as)], bytes))
}

fn broken(name: &str, error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, report = name, "a report could not be written");
    Problem::internal()
}

impl Delimiter {
    const fn sign(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
        }
    }

    /// A cell that no spreadsheet takes for a formula, or a mean for a day in May.
    fn cell(self, column: &str, cell: &str) -> String {
        let is_mean = column.starts_with("avg_") && cell.parse::<f64>().is_ok();
        if self == Self::Semicolon && is_mean { cell.replace('.', ",") } else { guarded(column, cell) }
    }
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

    const PLAIN: Export = Export { format: ReportFormat::Csv, delimiter: Delimiter::Comma, bom: false };

    fn csv(rows: &[Row]) -> String {
        String::from_utf8(PLAIN.written(COLUMNS, rows).unwrap()).unwrap()
    }

    #[test]
    fn a_country_with_decimal_commas_gets_semicolons() {
        #[derive(Serialize)]
        struct Means {
            name: &'static str,
            total_cents: i64,
            avg_minutes: Option<f64>,
        }
        let rows = [
            Means { name: "Ñoquis; caseros, 2.5 kg", total_cents: -1050, avg_minutes: Some(12.5) },
            Means { name: "=1", total_cents: 7, avg_minutes: None },
        ];
        let wanted = Export { delimiter: Delimiter::Semicolon, bom: true, ..PLAIN };
        let file = wanted.written(&["name", "total_cents", "avg_minutes"], &rows).unwrap();
        let expected = "\u{feff}name;total_cents;avg_minutes\r\n\"Ñoquis; caseros, 2.5 kg\";-1050;12,5\r\n'=1;7;\r\n";
        assert_eq!(String::from_utf8(file).unwrap(), expected);
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
        assert!(PLAIN.written(&["name", "mean"], &[Row { name: None, total_cents: 0, mean: 0.0 }]).is_err());
    }
}
