//! A role a user holds in one branch.

use domain::{BranchId, GrantId, Role, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// A role a user holds in one branch.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_branch_role")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: GrantId,
    pub tenant_id: TenantId,
    pub user_id: UserId,
    pub branch_id: BranchId,
    pub role: Role,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::UserId", to = "super::user::Column::Id")]
    User,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
}

impl ActiveModelBehavior for ActiveModel {}
