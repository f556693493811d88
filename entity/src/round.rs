//! An order sent from a table.

use domain::{BranchId, PhoneId, RoundId, SessionId, TenantId, UserId, round::RoundStatus, session::OpenedBy};
use sea_orm::entity::prelude::*;

/// An order sent from a table.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "round")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: RoundId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub session_id: SessionId,
    pub round_number: i32,
    pub status: RoundStatus,
    pub submitted_by: OpenedBy,
    pub submitted_by_waiter_id: Option<UserId>,
    pub content_digest: String,
    pub idempotency_key: Option<String>,
    pub notes: Option<String>,
    pub created_at: DateTimeUtc,
    pub confirmed_at: Option<DateTimeUtc>,
    pub confirmed_by_id: Option<UserId>,
    pub submitted_at: Option<DateTimeUtc>,
    pub started_at: Option<DateTimeUtc>,
    pub ready_at: Option<DateTimeUtc>,
    pub served_at: Option<DateTimeUtc>,
    pub canceled_at: Option<DateTimeUtc>,
    pub cancel_reason: Option<String>,
    pub taken_from_cart: Option<String>,
    pub phone_id: Option<PhoneId>,
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
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::SubmittedByWaiterId", to = "super::user::Column::Id")]
    SubmittedByWaiter,
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::ConfirmedById", to = "super::user::Column::Id")]
    ConfirmedBy,
}

impl ActiveModelBehavior for ActiveModel {}
