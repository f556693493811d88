//! A line of a ticket.

use domain::{RoundItemId, TenantId, TicketId, TicketItemId};
use sea_orm::entity::prelude::*;

/// A line of a ticket.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kitchen_ticket_item")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: TicketItemId,
    pub tenant_id: TenantId,
    pub ticket_id: TicketId,
    pub round_item_id: RoundItemId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(
        belongs_to = "super::kitchen_ticket::Entity",
        from = "Column::TicketId",
        to = "super::kitchen_ticket::Column::Id"
    )]
    Ticket,
    #[sea_orm(
        belongs_to = "super::round_item::Entity",
        from = "Column::RoundItemId",
        to = "super::round_item::Column::Id"
    )]
    RoundItem,
}

impl ActiveModelBehavior for ActiveModel {}
