//! A notification as a provider sent it.

use domain::{AccountId, NoticeId, TenantId, payment::NoticeVerdict};
use sea_orm::entity::prelude::*;

/// A notification as a provider sent it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_notice")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: NoticeId,
    pub tenant_id: TenantId,
    pub account_id: AccountId,
    pub verdict: NoticeVerdict,
    pub reason: Option<String>,
    pub topic: Option<String>,
    pub resource_id: Option<String>,
    pub method: String,
    pub query: String,
    pub headers: Json,
    pub body: String,
    pub received_at: DateTimeUtc,
    pub day: Option<Date>,
    pub identity: Option<String>,
    pub digest: Option<String>,
    pub size: Option<i64>,
    pub times: i64,
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
