//! A business's or branch's account with a payment provider.

use domain::{
    AccountId, BranchId, Currency, TenantId, payment::AccountStatus, payment::Provider, payment::SignatureMode,
};
use sea_orm::entity::prelude::*;

/// A business's or branch's account with a payment provider.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_account")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: AccountId,
    pub tenant_id: TenantId,
    pub branch_id: Option<BranchId>,
    pub provider: Provider,
    pub external_id: Option<String>,
    pub currency: Currency,
    pub sealed: String,
    pub version: i64,
    pub webhook_token: String,
    pub webhook_mode: SignatureMode,
    pub status: AccountStatus,
    pub token_expires_at: Option<DateTimeUtc>,
    pub refresh_lease_until: Option<DateTimeUtc>,
    pub swept_until: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
}

impl ActiveModelBehavior for ActiveModel {}
