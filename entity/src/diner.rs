//! Somebody at the table: who a phone registered as.

use domain::{BranchId, DinerId, PhoneId, SessionId, TenantId};
use sea_orm::entity::prelude::*;

/// Somebody at the table: who a phone registered as.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "diner")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: DinerId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub session_id: SessionId,
    pub name: String,
    pub color: String,
    pub local_id: Option<String>,
    pub device_id: Option<String>,
    pub device_fingerprint: Option<String>,
    pub preferences: Option<Json>,
    pub preferences_at: Option<DateTimeUtc>,
    pub joined_at: DateTimeUtc,
    pub phone_id: Option<PhoneId>,
    pub removed_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
    #[sea_orm(
        belongs_to = "super::table_session::Entity",
        from = "Column::SessionId",
        to = "super::table_session::Column::Id"
    )]
    Session,
}

impl ActiveModelBehavior for ActiveModel {}
