//! A diner's call for a waiter.

use domain::{BranchId, CallId, SessionId, TableId, TenantId, UserId, call::CallStatus, call::CallType};
use sea_orm::entity::prelude::*;

/// A diner's call for a waiter.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service_call")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: CallId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub table_id: TableId,
    pub session_id: SessionId,
    #[sea_orm(column_name = "type")]
    pub kind: CallType,
    pub status: CallStatus,
    pub created_at: DateTimeUtc,
    pub acked_at: Option<DateTimeUtc>,
    pub acked_by_id: Option<UserId>,
    pub closed_at: Option<DateTimeUtc>,
    pub closed_by_id: Option<UserId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
    #[sea_orm(belongs_to = "super::table::Entity", from = "Column::TableId", to = "super::table::Column::Id")]
    Table,
    #[sea_orm(
        belongs_to = "super::table_session::Entity",
        from = "Column::SessionId",
        to = "super::table_session::Column::Id"
    )]
    Session,
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::AckedById", to = "super::user::Column::Id")]
    AckedBy,
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::ClosedById", to = "super::user::Column::Id")]
    ClosedBy,
}

impl ActiveModelBehavior for ActiveModel {}
