//! A part of a payment that covers a part of a charge; negative when it is taken back.

use domain::{AllocationId, ChargeId, CheckId, PaymentId, TenantId};
use sea_orm::entity::prelude::*;

/// A part of a payment that covers a part of a charge; negative when it is taken back.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "allocation")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: AllocationId,
    pub tenant_id: TenantId,
    pub check_id: CheckId,
    pub payment_id: PaymentId,
    pub charge_id: ChargeId,
    pub amount_cents: i64,
    pub cause: String,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::check::Entity", from = "Column::CheckId", to = "super::check::Column::Id")]
    Check,
    #[sea_orm(belongs_to = "super::payment::Entity", from = "Column::PaymentId", to = "super::payment::Column::Id")]
    Payment,
    #[sea_orm(belongs_to = "super::charge::Entity", from = "Column::ChargeId", to = "super::charge::Column::Id")]
    Charge,
}

impl ActiveModelBehavior for ActiveModel {}
