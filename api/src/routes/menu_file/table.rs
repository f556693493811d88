//! A menu as CSV (RFC 4180): one line a thing, one column a field; what is no text or number is JSON in its cell.
//!
//! A text that a spreadsheet would make something else of (`spreadsheet.rs`) goes out with an apostrophe in front, and
//! so does one that begins with an apostrophe; on the way in exactly that apostrophe falls.

use crate::spreadsheet::{Decimals, would_change};
use csv::{ReaderBuilder, StringRecord, Terminator, Trim, WriterBuilder};
use operations::menu_file::{Line, MAX_LINES};
use runtime::Problem;
use serde_json::{Map, Value};
use wire::menu_file::Kind;

/// What stands in a column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    /// A text; nothing is null.
    Text,
    /// Nothing says nothing.
    Word,
    /// A whole number; nothing says nothing.
    Number,
    /// `true` or `false`; nothing says nothing.
    Flag,
    /// JSON; nothing is null.
    Json,
    /// A JSON object; nothing says nothing.
    Object,
    /// A JSON list; nothing says nothing.
    List,
}

const COLUMNS: [(&str, Cell); 25] = [
    ("kind", Cell::Word),
    ("branch", Cell::Word),
    ("category", Cell::Word),
    ("subcategory", Cell::Text),
    ("name", Cell::Word),
    ("description", Cell::Text),
    ("prices", Cell::Object),
    ("allergens", Cell::Object),
    ("extra_cost_cents", Cell::Number),
    ("products", Cell::List),
    ("icon", Cell::Text),
    ("image", Cell::Text),
    ("order", Cell::Number),
    ("code", Cell::Word),
    ("station", Cell::Text),
    ("featured", Cell::Flag),
    ("popular", Cell::Flag),
    ("badge", Cell::Text),
    ("seal", Cell::Text),
    ("dietary_profile", Cell::Json),
    ("cooking_info", Cell::Json),
    ("service_hours", Cell::Json),
    ("severity", Cell::Word),
    ("is_mandatory", Cell::Flag),
    ("is_active", Cell::Flag),
];

const KINDS: [(&str, Kind); 6] = [
    ("allergen", Kind::Allergen),
    ("station", Kind::Station),
    ("category", Kind::Category),
    ("subcategory", Kind::Subcategory),
    ("product", Kind::Product),
    ("modifier", Kind::Modifier),
];

/// Most mistakes that are told.
const MAX_PROBLEMS: usize = 50;

pub(super) fn written(lines: &[Line]) -> Result<Vec<u8>, csv::Error> {
    let mut file = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    file.write_record(COLUMNS.map(|(name, _)| name))?;
    for line in lines {
        let kind = KINDS.iter().find(|(_, kind)| *kind == line.kind).map_or("", |(name, _)| name);
        let cells = COLUMNS.iter().map(|(name, _)| match line.says.get(*name) {
            _ if *name == "kind" => kind.to_owned(),
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) if is_guarded(text) => format!("'{text}"),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        });
        file.write_record(&cells.collect::<StringRecord>())?;
    }
    file.into_inner().map_err(|error| csv::Error::from(std::io::Error::from(error.error().kind())))
}

/// The lines, or everything that cannot be read of them.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Line>, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut file = ReaderBuilder::new().trim(Trim::Headers).from_reader(bytes);
    let head = file.headers().map_err(|error| unreadable(&error))?.clone();
    let column = |name: &str| COLUMNS.iter().find(|(known, _)| *known == name).copied();
    let columns: Vec<_> = head.iter().map(column).collect();
    let mut problems: Vec<String> = head
        .iter()
        .zip(&columns)
        .filter(|(_, column)| column.is_none())
        .map(|(name, _)| format!("line 1: there is no column `{}`", name.chars().take(50).collect::<String>()))
        .collect();
    if !head.iter().any(|name| name == "kind") {
        problems.push("line 1: the column `kind` is missing".into());
    }
    let mut lines = Vec::new();
    // One line too many is enough to be told so, and a file of nothing but mistakes need not be read to its end.
    for record in file.records().take(MAX_LINES + 1) {
        if problems.len() > MAX_PROBLEMS {
            break;
        }
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(error.to_string());
                continue;
            }
        };
        let place = format!("line {}", record.position().map_or(0, csv::Position::line));
        match line(&place, &columns, &record) {
            Ok(line) => lines.push(line),
            Err(found) => problems.extend(found.into_iter().map(|problem| format!("{place}: {problem}"))),
        }
    }
    if problems.is_empty() { Ok(lines) } else { Err(told(problems)) }
}

