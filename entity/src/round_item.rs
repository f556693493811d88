//! A line of a round; name and price as they were when it was sent.

use domain::{
    Cents, DinerId, ProductId, PromotionId, RoundId, RoundItemId, TenantId, UserId, kitchen::StationCode,
    text::Quantity,
};
use sea_orm::entity::prelude::*;

/// A line of a round; name and price as they were when it was sent.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "round_item")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: RoundItemId,
    pub tenant_id: TenantId,
    pub round_id: RoundId,
    pub line: i32,
    pub product_id: ProductId,
    pub product_name: String,
    pub qty: Quantity,
    pub unit_price_cents: Cents,
    pub notes: Option<String>,
    pub diner_id: Option<DinerId>,
    pub station: StationCode,
    pub voided_at: Option<DateTimeUtc>,
    pub void_reason: Option<String>,
    pub voided_by_id: Option<UserId>,
    pub modifiers: Option<String>,
    pub customizations: Option<Json>,
    pub promotion_id: Option<PromotionId>,
    pub business_day: Option<Date>,
    pub voided_business_day: Option<Date>,
    pub split_of_id: Option<RoundItemId>,
    pub approved_by_id: Option<UserId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::round::Entity", from = "Column::RoundId", to = "super::round::Column::Id")]
    Round,
    #[sea_orm(belongs_to = "super::product::Entity", from = "Column::ProductId", to = "super::product::Column::Id")]
    Product,
    #[sea_orm(belongs_to = "super::diner::Entity", from = "Column::DinerId", to = "super::diner::Column::Id")]
    Diner,
    #[sea_orm(belongs_to = "super::user::Entity", from = "Column::VoidedById", to = "super::user::Column::Id")]
    VoidedBy,
}

impl ActiveModelBehavior for ActiveModel {}
