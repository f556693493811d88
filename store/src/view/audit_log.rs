//! The audit log as the office reads it (C17).

use crate::{Database, Page, error::Result, scoped::reach, sql::sql, unit_of_work::all};
use auth::{RoleSet, Staff};
use chrono::{DateTime, Utc};
use domain::{BranchId, UserId, period::writable};
use wire::audit::AuditEntry;

/// Which entries are wanted; what is not said does not matter.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Of this kind of thing.
    pub entity_type: Option<String>,
    /// Of this thing.
    pub entity_id: Option<i64>,
    /// Of this action.
    pub action: Option<String>,
    /// By this person.
    pub user_id: Option<UserId>,
    /// In this branch.
    pub branch_id: Option<BranchId>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

impl Database {
    /// The newest entries first. Entries of the whole business are for administrators; a manager reads their branches'.
    ///
    /// # Errors
    /// The database failed.
    pub async fn audit_log<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        filter: &AuditFilter,
        page: Page,
    ) -> Result<Vec<AuditEntry>> {
        let sql = sql!(tenant, "select id, tenant_id, branch_id, user_id, user_email, action, entity_type, entity_id, old_values,
                new_values, ip_address, user_agent, created_at, seq, hash from audit_log where tenant_id = $1 and #within(branch_id, $2)
                and (entity_type = $3 or $3 = '') and (entity_id = $4 or $4 = 0) and (action = $5 or $5 = '')
                and (user_id = $6 or $6 = 0) and (branch_id = $7 or $7 = 0) and created_at >= $8 and created_at < $9
             order by created_at desc, id desc limit $10 offset $11");
        let [limit, offset] = page.values();
        let values = [
            staff.tenant_id().into(),
            reach(staff),
            filter.entity_type.clone().unwrap_or_default().into(),
            filter.entity_id.unwrap_or_default().into(),
            filter.action.clone().unwrap_or_default().into(),
            filter.user_id.map_or(0, UserId::get).into(),
            filter.branch_id.map_or(0, BranchId::get).into(),
            writable(filter.from.unwrap_or(DateTime::<Utc>::MIN_UTC)).into(),
            writable(filter.until.unwrap_or(DateTime::<Utc>::MAX_UTC)).into(),
            limit,
            offset,
        ];
        all(self.reader(), sql, values).await
    }
}
