//! A report as JSON, or as a file for a spreadsheet: CSV (RFC 4180) or a workbook, by `?format=` or else by `Accept`.
//!
//! In CSV amounts stay whole cents and the columns are called as in JSON, so each header names its unit. A text that a
//! spreadsheet would make something else of gets an apostrophe in front (`spreadsheet.rs`). Where a country writes
//! decimals with a comma, its spreadsheets open CSV with semicolons only, and read accents only behind a byte order
//! mark: `delimiter=semicolon` and `bom=true`.

use super::workbook;
use crate::{
    extract::Handling,
    header::prefers,
    problem::ApiError,
    spreadsheet::{Decimals, guarded},
};
use axum::{
    Json,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use http::{HeaderMap, HeaderName, header, request::Parts};
use runtime::Problem;
use serde::{Deserialize, Serialize};
use serde_json::Value;
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
    /// What stands between the cells of a CSV file; with another format nobody reads it, and the answer says so.
    #[serde(default)]
    #[param(inline)]
    delimiter: Delimiter,
    /// Whether a CSV file begins with a byte order mark, by which spreadsheets know that it is UTF-8; with
    /// another format nobody reads it, and the answer says so.
    #[serde(default)]
    bom: bool,
}

/// What every format reads.
#[derive(Deserialize)]
struct WhichFormat {
    #[expect(dead_code, reason = "only its name is looked at")]
    format: Option<ReportFormat>,
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

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query: ExportQuery = runtime::query(&parts.uri)?;
        let format = query.format.unwrap_or_else(|| ReportFormat::of(&parts.headers));
        let handling = Handling::of(&parts.extensions);
        // Beside JSON and workbooks nobody reads how a CSV file is to be written: whoever says it is told.
        match format {
            ReportFormat::Csv => handling.note_query::<ExportQuery>(parts.uri.query()),
            ReportFormat::Json | ReportFormat::Xlsx => handling.note_query::<WhichFormat>(parts.uri.query()),
        }
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
        for (record, row) in ReaderBuilder::new().has_headers(false).from_reader(raw.as_slice()).records().zip(rows) {
            let record = record?;
            // In a cell a number and a text look the same; in JSON they do not.
            let fields = serde_json::to_value(row).map_err(std::io::Error::other)?;
            // A cell too many stays, for the writer to refuse.
            let columns = columns.iter().copied().chain(std::iter::repeat(""));
            let cells = record.iter().zip(columns).map(|(cell, column)| match fields.get(column) {
                Some(Value::Number(_)) => self.delimiter.number(column, cell),
                _ => guarded(cell, self.delimiter.decimals()),
            });
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

    const fn decimals(self) -> Decimals {
        match self {
            Self::Comma => Decimals::Point,
            Self::Semicolon => Decimals::Comma,
        }
    }

    /// A number as the country writes it: no spreadsheet takes a mean for a day in May.
    fn number(self, column: &str, cell: &str) -> String {
        if self == Self::Semicolon && column.starts_with("avg_") { cell.replace('.', ",") } else { cell.to_owned() }
    }
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

    /// A telephone number keeps its digits and a code its zeros; a number that is one stays one.
    #[test]
    fn a_text_that_looks_like_a_number_stays_text() {
        let row = |name| Row { name: Some(name), total_cents: 1050, mean: 2.0 };
        let names = ["0123", "1e5", "5491155550101234", "7", "2.5"];
        let expected = "name,total_cents,mean\r\n'0123,1050,2.0\r\n'1e5,1050,2.0\r\n'5491155550101234,1050,2.0\r\n\
            7,1050,2.0\r\n2.5,1050,2.0\r\n";
        assert_eq!(csv(&names.map(row)), expected);
        let semicolons = Export { delimiter: Delimiter::Semicolon, ..PLAIN };
        let file = String::from_utf8(semicolons.written(COLUMNS, &[row("2.5")]).unwrap()).unwrap();
        assert!(file.contains("\r\n'2.5;1050;"), "{file}");
    }

    #[test]
    fn a_forgotten_column_is_an_error() {
        assert!(PLAIN.written(&["name", "mean"], &[Row { name: None, total_cents: 0, mean: 0.0 }]).is_err());
    }
}
