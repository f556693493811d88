//! What happens to a round: sent, taken, an item struck.

use domain::{
    Cents, ProductId, RoundId, RoundItemId, SessionId, UserId,
    event::PartOf,
    round::RoundStatus,
    session::OpenedBy,
    text::{Name, Quantity},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is struck, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct VoidItem {
    /// 1 to 200 characters.
    pub reason: Name<200>,
    /// How many of the line's portions; all of them when absent.
    #[serde(default)]
    pub qty: Option<Quantity>,
    /// Who of the branch's managers approves it. Needed for what was served, which only a manager gives away; whoever
    /// names somebody is a manager.
    #[serde(default)]
    pub approved_by: Option<UserId>,
}

/// What is left.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeletedItem {
    /// Always true.
    pub success: bool,
    /// The round.
    pub round_id: RoundId,
    /// The line that is gone.
    pub item_id: RoundItemId,
    /// Lines left in the round.
    pub remaining_items: usize,
    /// Whether it was the last, so that the round is gone too.
    pub round_deleted: bool,
    /// For people.
    pub message: &'static str,
}

/// The answer to "send".
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubmittedRound {
    /// The session.
    pub session_id: SessionId,
    /// The round.
    pub round_id: RoundId,
    /// Its number in the session, from 1.
    pub round_number: i32,
    /// SUBMITTED, or PENDING where a waiter confirms first.
    pub status: RoundStatus,
    /// Whether the round was sent before, by this phone or another of the table; left out where it is new.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub repeated: bool,
    /// What of the order another round of the last seconds has already, and this one therefore has not; left out where
    /// that is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub already_sent: Vec<AlreadySent>,
}

/// Portions that were sent before.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct AlreadySent {
    /// The product.
    pub product_id: ProductId,
    /// How many.
    pub qty: i32,
}

/// What was struck.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct VoidedItem {
    /// Always true.
    pub success: bool,
    /// The line.
    pub item_id: RoundItemId,
    /// Its round.
    pub round_id: RoundId,
    /// Always true.
    pub is_voided: bool,
    /// Why.
    pub void_reason: String,
    /// Whether nothing is left, so that the round is canceled.
    pub round_canceled: bool,
    /// The line that it was a part of, where only a part was struck; `item_id` is then a new line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_of: Option<PartOf>,
    /// The manager who approved it, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<UserId>,
    /// For people.
    pub message: &'static str,
}

/// The round that was taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TakenRound {
    /// The session.
    pub session_id: SessionId,
    /// The round.
    pub round_id: RoundId,
    /// Its number in the session, from 1.
    pub round_number: i32,
    /// SUBMITTED.
    pub status: RoundStatus,
    /// WAITER.
    pub submitted_by: OpenedBy,
    /// The waiter.
    pub submitted_by_waiter_id: Option<UserId>,
    /// Lines.
    pub items_count: usize,
    /// What they cost together, in cents.
    pub total_cents: Cents,
}
