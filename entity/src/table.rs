//! A physical table.

use domain::{BranchId, DeletionId, SectorId, TableId, TenantId, table::TableStatus};
use sea_orm::entity::prelude::*;

/// A physical table.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dining_table")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: TableId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub sector_id: Option<SectorId>,
    pub code: String,
    pub capacity: i32,
    pub status: TableStatus,
    pub is_active: bool,
    pub deactivated: bool,
    pub deletion_id: Option<DeletionId>,
    pub join_code: Option<String>,
    pub join_code_digest: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
    #[sea_orm(belongs_to = "super::sector::Entity", from = "Column::SectorId", to = "super::sector::Column::Id")]
    Sector,
}

impl ActiveModelBehavior for ActiveModel {}
