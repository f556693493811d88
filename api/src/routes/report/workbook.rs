//! A report as a workbook (Office Open XML), in which amounts are numbers of the currency's units and dates are dates:
//! what a spreadsheet of any country adds up and sorts without being told how. No text of it is a formula.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Timelike, Utc};
use domain::{BranchId, Currency, timezone::local_time};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde::Serialize;
use serde_json::{Map, Value};
use store::view::Window;
use utoipa::ToSchema;

/// What such a file is called in `Content-Type`.
pub(super) const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A workbook, as the document shows it.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct WorkbookFile(#[expect(dead_code, reason = "for the document alone")] Vec<u8>);

/// Why a workbook could not be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum WorkbookError {
    #[error(transparent)]
    File(#[from] XlsxError),
    #[error(transparent)]
    Row(#[from] serde_json::Error),
    #[error("the columns are not the fields of a row: {0}")]
    Columns(String),
}

/// What a report's amounts and instants mean.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    /// `None` where branches of several currencies are together, and nothing is added up.
    currency: Option<Currency>,
    /// Each branch with its time zone.
    zones: Vec<(BranchId, String)>,
}

impl From<&Window> for Terms {
    fn from(window: &Window) -> Self {
        let zones = window.places().iter().map(|place| (place.branch_id, place.timezone.clone()));
        Self { currency: window.currency(), zones: zones.collect() }
    }
}

impl Terms {
    /// The zone of the branch that a row is of, else of the first one.
    fn zone_of(&self, fields: &Map<String, Value>) -> &str {
        let own = fields.get("branch_id").and_then(Value::as_i64).map(BranchId);
        let found = self.zones.iter().find(|(branch, _)| Some(*branch) == own).or_else(|| self.zones.first());
        found.map_or("UTC", |(_, zone)| zone)
    }
}

/// What a cell holds, by the name of its column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `*_cents`
    Amount,
    /// `date`
    Day,
    /// `*_at`
    Moment,
    Plain,
}

impl Kind {
    fn of(column: &str) -> Self {
        if column.ends_with("_cents") {
            Self::Amount
        } else if column == "date" {
            Self::Day
        } else if column.ends_with("_at") {
            Self::Moment
        } else {
            Self::Plain
        }
    }
}

/// How cells of each kind look.
struct Looks {
    head: Format,
    amount: Format,
    day: Format,
    moment: Format,
}

impl Looks {
    fn of(terms: &Terms) -> Self {
        let whole = terms.currency.is_some_and(|currency| currency.unit() == 100);
        Self {
            head: Format::new().set_bold(),
            amount: Format::new().set_num_format(if whole { "#,##0" } else { "#,##0.00" }),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm"),
        }
    }
}

/// The rows under their columns. The header of an amount names its currency; instants are shown by the branch's clock.
pub(super) fn written<T: Serialize>(
    name: &str,
    columns: &[&str],
    terms: &Terms,
    rows: &[T],
) -> Result<Vec<u8>, WorkbookError> {
    let looks = Looks::of(terms);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(name)?.set_freeze_panes(1, 0)?;
    for (at, column) in (0..).zip(columns) {
        sheet.write_string_with_format(0, at, headed(column, terms), &looks.head)?;
    }
    for (line, row) in (1..).zip(rows) {
        let fields: Map<String, Value> = serde_json::from_value(serde_json::to_value(row)?)?;
        if fields.len() != columns.len() {
            return Err(WorkbookError::Columns(format!("{:?}", fields.keys())));
        }
        let zone = terms.zone_of(&fields);
        for (at, column) in (0..).zip(columns) {
            let value = fields.get(*column).ok_or_else(|| WorkbookError::Columns((*column).to_owned()))?;
            write(sheet, (line, at), Kind::of(column), value, (&looks, zone))?;
        }
    }
    sheet.autofit();
    Ok(book.save_to_buffer()?)
}

/// `total_sales_cents` in pesos is `total_sales (ARS)`.
fn headed(column: &str, terms: &Terms) -> String {
    match (column.strip_suffix("_cents"), terms.currency) {
        (Some(amount), Some(currency)) => format!("{amount} ({})", currency.as_str()),
        (Some(amount), None) => amount.to_owned(),
        (None, _) => column.to_owned(),
    }
}

