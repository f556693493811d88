//! Something about money that a person must look at.

use domain::{AccountId, BranchId, CheckId, IncidentId, PaymentId, TenantId, UserId, payment::IncidentKind};
use sea_orm::entity::prelude::*;

/// Something about money that a person must look at.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "money_incident")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: IncidentId,
    pub tenant_id: TenantId,
    pub branch_id: Option<BranchId>,
    pub kind: IncidentKind,
    pub key: String,
    pub account_id: Option<AccountId>,
    pub check_id: Option<CheckId>,
    pub payment_id: Option<PaymentId>,
    pub detail: String,
    pub created_at: DateTimeUtc,
    pub resolved_at: Option<DateTimeUtc>,
    pub resolved_by_id: Option<UserId>,
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
    #[sea_orm(belongs_to = "super::check::Entity", from = "Column::CheckId", to = "super::check::Column::Id")]
    Check,
    #[sea_orm(belongs_to = "super::payment::Entity", from = "Column::PaymentId", to = "super::payment::Column::Id")]
    Payment,
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::ResolvedById", to = "super::user::Column::Id")]
    ResolvedBy,
}

impl ActiveModelBehavior for ActiveModel {}
