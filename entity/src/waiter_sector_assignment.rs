//! A waiter's sector on one day, or every day when undated.

use domain::{AssignmentId, BranchId, DeletionId, SectorId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// A waiter's sector on one day, or every day when undated.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "waiter_sector_assignment")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: AssignmentId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub sector_id: SectorId,
    pub waiter_id: UserId,
    pub assignment_date: Option<Date>,
    pub shift: Option<String>,
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
    #[sea_orm(belongs_to = "super::sector::Entity", from = "Column::SectorId", to = "super::sector::Column::Id")]
    Sector,
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::WaiterId", to = "super::user::Column::Id")]
    Waiter,
}

impl ActiveModelBehavior for ActiveModel {}
