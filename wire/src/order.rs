//! Rounds in work, for the dashboard.

use crate::line::Line;
use chrono::{DateTime, Utc};
use domain::{BranchId, Cents, RoundId, RoundItemId, SessionId, TableId, round::RoundStatus};
use serde::Serialize;
use utoipa::ToSchema;

/// A round that is not on the table yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActiveOrder {
    /// The round.
    pub id: RoundId,
    /// Its number in the session, from 1.
    pub round_number: i32,
    /// SUBMITTED, IN_KITCHEN or READY.
    pub status: RoundStatus,
    /// The table its party sits at now.
    pub table_id: Option<TableId>,
    /// That table's code.
    pub table_code: Option<String>,
    /// The branch.
    pub branch_id: BranchId,
    /// Its name.
    pub branch_name: String,
    /// The party's stay.
    pub session_id: SessionId,
    /// What stands of it, in the order it was sent.
    pub items: Vec<OrderItem>,
    /// When the kitchen got it.
    pub submitted_at: Option<DateTime<Utc>>,
    /// What the items cost, before discounts, in cents.
    pub total_cents: Cents,
}

/// A line of such a round.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderItem {
    /// The line.
    pub id: RoundItemId,
    /// What was ordered.
    #[serde(flatten)]
    #[schema(inline)]
    pub line: Line,
    /// Price of one when it was sent, in cents.
    pub unit_price_cents: Cents,
    /// For whom.
    pub diner_name: Option<String>,
}

/// How many orders there are.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct OrderStats {
    /// All that are not on the table yet.
    pub total_active: i64,
    /// Those that nobody has begun.
    pub pending: i64,
    /// Those being cooked.
    pub in_kitchen: i64,
    /// Those that wait to be carried out.
    pub ready: i64,
}
