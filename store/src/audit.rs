//! The audit log: what staff changed, written by the transaction of the change (DESIGN §7).

use crate::{Attempt, error::Result, unit_of_work::UnitOfWork};
use auth::{RoleSet, Staff};
use domain::BranchId;
use entity::audit_log;
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, EntityTrait};
use serde_json::Value;

/// A change worth keeping.
#[derive(Clone, Debug)]
pub struct Change {
    /// `CREATE`, `UPDATE`, `DELETE`, `VOID`, `CANCEL`, … (contract/admin-kitchen.md §2.C17).
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

impl UnitOfWork {
    /// Notes that `staff` made `change`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn audit<R: RoleSet>(&self, staff: &Staff<R>, attempt: &Attempt, change: Change) -> Result<()> {
        let row = audit_log::ActiveModel {
            id: NotSet,
            tenant_id: Set(staff.tenant_id()),
            branch_id: Set(change.branch),
            user_id: Set(Some(staff.user_id())),
            user_email: Set(Some(staff.email().to_owned())),
            action: Set(change.action.to_owned()),
            entity_type: Set(change.entity_type.to_owned()),
            entity_id: Set(Some(change.entity_id)),
            old_values: Set(some(change.before)),
            new_values: Set(some(change.after)),
            ip_address: Set(attempt.ip.map(|ip| ip.to_string())),
            user_agent: Set(attempt.user_agent.clone()),
            created_at: Set(self.now()),
        };
        audit_log::Entity::insert(row).exec_without_returning(self.tx()).await?;
        Ok(())
    }
}

fn some(value: Value) -> Option<Value> {
    (!value.is_null()).then_some(value)
}
