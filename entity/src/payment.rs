//! What was tendered towards a check.

use domain::{
    AccountId, BranchId, Cents, CheckId, CheckoutId, DinerId, PaymentId, TenantId, UserId, payment::PaymentStatus,
    payment::Registrar, payment::Tender,
};
use sea_orm::entity::prelude::*;

/// What was tendered towards a check.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: PaymentId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub check_id: Option<CheckId>,
    pub tender: Tender,
    pub status: PaymentStatus,
    pub detail: String,
    pub currency: String,
    pub amount_cents: Cents,
    pub refunded_cents: Cents,
    pub tip_cents: Cents,
    pub net_cents: Cents,
    pub allocated_cents: Cents,
    pub diner_id: Option<DinerId>,
    pub targets: Json,
    pub registered_by: Registrar,
    pub registered_by_id: Option<UserId>,
    pub received_cents: Option<Cents>,
    pub notes: Option<String>,
    pub account_id: Option<AccountId>,
    pub provider_payment_id: Option<String>,
    pub checkout_id: Option<CheckoutId>,
    pub method: Option<String>,
    pub provider_updated_at: Option<DateTimeUtc>,
    pub provider_snapshot: Option<String>,
    pub seen_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub approved_at: Option<DateTimeUtc>,
    pub doubted: Option<String>,
    pub doubted_since: Option<DateTimeUtc>,
    pub business_day: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
    #[sea_orm(belongs_to = "super::check::Entity", from = "Column::CheckId", to = "super::check::Column::Id")]
    Check,
    #[sea_orm(belongs_to = "super::diner::Entity", from = "Column::DinerId", to = "super::diner::Column::Id")]
    Diner,
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::RegisteredById", to = "super::user::Column::Id")]
    RegisteredBy,
    #[sea_orm(
        belongs_to = "super::provider_account::Entity",
        from = "Column::AccountId",
        to = "super::provider_account::Column::Id"
    )]
    Account,
    #[sea_orm(belongs_to = "super::checkout::Entity", from = "Column::CheckoutId", to = "super::checkout::Column::Id")]
    Checkout,
}

impl ActiveModelBehavior for ActiveModel {}
