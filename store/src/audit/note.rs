//! Notes: changes with their author, until the commit writes them as rows.

use super::Change;
use chrono::{DateTime, Utc};
use domain::{AuditId, TenantId, UserId};
use entity::audit_log;
use serde_json::Value;

/// A change with its author, which becomes a row of the log.
#[derive(Debug)]
pub(crate) struct Note {
    pub(crate) tenant_id: TenantId,
    pub(super) user_id: Option<UserId>,
    pub(super) user_email: String,
    pub(super) ip_address: Option<String>,
    pub(super) user_agent: Option<String>,
    pub(super) change: Change,
}

impl Note {
    pub(super) fn into_row(self, now: DateTime<Utc>) -> audit_log::Model {
        let change = self.change;
        audit_log::Model {
            id: AuditId(0),
            tenant_id: self.tenant_id,
            branch_id: change.branch,
            user_id: self.user_id,
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

fn some(value: Value) -> Option<Value> {
    (!value.is_null()).then_some(value)
}
