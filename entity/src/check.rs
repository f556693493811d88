//! What a session owes.

use domain::{BranchId, Cents, CheckId, Currency, SessionId, TenantId, check::CheckStatus};
use sea_orm::entity::prelude::*;

/// What a session owes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "guest_check")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: CheckId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub session_id: SessionId,
    pub status: CheckStatus,
    pub currency: Currency,
    pub total_cents: Cents,
    pub paid_cents: Cents,
    pub written_off_cents: Cents,
    pub requested_at: DateTimeUtc,
    pub paid_at: Option<DateTimeUtc>,
    pub closed_at: Option<DateTimeUtc>,
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
