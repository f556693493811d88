//! An intent to pay online: what a payer was sent to the provider for.

use domain::{AccountId, BranchId, Cents, CheckId, CheckoutId, Currency, DinerId, TenantId, payment::CheckoutStatus};
use sea_orm::entity::prelude::*;

/// An intent to pay online: what a payer was sent to the provider for.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "checkout")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CheckoutId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub check_id: CheckId,
    pub account_id: AccountId,
    pub diner_id: Option<DinerId>,
    pub amount_cents: Cents,
    pub tip_cents: Cents,
    pub currency: Currency,
    pub targets: Json,
    pub status: CheckoutStatus,
    pub provider_ref: Option<String>,
    pub redirect_url: Option<String>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub sweep_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
    #[sea_orm(belongs_to = "super::check::Entity", from = "Column::CheckId", to = "super::check::Column::Id")]
    Check,
    #[sea_orm(
        belongs_to = "super::provider_account::Entity",
        from = "Column::AccountId",
        to = "super::provider_account::Column::Id"
    )]
    Account,
    #[sea_orm(belongs_to = "super::diner::Entity", from = "Column::DinerId", to = "super::diner::Column::Id")]
    Diner,
}

impl ActiveModelBehavior for ActiveModel {}
