//! What one round item costs the party, or what rounding its cash added.

use domain::{Cents, ChargeId, CheckId, DinerId, RoundItemId, TenantId};
use sea_orm::entity::prelude::*;

/// What one round item costs the party, or what rounding its cash added.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "charge")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: ChargeId,
    pub tenant_id: TenantId,
    pub check_id: CheckId,
    pub round_item_id: Option<RoundItemId>,
    pub diner_id: Option<DinerId>,
    pub description: String,
    pub qty: i32,
    pub gross_cents: Cents,
    pub amount_cents: Cents,
    pub paid_cents: Cents,
    pub rounding: bool,
    pub created_at: DateTimeUtc,
    pub deleted_cents: Cents,
    pub deleted_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::check::Entity", from = "Column::CheckId", to = "super::check::Column::Id")]
    Check,
    #[sea_orm(
        belongs_to = "super::round_item::Entity",
        from = "Column::RoundItemId",
        to = "super::round_item::Column::Id"
    )]
    RoundItem,
    #[sea_orm(belongs_to = "super::diner::Entity", from = "Column::DinerId", to = "super::diner::Column::Id")]
    Diner,
}

impl ActiveModelBehavior for ActiveModel {}
