//! A day's comparison of our ledger with a provider's.

use domain::{AccountId, BranchId, ReconciliationId, TenantId};
use sea_orm::entity::prelude::*;

/// A day's comparison of our ledger with a provider's.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reconciliation")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: ReconciliationId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub account_id: AccountId,
    pub day: Date,
    pub report: Json,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
    #[sea_orm(
        belongs_to = "super::provider_account::Entity",
        from = "Column::AccountId",
        to = "super::provider_account::Column::Id"
    )]
    Account,
}

impl ActiveModelBehavior for ActiveModel {}