fn unreadable(error: &csv::Error) -> Problem {
    Problem::unprocessable(format!("The file is not CSV in UTF-8: {error}"))
}

fn told(mut problems: Vec<String>) -> Problem {
    if problems.len() > MAX_PROBLEMS {
        problems.truncate(MAX_PROBLEMS);
        problems.push("and more".into());
    }
    Problem::unprocessable(problems.join("\n"))
}

fn line(place: &str, columns: &[Option<(&str, Cell)>], record: &StringRecord) -> Result<Line, Vec<String>> {
    let (mut says, mut problems, mut kind) = (Map::new(), Vec::new(), None);
    for (column, cell) in columns.iter().zip(record) {
        let Some((name, form)) = column else { continue };
        if *name == "kind" {
            kind = KINDS.iter().find(|(known, _)| *known == cell.trim()).map(|(_, kind)| *kind);
            continue;
        }
        match value(*form, cell) {
            Ok(Some(value)) => drop(says.insert((*name).to_owned(), value)),
            Ok(None) => {}
            Err(problem) => problems.push(format!("{name}: {problem}")),
        }
    }
    let Some(kind) = kind else {
        problems.push("kind: must be allergen, station, category, subcategory, product or modifier".into());
        return Err(problems);
    };
    if problems.is_empty() { Ok(Line { place: place.to_owned(), kind, says }) } else { Err(problems) }
}

/// What a cell says, if it says anything.
fn value(form: Cell, cell: &str) -> Result<Option<Value>, &'static str> {
    let is_empty = cell.trim().is_empty();
    Ok(match form {
        Cell::Text | Cell::Json if is_empty => Some(Value::Null),
        _ if is_empty => None,
        Cell::Text | Cell::Word => Some(unguarded(cell).into()),
        Cell::Number => Some(cell.trim().parse::<i64>().map_err(|_| "must be a whole number")?.into()),
        Cell::Flag => match cell.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true.into()),
            "false" | "0" | "no" => Some(false.into()),
            _ => return Err("must be true or false"),
        },
        Cell::List => match serde_json::from_str(cell) {
            Ok(Value::Array(list)) => Some(Value::Array(list)),
            _ => {
                return Err(
                    "must be a JSON list, such as [{\"branch\":\"centro\",\"category\":\"Tragos\",\"name\":\"Negroni\"}]",
                );
            }
        },
        Cell::Json | Cell::Object => match serde_json::from_str(cell) {
            Ok(value) if form == Cell::Json || Value::is_object(&value) => Some(value),
            _ => return Err("must be JSON, such as {\"centro\":1500}"),
        },
    })
}

fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_guarded(text)).unwrap_or(cell)
}

/// Whether a text has an apostrophe in front of it in a file.
fn is_guarded(text: &str) -> bool {
    text.starts_with('\'') || would_change(text, Decimals::Point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn product(name: &str) -> Line {
        let says = json!({"branch": "centro", "category": "Bebidas", "subcategory": null, "name": name, "featured": true,
            "prices": {"centro": 1500}, "allergens": {}, "description": "two\r\nlines, \"quoted\""});
        Line { place: String::new(), kind: Kind::Product, says: says.as_object().unwrap().clone() }
    }

    #[test]
    fn what_goes_out_comes_back() {
        for name in
            ["Cola", "=1+1", "'=1", "''", "'quoted'", "-5%", "@home", "a,b", "ñ🍕", "0123", "1e5", "7", "'0123", "1,5"]
        {
            let line = product(name);
            let bytes = written(std::slice::from_ref(&line)).unwrap();
            let text = String::from_utf8(bytes.clone()).unwrap();
            assert!(!text.split([',', '\n']).any(|cell| cell.starts_with(['=', '@', '+', '-'])), "{text}");
            let back = read(&bytes).unwrap();
            for (field, value) in &line.says {
                assert_eq!(back[0].says.get(field), Some(value), "{name} {field}");
            }
        }
    }

    #[test]
    fn each_mistake_is_told_with_its_line() {
        let file = "kind,name,order,featured,prices,nonsense\ndish,X,,,,\nproduct,Y,many,maybe,12,\n";
        let detail = read(file.as_bytes()).unwrap_err().detail;
        for part in ["column `nonsense`", "line 2: kind", "line 3: order", "line 3: featured", "line 3: prices"] {
            assert!(detail.contains(part), "{part} is missing in {detail}");
        }
        assert!(read(b"kind,name\nproduct,\xff\n").is_err());
        assert!(read(b"name\nX\n").unwrap_err().detail.contains("`kind` is missing"));
        assert!(read(b"").is_err());
    }
}
