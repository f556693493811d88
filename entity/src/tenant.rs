//! The business that owns branches, menu and staff.

use domain::TenantId;
use sea_orm::entity::prelude::*;

/// The business that owns branches, menu and staff.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: TenantId,
    pub name: String,
    pub slug: String,
    pub description: Option<String>,
    pub logo: Option<String>,
    pub theme_color: String,
    pub language: String,
    pub created_at: DateTimeUtc,
    pub suspended_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
