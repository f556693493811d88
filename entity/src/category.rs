//! A part of a branch's menu.

use domain::{BranchId, CategoryId, DeletionId, TenantId, kitchen::StationCode};
use sea_orm::entity::prelude::*;

/// A part of a branch's menu.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "category")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: CategoryId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub name: String,
    pub icon: Option<String>,
    pub image: Option<String>,
    pub display_order: i32,
    pub service_hours: Option<Json>,
    pub is_active: bool,
    pub deactivated: bool,
    pub deletion_id: Option<DeletionId>,
    pub created_at: DateTimeUtc,
    pub station: Option<StationCode>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
}

impl ActiveModelBehavior for ActiveModel {}
