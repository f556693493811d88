//! Parties at their tables: what staff see of them and do with them.

use crate::line::Line;
use chrono::{DateTime, Utc};
use domain::{
    Cents, CheckId, DinerId, PhoneId, RoundId, RoundItemId, SessionId, TableId, UserId,
    check::CheckStatus,
    round::RoundStatus,
    session::{Covers, OpenedBy, SessionStatus},
    table::TableStatus,
};
use serde::Serialize;
use utoipa::ToSchema;

/// The live session of a table with everything ordered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionDetail {
    /// The session.
    pub session_id: SessionId,
    /// Its table now.
    pub table_id: TableId,
    /// That table's code.
    pub table_code: String,
    /// OPEN or PAYING.
    pub status: SessionStatus,
    /// When the party sat down.
    pub opened_at: DateTime<Utc>,
    /// The phones, in the order they joined.
    pub diners: Vec<SeatedDiner>,
    /// The rounds by number, those canceled left out.
    pub rounds: Vec<RoundDetail>,
    /// The state of the check; null before it was asked for.
    pub check_status: Option<CheckStatus>,
    /// The check; null before it was asked for.
    pub check_id: Option<CheckId>,
    /// What was ordered and not voided, less discounts, in cents.
    pub total_cents: Cents,
    /// What was paid, in cents.
    pub paid_cents: Cents,
}

/// A phone at the table.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct SeatedDiner {
    /// The diner.
    pub id: DinerId,
    /// Of which session.
    pub session_id: SessionId,
    /// What the others see.
    pub name: String,
    /// `#RRGGBB`
    pub color: String,
    /// The phone's own id of this visit.
    pub local_id: Option<String>,
    /// When it joined.
    pub joined_at: DateTime<Utc>,
    /// The phone's own id across visits.
    pub device_id: Option<String>,
}

/// A round with its items.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoundDetail {
    /// The round.
    pub id: RoundId,
    /// Its number in the session, from 1.
    pub round_number: i32,
    /// Where it is.
    pub status: RoundStatus,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// When the kitchen got it.
    pub submitted_at: Option<DateTime<Utc>>,
    /// Its lines.
    pub items: Vec<ItemDetail>,
}

/// A line of a round.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ItemDetail {
    /// The line.
    pub id: RoundItemId,
    /// What was ordered.
    #[serde(flatten)]
    #[schema(inline)]
    pub line: Line,
    /// Its category's name now.
    pub category_name: Option<String>,
    /// Price of one when it was ordered, in cents.
    pub unit_price_cents: Cents,
    /// For whom, where that is known.
    pub diner_id: Option<DinerId>,
    /// That diner's name.
    pub diner_name: Option<String>,
    /// That diner's colour.
    pub diner_color: Option<String>,
    /// Struck: it counts nowhere.
    pub is_voided: bool,
    /// Why it was struck.
    pub void_reason: Option<String>,
}

/// A phone at a table.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct SeatedPhone {
    /// The phone.
    pub phone_id: PhoneId,
    /// As whom it registered; null as long as it gave no name.
    pub diner_id: Option<DinerId>,
    /// What the others see.
    pub name: Option<String>,
    /// `#RRGGBB`
    pub color: Option<String>,
    /// When it joined.
    pub joined_at: DateTime<Utc>,
}

/// A session in one line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionSummary {
    /// The session.
    pub session_id: SessionId,
    /// Its table, after a move the new one.
    pub table_id: TableId,
    /// That table's code.
    pub table_code: String,
    /// Where the party is in its stay.
    pub status: SessionStatus,
    /// When it sat down.
    pub opened_at: DateTime<Utc>,
    /// A diner's phone or a waiter.
    pub opened_by: OpenedBy,
    /// The waiter who opened it.
    pub opened_by_waiter_id: Option<UserId>,
    /// The waiter who has it.
    pub assigned_waiter_id: Option<UserId>,
    /// Registered phones.
    pub diner_count: i64,
    /// Rounds sent, those canceled left out.
    pub rounds_count: i64,
    /// What was ordered and neither canceled nor voided, less discounts, in cents.
    pub total_cents: Cents,
    /// What was paid, in cents.
    pub paid_cents: Cents,
    /// The state of the check; null before it was asked for.
    pub check_status: Option<CheckStatus>,
    /// The check; null before it was asked for.
    pub check_id: Option<CheckId>,
    /// Whether both a waiter and the diners' phones took part.
    pub is_hybrid: bool,
}

/// Who went.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RemovedGuest {
    /// The session.
    pub session_id: SessionId,
    /// As whom the guest had registered.
    pub diner_ids: Vec<DinerId>,
    /// The guest's phones, whose tokens are good no more.
    pub phone_ids: Vec<PhoneId>,
}

/// Where the party sits now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MovedSession {
    /// The session.
    pub session_id: SessionId,
    /// The table it left.
    pub from_table_id: TableId,
    /// That table's code.
    pub from_table_code: String,
    /// That table's state now.
    pub from_table_status: TableStatus,
    /// The table it sits at.
    pub table_id: TableId,
    /// That table's code.
    pub table_code: String,
    /// That table's state now.
    pub table_status: TableStatus,
}

/// The session that was closed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClosedSession {
    /// The table.
    pub table_id: TableId,
    /// Its code.
    pub table_code: String,
    /// FREE, unless the office took the table out of use meanwhile.
    pub table_status: TableStatus,
    /// The session.
    pub session_id: SessionId,
    /// CLOSED.
    pub session_status: SessionStatus,
    /// What was ordered, in cents: served or not.
    pub total_cents: Cents,
    /// What was paid, in cents.
    pub paid_cents: Cents,
    /// What was served and is not paid, in cents: it stays owed on the party's check.
    pub owed_cents: Cents,
    /// Now.
    pub closed_at: DateTime<Utc>,
}

/// The session that was closed and is open again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReopenedSession {
    /// The session.
    pub session_id: SessionId,
    /// PAYING with a check, else OPEN.
    pub session_status: SessionStatus,
    /// Its table.
    pub table_id: TableId,
    /// That table's code.
    pub table_code: String,
    /// That table's state now.
    pub table_status: TableStatus,
    /// Its check; null where it has none.
    pub check_id: Option<CheckId>,
    /// What had been written off of it and is owed again, in cents.
    pub write_off_reversed_cents: Cents,
}

/// The session that a waiter opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Activated {
    /// The session.
    pub session_id: SessionId,
    /// Its table.
    pub table_id: TableId,
    /// That table's code.
    pub table_code: String,
    /// OPEN.
    pub status: SessionStatus,
    /// Now.
    pub opened_at: DateTime<Utc>,
    /// WAITER.
    pub opened_by: OpenedBy,
    /// The caller, who has the table from now on.
    pub opened_by_waiter_id: UserId,
    /// How many guests.
    pub diner_count: Covers,
}

/// The table after it was cleared.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClearedTable {
    /// The table.
    pub table_id: TableId,
    /// FREE, unless the office took the table out of use.
    pub status: TableStatus,
}

/// The table with its new waiter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TransferredTable {
    /// The table.
    pub table_id: TableId,
    /// Its code.
    pub table_code: String,
    /// The session.
    pub session_id: SessionId,
    /// Who had it.
    pub previous_waiter_id: Option<UserId>,
    /// Who has it now.
    pub assigned_waiter_id: UserId,
}
