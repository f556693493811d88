//! A modifier.

use domain::{Cents, CustomizationId, DeletionId, TenantId};
use sea_orm::entity::prelude::*;

/// A modifier.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customization")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: CustomizationId,
    pub tenant_id: TenantId,
    pub name: String,
    pub category: Option<String>,
    pub extra_cost_cents: Cents,
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
}

impl ActiveModelBehavior for ActiveModel {}
