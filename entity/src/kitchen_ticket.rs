//! A station's share of a round.

use domain::{BranchId, RoundId, TenantId, TicketId, kitchen::StationCode, kitchen::TicketStatus};
use sea_orm::entity::prelude::*;

/// A station's share of a round.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kitchen_ticket")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: TicketId,
    pub tenant_id: TenantId,
    pub branch_id: BranchId,
    pub round_id: RoundId,
    pub station: StationCode,
    pub status: TicketStatus,
    pub priority: i32,
    pub notes: Option<String>,
    pub created_at: DateTimeUtc,
    pub started_at: Option<DateTimeUtc>,
    pub completed_at: Option<DateTimeUtc>,
    pub delivered_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tenant::Entity", from = "Column::TenantId", to = "super::tenant::Column::Id")]
    Tenant,
    #[sea_orm(belongs_to = "super::branch::Entity", from = "Column::BranchId", to = "super::branch::Column::Id")]
    Branch,
    #[sea_orm(belongs_to = "super::round::Entity", from = "Column::RoundId", to = "super::round::Column::Id")]
    Round,
}

impl ActiveModelBehavior for ActiveModel {}
