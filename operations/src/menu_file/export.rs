//! The office takes its menu along.

use super::{index::MenuIndex, line::Line};
use crate::Result;
use auth::{AdminOnly, Staff};
use serde_json::{Map, Value};
use store::Database;
use wire::menu_file::Kind;

/// The business's whole menu in the order of names.
///
/// # Errors
/// The database failed.
pub async fn export(db: &Database, staff: &Staff<AdminOnly>) -> Result<Vec<Line>> {
    let index = MenuIndex::of(db.menu_rows(staff).await?);
    let line = |((kind, key), known): (&(Kind, Vec<String>), &super::index::ExistingRow)| {
        let mut says: Map<String, Value> =
            kind.keys().iter().zip(key).map(|(name, value)| ((*name).to_owned(), said(value))).collect();
        says.extend(known.fields.as_object().cloned().unwrap_or_default());
        Line { place: String::new(), kind: *kind, says }
    };
    Ok(index.things.iter().map(line).collect())
}

/// A modifier of no category has an empty one.
fn said(key: &str) -> Value {
    if key.is_empty() { Value::Null } else { key.into() }
}
