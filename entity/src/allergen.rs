//! An allergen.

use domain::{AllergenId, DeletionId, TenantId, menu::Severity};
use sea_orm::entity::prelude::*;

/// An allergen.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "allergen")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: AllergenId,
    pub tenant_id: TenantId,
    pub name: String,
    pub icon: Option<String>,
    pub description: Option<String>,
    pub is_mandatory: bool,
    pub severity: Severity,
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
