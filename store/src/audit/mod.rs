//! The audit log: what staff changed, written by the transaction of the change (design.md §7).
//!
//! [`UnitOfWork::audit`] only notes; the rows are written and chained when the operation has returned ([`chain`]).

pub(crate) mod chain;

use crate::{
    Attempt,
    error::{Error, Result},
    unit_of_work::UnitOfWork,
};
use auth::{RoleSet, Staff};
use chrono::{DateTime, Utc};
use domain::{AuditId, BranchId, TenantId, UserId};
use entity::audit_log;
use sea_orm::DbErr;
use serde::Serialize;
use serde_json::{Map, Value};

/// A change worth keeping.
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
    /// An update as the fields that differ; `None` when none does, and there is nothing to note or tell.
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

/// A change with its author, on its way into the log.
#[derive(Debug)]
pub(crate) struct Note {
    pub(crate) tenant_id: TenantId,
    user_id: UserId,
    user_email: String,
    ip_address: Option<String>,
    user_agent: Option<String>,
    change: Change,
}

impl Note {
    fn into_row(self, now: DateTime<Utc>) -> audit_log::Model {
        let change = self.change;
        audit_log::Model {
            id: AuditId(0),
            tenant_id: self.tenant_id,
            branch_id: change.branch,
            user_id: Some(self.user_id),
            user_email: Some(self.user_email),
            action: change.action.to_owned(),
            entity_type: change.entity_type.to_owned(),
            entity_id: Some(change.entity_id),
            old_values: some(change.before),
            new_values: some(change.after),
            ip_address: self.ip_address,
            user_agent: self.user_agent,
            created_at: now,
            seq: None,
            hash: None,
        }
    }
}

impl UnitOfWork {
    /// Notes that `staff` made `change`; the row is written with the commit, in this very transaction.
    pub fn audit<R: RoleSet>(&self, staff: &Staff<R>, attempt: &Attempt, change: Change) {
        self.note(Note {
            tenant_id: staff.tenant_id(),
            user_id: staff.user_id(),
            user_email: staff.email().to_owned(),
            ip_address: attempt.ip.map(|ip| ip.to_string()),
            user_agent: attempt.user_agent.clone(),
            change,
        });
    }
}

fn some(value: Value) -> Option<Value> {
    (!value.is_null()).then_some(value)
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
