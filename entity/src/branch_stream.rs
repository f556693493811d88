//! The counter of a branch's events.

use domain::{BranchId, TenantId};
use sea_orm::entity::prelude::*;

/// The counter of a branch's events.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "branch_stream")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub branch_id: BranchId,
    pub tenant_id: TenantId,
    pub epoch: String,
    pub seq: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
}

impl ActiveModelBehavior for ActiveModel {}
