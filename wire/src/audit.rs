//! Rows of the audit log.

use chrono::{DateTime, Utc};
use domain::{AuditId, BranchId, TenantId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

/// What somebody changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct AuditEntry {
    /// The row.
    pub id: AuditId,
    /// The business.
    pub tenant_id: TenantId,
    /// Where; null where it concerns the whole business.
    #[schema(required)]
    pub branch_id: Option<BranchId>,
    /// Who.
    #[schema(required)]
    pub user_id: Option<UserId>,
    /// Who, by the login of that time.
    #[schema(required)]
    pub user_email: Option<String>,
    /// `CREATE`, `UPDATE`, `DELETE`, `RESTORE`, `VOID`, `PAYMENT`, …
    pub action: String,
    /// `product`, `table`, `round_item`, …
    pub entity_type: String,
    /// Which.
    #[schema(required)]
    pub entity_id: Option<i64>,
    /// What it was; null for something new.
    #[schema(required, value_type = Option<Object>)]
    pub old_values: Option<serde_json::Value>,
    /// What it is; null for something gone.
    #[schema(required, value_type = Option<Object>)]
    pub new_values: Option<serde_json::Value>,
    /// From where.
    #[schema(required)]
    pub ip_address: Option<String>,
    /// By what.
    #[schema(required)]
    pub user_agent: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Its number in the business's chain; null for rows from before there was one.
    #[schema(required)]
    pub seq: Option<i64>,
    /// Its digest in the chain.
    #[schema(required)]
    pub hash: Option<String>,
}
