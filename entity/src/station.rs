//! A place in a branch's kitchen that gets tickets of its own.

use domain::{BranchId, StationId, TenantId, kitchen::StationCode};
use sea_orm::entity::prelude::*;

/// A place in a branch's kitchen that gets tickets of its own.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "station")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: StationId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub code: StationCode,
    pub name: String,
    pub display_order: i32,
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
