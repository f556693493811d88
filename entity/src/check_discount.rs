//! A reduction of a check, granted by a manager.

use domain::{Cents, CheckId, DiscountId, TenantId, UserId, check::DiscountType};
use sea_orm::entity::prelude::*;

/// A reduction of a check, granted by a manager.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "check_discount")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: DiscountId,
    pub tenant_id: TenantId,
    pub check_id: CheckId,
    #[sea_orm(column_name = "type")]
    pub kind: DiscountType,
    pub value: i64,
    pub amount_cents: Cents,
    pub reason: String,
    pub granted_by_id: UserId,
    pub rounding: bool,
    pub created_at: DateTimeUtc,
    pub business_day: Option<Date>,
    pub charge_ids: Option<Json>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::check::Entity", from = "Column::CheckId", to = "super::check::Column::Id")]
    Check,
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::GrantedById", to = "super::user::Column::Id")]
    GrantedBy,
}

impl ActiveModelBehavior for ActiveModel {}
