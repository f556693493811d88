//! Money to be given back.

use domain::{BranchId, Cents, PaymentId, RefundId, TenantId, UserId, payment::RefundKind, payment::RefundStatus};
use sea_orm::entity::prelude::*;

/// Money to be given back.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: RefundId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub payment_id: PaymentId,
    pub key: String,
    pub kind: RefundKind,
    pub amount_cents: Cents,
    pub status: RefundStatus,
    pub reason: String,
    pub requested_by_id: Option<UserId>,
    pub provider_refund_id: Option<String>,
    pub attempts: i32,
    /// For programs before the one queue, whose worker reads it.
    pub next_at: DateTimeUtc,
    pub last_error: Option<String>,
    pub created_at: DateTimeUtc,
    pub done_at: Option<DateTimeUtc>,
    pub business_day: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
    #[sea_orm(belongs_to = "super::payment::Entity", from = "Column::PaymentId", to = "super::payment::Column::Id")]
    Payment,
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::RequestedById", to = "super::user::Column::Id")]
    RequestedBy,
}

impl ActiveModelBehavior for ActiveModel {}
