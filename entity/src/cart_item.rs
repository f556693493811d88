//! A line of the shared cart.

use domain::{CartItemId, Cents, DinerId, ProductId, SessionId, TenantId, text::Quantity};
use sea_orm::entity::prelude::*;

/// A line of the shared cart.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cart_item")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: CartItemId,
    pub tenant_id: TenantId,
    pub session_id: SessionId,
    pub diner_id: DinerId,
    pub product_id: ProductId,
    pub quantity: Quantity,
    pub notes: Option<String>,
    pub created_at: DateTimeUtc,
    pub told_at: Option<DateTimeUtc>,
    pub settle_at: Option<DateTimeUtc>,
    pub choices: String,
    pub told_price_cents: Option<Cents>,
    pub told_available: Option<bool>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(
        belongs_to = "super::table_session::Entity",
        from = "Column::SessionId",
        to = "super::table_session::Column::Id"
    )]
    Session,
    #[sea_orm(belongs_to = "super::diner::Entity", from = "Column::DinerId", to = "super::diner::Column::Id")]
    Diner,
    #[sea_orm(belongs_to = "super::product::Entity", from = "Column::ProductId", to = "super::product::Column::Id")]
    Product,
}

impl ActiveModelBehavior for ActiveModel {}
