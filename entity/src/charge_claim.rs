//! A diner's word that it pays an item, for a while.

use domain::{Cents, ChargeId, CheckId, ClaimId, DinerId, TenantId};
use sea_orm::entity::prelude::*;

/// A diner's word that it pays an item, for a while.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "charge_claim")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: ClaimId,
    pub tenant_id: TenantId,
    pub check_id: CheckId,
    pub charge_id: ChargeId,
    pub diner_id: DinerId,
    pub numerator: i32,
    pub denominator: i32,
    pub amount_cents: Cents,
    pub expires_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::check::Entity", from = "Column::CheckId", to = "super::check::Column::Id")]
    Check,
    #[sea_orm(belongs_to = "super::charge::Entity", from = "Column::ChargeId", to = "super::charge::Column::Id")]
    Charge,
    #[sea_orm(belongs_to = "super::diner::Entity", from = "Column::DinerId", to = "super::diner::Column::Id")]
    Diner,
}

impl ActiveModelBehavior for ActiveModel {}
