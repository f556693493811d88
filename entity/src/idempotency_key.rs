//! A claimed idempotency key with the first answer.

use domain::{IdempotencyKeyId, TenantId};
use sea_orm::entity::prelude::*;

/// A claimed idempotency key with the first answer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: IdempotencyKeyId,
    pub tenant_id: TenantId,
    pub caller: String,
    pub key: String,
    pub fingerprint: String,
    pub status: Option<i32>,
    pub response: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
}

impl ActiveModelBehavior for ActiveModel {}
