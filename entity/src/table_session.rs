//! One party's stay at a table.

use domain::{BranchId, SessionId, TableId, TenantId, UserId, session::OpenedBy, session::SessionStatus};
use sea_orm::entity::prelude::*;

/// One party's stay at a table.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "table_session")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: SessionId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub table_id: TableId,
    pub status: SessionStatus,
    pub opened_by: OpenedBy,
    pub opened_by_waiter_id: Option<UserId>,
    pub assigned_waiter_id: Option<UserId>,
    pub covers: Option<i32>,
    pub notes: Option<String>,
    pub cart_version: i64,
    pub rounds_sent: i32,
    pub opened_at: DateTimeUtc,
    pub closed_at: Option<DateTimeUtc>,
    pub phones_removed: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
    #[sea_orm(belongs_to = "super::table::Entity", from = "Column::TableId", to = "super::table::Column::Id")]
    Table,
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::OpenedByWaiterId", to = "super::user::Column::Id")]
    OpenedByWaiter,
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::AssignedWaiterId", to = "super::user::Column::Id")]
    AssignedWaiter,
}

impl ActiveModelBehavior for ActiveModel {}
