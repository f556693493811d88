//! One phone of a session: what a table token names.

use domain::{BranchId, DinerId, PhoneId, SessionId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One phone of a session: what a table token names.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session_phone")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: PhoneId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub session_id: SessionId,
    pub diner_id: Option<DinerId>,
    pub after_check: bool,
    pub joined_at: DateTimeUtc,
    pub removed_at: Option<DateTimeUtc>,
    pub removed_by_id: Option<UserId>,
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
    #[sea_orm(belongs_to = "super::diner::Entity", from = "Column::DinerId", to = "super::diner::Column::Id")]
    Diner,
}

impl ActiveModelBehavior for ActiveModel {}
