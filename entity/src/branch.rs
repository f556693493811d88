//! One restaurant of a tenant.

use domain::{
    BranchId, Currency, DeletionId, TenantId, cash::CashWithoutSession, money::CashRounding, round::RoundConfirmation,
    session::JoinRule,
};
use sea_orm::entity::prelude::*;

/// One restaurant of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "branch")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: BranchId,
    pub tenant_id: TenantId,
    pub name: String,
    pub slug: String,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub timezone: String,
    pub opening_time: Option<String>,
    pub closing_time: Option<String>,
    pub round_confirmation: RoundConfirmation,
    pub join_rule: JoinRule,
    pub cash_without_session: CashWithoutSession,
    pub currency: Currency,
    pub cash_rounding: Option<CashRounding>,
    pub menu_version: i64,
    pub is_active: bool,
    pub deactivated: bool,
    pub deletion_id: Option<DeletionId>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
}

impl ActiveModelBehavior for ActiveModel {}
