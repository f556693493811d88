//! What the kitchen sees: rounds and the tickets of its stations.

use crate::line::Line;
use chrono::{DateTime, Utc};
use domain::{
    Cents, RoundId, RoundItemId, TableId, TicketId, TicketItemId,
    kitchen::{StationCode, TicketStatus},
    round::RoundStatus,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A round as the kitchen sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KitchenRound {
    /// The round.
    pub id: RoundId,
    /// Its number in the session, from 1.
    pub round_number: i32,
    /// Where it stands.
    pub status: RoundStatus,
    /// Its lines in the order they were sent, voided ones included.
    pub items: Vec<KitchenRoundItem>,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// The table its party sits at now.
    pub table_id: Option<TableId>,
    /// That table's code.
    pub table_code: Option<String>,
    /// When the kitchen got it.
    pub submitted_at: Option<DateTime<Utc>>,
}

/// A line of such a round.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KitchenRoundItem {
    /// The line.
    pub id: RoundItemId,
    /// What was ordered.
    #[serde(flatten)]
    #[schema(inline)]
    pub line: Line,
    /// Price of one when it was sent, in cents.
    pub unit_price_cents: Cents,
    /// Whether it was struck.
    pub is_voided: bool,
    /// Why it was.
    pub void_reason: Option<String>,
}

/// A station's share of a round.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ticket {
    /// The ticket.
    pub id: TicketId,
    /// The round it is of.
    pub round_id: RoundId,
    /// That round's number in the session, from 1.
    pub round_number: i32,
    /// Whose it is.
    pub station: StationCode,
    /// Where it stands.
    pub status: TicketStatus,
    /// Higher comes first.
    pub priority: i32,
    /// A note on the ticket.
    pub notes: Option<String>,
    /// The table the party sits at now.
    pub table_id: Option<TableId>,
    /// That table's code.
    pub table_code: Option<String>,
    /// Its lines, voided ones included as long as one is not.
    pub items: Vec<TicketItem>,
    /// When the kitchen got it.
    pub created_at: DateTime<Utc>,
    /// When it was begun.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was ready.
    pub completed_at: Option<DateTime<Utc>>,
    /// When it was carried out.
    pub delivered_at: Option<DateTime<Utc>>,
}

/// A line of a ticket.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketItem {
    /// The line.
    pub id: TicketItemId,
    /// The round's line it is.
    pub round_item_id: RoundItemId,
    /// What was ordered.
    #[serde(flatten)]
    #[schema(inline)]
    pub line: Line,
    /// The ticket's status, or `VOIDED`: not to be made.
    pub status: &'static str,
}

/// The open tickets of one station.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StationTickets {
    /// The station.
    pub station: StationCode,
    /// The urgent first, then the longest waiting.
    pub tickets: Vec<Ticket>,
}

/// The tickets that were missing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IssuedTickets {
    /// The round.
    pub round_id: RoundId,
    /// How many.
    pub tickets_created: usize,
    /// The tickets.
    pub tickets: Vec<Ticket>,
}
