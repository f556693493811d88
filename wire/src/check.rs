//! What is asked of a check: the bill, a discount, a claim on an item.

use chrono::{DateTime, Utc};
use domain::{
    Amount, Cents, ChargeId, CheckId, DinerId, DiscountId, RoundId, RoundItemId, SessionId, WriteOffId,
    check::{CheckStatus, DiscountType},
    office::{few, few_or_none},
    session::SessionStatus,
    table::TableStatus,
    text::Name,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The check after it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RemovedDiscount {
    /// The discount that is gone.
    pub discount_id: DiscountId,
    /// The check.
    pub check_id: CheckId,
    /// Its session.
    pub session_id: SessionId,
    /// What the check comes to now, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// What is left to pay, in cents.
    pub remaining_cents: Cents,
    /// Where the check stands.
    pub status: CheckStatus,
}

/// What is taken off.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Discounting {
    /// PERCENT or AMOUNT.
    pub discount_type: DiscountType,
    /// 1 to 100, or cents.
    #[schema(minimum = 1)]
    pub value: i64,
    /// Why.
    pub reason: Name<200>,
    /// The charges that it is for, each once; the whole check when neither these nor items are named.
    #[serde(default, deserialize_with = "few_or_none::<_, _, 1000>")]
    #[schema(max_items = 1000)]
    pub charge_ids: Option<Vec<ChargeId>>,
    /// The same by the items of the rounds.
    #[serde(default, deserialize_with = "few_or_none::<_, _, 1000>")]
    #[schema(max_items = 1000)]
    pub item_ids: Option<Vec<RoundItemId>>,
}

/// The check after it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Discounted {
    /// The discount.
    pub discount_id: DiscountId,
    /// The check.
    pub check_id: CheckId,
    /// Its session.
    pub session_id: SessionId,
    /// What it took off, in cents.
    pub discount_cents: Cents,
    /// What the check comes to now, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// What is left to pay, in cents.
    pub remaining_cents: Cents,
    /// Where the check stands.
    pub status: CheckStatus,
}

/// What is given up of a party that left.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct WritingOff {
    /// In cents; all that is owed when absent.
    pub amount_cents: Option<Amount>,
    /// Why.
    pub reason: Name<200>,
}

/// The check after it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WrittenOff {
    /// What was noted.
    pub write_off_id: WriteOffId,
    /// The check.
    pub check_id: CheckId,
    /// What was given up just now, in cents.
    pub amount_cents: Cents,
    /// What the check comes to, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// What of it is given up by now, in cents.
    pub written_off_cents: Cents,
    /// What is left to pay, in cents.
    pub remaining_cents: Cents,
    /// Where the check stands.
    pub status: CheckStatus,
}

/// Why a write-off is taken back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ReversingWriteOff {
    /// Why.
    pub reason: Name<200>,
}

/// The check after it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReversedWriteOff {
    /// The check.
    pub check_id: CheckId,
    /// What had been written off and is owed again, in cents.
    pub reversed_cents: Cents,
    /// What the check comes to, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// What of it is given up by now, in cents.
    pub written_off_cents: Cents,
    /// What is left to pay, in cents.
    pub remaining_cents: Cents,
    /// Where the check stands.
    pub status: CheckStatus,
}

/// The session, open again.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WithdrawnCheck {
    /// The check.
    pub check_id: CheckId,
    /// Its session.
    pub session_id: SessionId,
    /// OPEN.
    pub status: CheckStatus,
    /// OPEN.
    pub session_status: SessionStatus,
    /// ACTIVE, unless the office took the table out of use.
    pub table_status: TableStatus,
    /// What it comes to so far, in cents.
    pub total_cents: Cents,
    /// What was paid already, in cents.
    pub paid_cents: Cents,
}

/// What a diner pays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Claiming {
    /// Whose claim it is.
    pub diner_id: DinerId,
    /// All that it pays from now on; what it claimed before and is not here is let go.
    #[serde(deserialize_with = "few::<_, _, 1000>")]
    #[schema(max_items = 1000)]
    pub items: Vec<ClaimItem>,
}

/// An item, or `num` out of `den` equal parts of it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
pub struct ClaimItem {
    /// The item.
    pub charge_id: ChargeId,
    /// How many parts; 1 when absent.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 40)]
    pub num: u32,
    /// How many parts make the item, 40 at most; 1 when absent.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 40)]
    pub den: u32,
}

const fn one() -> u32 {
    1
}

/// What a diner has claimed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Claimed {
    /// The check.
    pub check_id: CheckId,
    /// Whose claim it is.
    pub diner_id: DinerId,
    /// What it pays, and for how much.
    pub items: Vec<ClaimedItem>,
    /// The sum, in cents.
    pub amount_cents: Cents,
    /// Until when it holds; null when nothing is claimed.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A claimed item.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ClaimedItem {
    /// The item.
    pub charge_id: ChargeId,
    /// How many parts.
    pub num: u32,
    /// How many parts make the item.
    pub den: u32,
    /// For how much, in cents. Fixed: a later claim of somebody else does not change it.
    pub amount_cents: Cents,
}

/// The check, as a phone is told of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RequestedCheck {
    /// The check.
    pub check_id: CheckId,
    /// What it comes to, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// Where it stands.
    pub status: CheckStatus,
    /// The party's rounds that a waiter has yet to confirm: they are not on the check. Absent where none waits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting_round_ids: Vec<RoundId>,
}

/// The check, as a waiter is told of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WaiterCheck {
    /// The check.
    pub check_id: CheckId,
    /// Its session.
    pub session_id: SessionId,
    /// What it comes to, in cents.
    pub total_cents: Cents,
    /// What of it is paid, in cents.
    pub paid_cents: Cents,
    /// Where it stands.
    pub status: CheckStatus,
    /// How many dishes and drinks are on it.
    pub items_count: i64,
    /// The party's rounds that a waiter has yet to confirm: they are not on the check. Absent where none waits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting_round_ids: Vec<RoundId>,
}
