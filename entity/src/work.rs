//! A piece of background work: what is to be done, when, and who has it.

use domain::{TenantId, WorkId, work::WorkStatus};
use sea_orm::entity::prelude::*;

/// A piece of background work.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "work")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: WorkId,
    pub tenant_id: TenantId,
    pub queue: String,
    pub lane: i64,
    pub kind: String,
    pub subject: String,
    pub series: Option<i64>,
    pub cause: String,
    pub rank: i16,
    pub status: WorkStatus,
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
}

impl ActiveModelBehavior for ActiveModel {}
