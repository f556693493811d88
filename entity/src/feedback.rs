//! What a party thought of its visit.

use domain::{BranchId, FeedbackId, SessionId, TenantId};
use sea_orm::entity::prelude::*;

/// What a party thought of its visit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: FeedbackId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub session_id: SessionId,
    pub rating: i32,
    pub comment: Option<String>,
    pub created_at: DateTimeUtc,
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
