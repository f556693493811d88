//! A part of the floor; without a branch it belongs to every branch of the tenant.

use domain::{BranchId, DeletionId, SectorId, TenantId};
use sea_orm::entity::prelude::*;

/// A part of the floor; without a branch it belongs to every branch of the tenant.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sector")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: SectorId,
    pub tenant_id: TenantId,
    pub branch_id: Option<BranchId>,
    pub name: String,
    pub prefix: String,
    pub display_order: i32,
    pub is_active: bool,
    pub deactivated: bool,
    pub deletion_id: Option<DeletionId>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
}

impl ActiveModelBehavior for ActiveModel {}
