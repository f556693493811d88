//! Changes for the audit log, and the difference that an update keeps.

use crate::error::{Error, Result};
use domain::BranchId;
use sea_orm::DbErr;
use serde::Serialize;
use serde_json::{Map, Value};

/// A change for the audit log.
#[derive(Clone, Debug)]
pub struct Change {
    /// `CREATE`, `UPDATE`, `DELETE`, `VOID`, `CANCEL`, … (C17).
    pub action: &'static str,
    /// `round`, `round_item`, `table`, …
    pub entity_type: &'static str,
    /// Which.
    pub entity_id: i64,
    /// Where.
    pub branch: Option<BranchId>,
    /// What it was; an object, or null for something new.
    pub before: Value,
    /// What it is; an object, or null for something gone.
    pub after: Value,
}

impl Change {
    /// Builds an update from the fields that differ; `None` when none does: then there is nothing to note or emit.
    ///
    /// # Errors
    /// A value cannot be written as JSON, which is a bug.
    pub fn update<T: Serialize>(
        entity_type: &'static str,
        entity_id: i64,
        branch: Option<BranchId>,
        before: &T,
        after: &T,
    ) -> Result<Option<Self>> {
        let (mut before, mut after) = (fields(before)?, fields(after)?);
        let unchanged: Vec<_> = before.iter().filter(|(key, old)| after.get(*key) == Some(*old)).collect();
        let unchanged: Vec<String> = unchanged.into_iter().map(|(key, _)| key.clone()).collect();
        for key in unchanged {
            before.remove(&key);
            after.remove(&key);
        }
        let differs = !before.is_empty() || !after.is_empty();
        let (before, after) = (before.into(), after.into());
        Ok(differs.then_some(Self { action: "UPDATE", entity_type, entity_id, branch, before, after }))
    }
}

fn fields(value: &impl Serialize) -> Result<Map<String, Value>> {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(unwritable("not an object".into())),
        Err(error) => Err(unwritable(error.to_string())),
    }
}

fn unwritable(why: String) -> Error {
    Error::Database(DbErr::Custom(format!("unwritable audit values: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_update_keeps_what_differs() {
        let (before, after) = (json!({"name": "Sur", "phone": "1"}), json!({"name": "Sur", "phone": null}));
        let change = Change::update("branch", 1, None, &before, &after).unwrap().unwrap();
        assert_eq!((change.before, change.after), (json!({"phone": "1"}), json!({"phone": null})));
        assert!(Change::update("branch", 1, None, &before, &before).unwrap().is_none());
    }
}
