//! An allergen that may set off the reaction to another.

use domain::{AllergenId, CrossReactionId, DeletionId, TenantId, menu::Probability};
use sea_orm::entity::prelude::*;

/// An allergen that may set off the reaction to another.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cross_reaction")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: CrossReactionId,
    pub tenant_id: TenantId,
    pub allergen_id: AllergenId,
    pub cross_reacts_with_id: AllergenId,
    pub probability: Probability,
    pub notes: Option<String>,
    pub is_active: bool,
    pub deactivated: bool,
    pub deletion_id: Option<DeletionId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::allergen::Entity", from = "Column::AllergenId", to = "super::allergen::Column::Id")]
    Allergen,
    #[sea_orm(
        belongs_to = "super::allergen::Entity",
        from = "Column::CrossReactsWithId",
        to = "super::allergen::Column::Id"
    )]
    CrossReactsWith,
}

impl ActiveModelBehavior for ActiveModel {}
