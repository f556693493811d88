//! A row of the event log.

use domain::{BranchId, EventId, SectorId, SessionId, TableId, TenantId};
use sea_orm::entity::prelude::*;

/// A row of the event log.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: EventId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub seq: i64,
    #[sea_orm(column_name = "type")]
    pub kind: String,
    pub table_id: Option<TableId>,
    pub session_id: Option<SessionId>,
    pub sector_id: Option<SectorId>,
    pub entity: String,
    pub actor_id: Option<i64>,
    pub actor_role: String,
    pub ts: DateTimeUtc,
    pub audience: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
