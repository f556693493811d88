//! Something of a provider's to be fetched and followed.

use domain::{AccountId, SyncId, TenantId, payment::ResourceKind, payment::SyncCause, payment::SyncStatus};
use sea_orm::entity::prelude::*;

/// Something of a provider's to be fetched and followed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_sync")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: SyncId,
    pub tenant_id: TenantId,
    pub account_id: AccountId,
    pub kind: ResourceKind,
    pub resource_id: String,
    pub status: SyncStatus,
    pub cause: SyncCause,
    pub dirty: bool,
    pub attempts: i32,
    pub next_at: DateTimeUtc,
    pub lease_until: Option<DateTimeUtc>,
    pub fence: i64,
    pub last_error: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(
        belongs_to = "super::provider_account::Entity",
        from = "Column::AccountId",
        to = "super::provider_account::Column::Id"
    )]
    Account,
}

impl ActiveModelBehavior for ActiveModel {}
