//! A payment that is being called off.

use domain::{CancellationId, PaymentId, TenantId, UserId, payment::CancellationFailure, payment::CancellationStatus};
use sea_orm::entity::prelude::*;

/// A payment that is being called off.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cancellation")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: CancellationId,
    pub tenant_id: TenantId,
    pub payment_id: PaymentId,
    pub requested_by_id: UserId,
    pub command: Option<String>,
    pub status: CancellationStatus,
    pub failure: Option<CancellationFailure>,
    pub retry_after: Option<i32>,
    pub last_error: Option<String>,
    pub created_at: DateTimeUtc,
    pub done_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::payment::Entity", from = "Column::PaymentId", to = "super::payment::Column::Id")]
    Payment,
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::RequestedById", to = "super::user::Column::Id")]
    RequestedBy,
}

impl ActiveModelBehavior for ActiveModel {}