#[expect(clippy::float_arithmetic, reason = "a spreadsheet has no other numbers")]
fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    kind: Kind,
    value: &Value,
    (looks, zone): (&Looks, &str),
) -> Result<(), WorkbookError> {
    match (kind, value) {
        (_, Value::Null) => {}
        (Kind::Amount, Value::Number(_)) => {
            // Exact in sum: no report comes near 2^53 hundredths.
            let units = value.as_f64().unwrap_or_default() / 100.0;
            sheet.write_number_with_format(row, column, units, &looks.amount)?;
        }
        (Kind::Day, Value::String(text)) if let Ok(day) = text.parse::<NaiveDate>() => {
            sheet.write_datetime_with_format(row, column, day, &looks.day)?;
        }
        (Kind::Moment, Value::String(text)) if let Ok(instant) = text.parse::<DateTime<Utc>>() => {
            let wall = whole_seconds(local_time(instant, zone));
            sheet.write_datetime_with_format(row, column, wall, &looks.moment)?;
        }
        (_, Value::Number(number)) => {
            sheet.write_number(row, column, number.as_f64().unwrap_or_default())?;
        }
        (_, Value::Bool(yes)) => {
            sheet.write_boolean(row, column, *yes)?;
        }
        (_, Value::String(text)) => {
            sheet.write_string(row, column, text)?;
        }
        (_, list) => {
            sheet.write_string(row, column, list.to_string())?;
        }
    }
    Ok(())
}

fn whole_seconds(wall: NaiveDateTime) -> NaiveDateTime {
    wall.with_nanosecond(0).unwrap_or(wall)
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, DataType, Reader, Xlsx};
    use std::io::Cursor;

    #[derive(Serialize)]
    struct Row {
        date: &'static str,
        branch_id: Option<i64>,
        opened_at: Option<&'static str>,
        name: &'static str,
        total_cents: i64,
        avg_minutes: Option<f64>,
    }

    const COLUMNS: &[&str] = &["name", "date", "branch_id", "opened_at", "total_cents", "avg_minutes"];

    fn terms(currency: Currency) -> Terms {
        let zones = [(1, "America/Argentina/Buenos_Aires"), (2, "America/Santiago")];
        let zones = zones.map(|(branch, zone)| (BranchId(branch), zone.to_owned()));
        Terms { currency: Some(currency), zones: zones.to_vec() }
    }

    fn row(name: &'static str, total_cents: i64) -> Row {
        Row { date: "2026-02-28", branch_id: None, opened_at: None, name, total_cents, avg_minutes: None }
    }

    /// The file's bytes as rows of cells.
    fn read(bytes: Vec<u8>) -> Vec<Vec<Data>> {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), ["daily-sales"]);
        assert!(book.worksheet_formula("daily-sales").unwrap().is_empty(), "a text became a formula");
        book.worksheet_range("daily-sales").unwrap().rows().map(<[Data]>::to_vec).collect()
    }

    fn sheet(currency: Currency, rows: &[Row]) -> Vec<Vec<Data>> {
        read(written("daily-sales", COLUMNS, &terms(currency), rows).unwrap())
    }

    #[test]
    fn amounts_are_numbers_and_dates_are_dates() {
        let opened = Row {
            branch_id: Some(2),
            opened_at: Some("2026-02-28T23:30:15.250Z"),
            avg_minutes: Some(12.5),
            ..row("Ana", -1050)
        };
        let rows = sheet(Currency::Ars, &[opened, row("Beto", 1_234_567_890_123)]);
        let text = |data: &Data| data.as_string().unwrap();
        let head: Vec<_> = rows[0].iter().map(text).collect();
        assert_eq!(head, ["name", "date", "branch_id", "opened_at", "total (ARS)", "avg_minutes"]);
        assert_eq!(rows[1][1].as_date(), NaiveDate::from_ymd_opt(2026, 2, 28));
        assert!(rows[1][1].is_datetime() && rows[1][3].is_datetime());
        // Half past eight by the clock in Santiago, which is the row's branch; seconds stay.
        assert_eq!(rows[1][3].as_datetime().unwrap().to_string(), "2026-02-28 20:30:15");
        assert_eq!(
            (&rows[1][2], &rows[1][4], &rows[1][5]),
            (&Data::Float(2.0), &Data::Float(-10.5), &Data::Float(12.5))
        );
        assert_eq!((&rows[2][3], &rows[2][5]), (&Data::Empty, &Data::Empty), "nothing is no number");
        assert_eq!(rows[2][4], Data::Float(12_345_678_901.23));
        assert_eq!(sheet(Currency::Clp, &[row("Ana", 150_000)])[1][4], Data::Float(1500.0));
    }

    #[test]
    fn a_text_that_looks_like_a_formula_stays_a_text() {
        let names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "{=1}", "=HYPERLINK(\"x\")", "http://example.com", "007"];
        let rows = sheet(Currency::Ars, &names.map(|name| row(name, 0)));
        for (name, cells) in names.iter().zip(&rows[1..]) {
            assert_eq!(cells[0], Data::String((*name).to_owned()));
        }
    }

    #[test]
    fn a_forgotten_column_of_a_workbook_is_an_error() {
        assert!(written("daily-sales", &["name", "date"], &Terms::default(), &[row("Ana", 0)]).is_err());
        assert!(written("daily-sales", COLUMNS, &Terms::default(), &[] as &[Row]).is_ok());
    }
}
