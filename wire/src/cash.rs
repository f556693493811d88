//! The cash register: its sessions, what is booked in them, opening and counting.

use chrono::{DateTime, Utc};
use domain::{
    BranchId, CashMovementId, CashRegisterId, CashSessionId, Cents, UserId,
    cash::{CashSessionStatus, MovementType},
    text::{Name, Text},
    tips::MoneyMethod,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A session of a register, from opening to counting.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct CashSession {
    /// The session.
    pub id: CashSessionId,
    /// Where.
    pub branch_id: BranchId,
    /// At which register.
    pub cash_register_id: CashRegisterId,
    /// That register's name.
    pub register_name: String,
    /// Whether it still runs.
    pub status: CashSessionStatus,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// By whom.
    pub opened_by_id: UserId,
    /// What was in the drawer, in cents.
    pub opening_amount_cents: Cents,
    /// When it was counted.
    #[schema(required)]
    pub closed_at: Option<DateTime<Utc>>,
    /// By whom.
    #[schema(required)]
    pub closed_by_id: Option<UserId>,
    /// What had to be in it then, in signed cents.
    #[schema(required)]
    pub expected_amount_cents: Option<i64>,
    /// What was in it, in cents.
    #[schema(required)]
    pub actual_amount_cents: Option<Cents>,
    /// What was too much in it, negative for too little, in signed cents.
    #[schema(required)]
    pub difference_cents: Option<i64>,
    /// A remark.
    #[schema(required)]
    pub notes: Option<String>,
}

/// Money that went in or out.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct CashMovement {
    /// The movement.
    pub id: CashMovementId,
    /// Why.
    pub movement_type: MovementType,
    /// Signed cents; negative is out.
    pub amount_cents: i64,
    /// How.
    pub payment_method: MoneyMethod,
    /// In words.
    #[schema(required)]
    pub description: Option<String>,
    /// What it refers to; `payment` where a payment was booked by itself.
    #[schema(required)]
    pub reference_type: Option<String>,
    /// Which.
    #[schema(required)]
    pub reference_id: Option<i64>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A session with all that moved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CashSummary {
    /// The session.
    pub session_id: CashSessionId,
    /// The session, all of it.
    #[serde(flatten)]
    pub session: CashSession,
    /// Signed cents by method.
    pub totals_by_method: BTreeMap<String, i64>,
    /// Signed cents by kind of movement.
    pub totals_by_type: BTreeMap<String, i64>,
    /// Oldest first.
    pub movements: Vec<CashMovement>,
    /// How many.
    pub movement_count: usize,
}

/// A drawer to be opened.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Opening {
    /// Where.
    pub branch_id: BranchId,
    /// What is in it, in cents.
    #[schema(value_type = i64, minimum = 0, maximum = 10_000_000_000_000_i64)]
    pub opening_amount_cents: Cents,
    /// Which register; `Caja Principal` when not said. A new name is a new register.
    #[serde(default)]
    pub register_name: Option<Name<100>>,
}

/// An open drawer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Opened {
    /// The session.
    pub id: CashSessionId,
    /// The register.
    pub cash_register_id: CashRegisterId,
    /// OPEN.
    pub status: CashSessionStatus,
    /// Now.
    pub opened_at: DateTime<Utc>,
    /// What is in it, in cents.
    pub opening_amount_cents: Cents,
}

/// A movement to be booked.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Movement {
    /// In which session.
    pub session_id: CashSessionId,
    /// Why.
    pub movement_type: MovementType,
    /// Cents. What goes out may be written with or without its sign.
    #[schema(minimum = -10_000_000_000_000_i64, maximum = 10_000_000_000_000_i64)]
    pub amount_cents: i64,
    /// How.
    pub payment_method: MoneyMethod,
    /// At most 500 characters.
    #[serde(default)]
    pub description: Option<Text<500>>,
    /// What it refers to, at most 50 characters.
    #[serde(default)]
    pub reference_type: Option<Text<50>>,
    /// Which.
    #[serde(default)]
    pub reference_id: Option<i64>,
}

/// A movement that was booked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Recorded {
    /// The movement.
    pub id: CashMovementId,
    /// Why.
    pub movement_type: MovementType,
    /// Signed cents; negative is out.
    pub amount_cents: i64,
    /// How.
    pub payment_method: MoneyMethod,
    /// In words.
    pub description: Option<String>,
    /// Now.
    pub created_at: DateTime<Utc>,
}

/// A drawer that was counted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Counted {
    /// The session.
    pub session_id: CashSessionId,
    /// What is in the drawer, in cents.
    #[schema(value_type = i64, minimum = 0, maximum = 10_000_000_000_000_i64)]
    pub actual_amount_cents: Cents,
    /// At most 500 characters.
    #[serde(default)]
    pub notes: Option<Text<500>>,
}

/// A closed session.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Closed {
    /// The session.
    pub id: CashSessionId,
    /// The register.
    pub cash_register_id: CashRegisterId,
    /// CLOSED.
    pub status: CashSessionStatus,
    /// Now.
    pub closed_at: DateTime<Utc>,
    /// What was in it at first, in cents.
    pub opening_amount_cents: Cents,
    /// What had to be in it, in signed cents.
    pub expected_amount_cents: i64,
    /// What was in it, in cents.
    pub actual_amount_cents: Cents,
    /// What was too much, negative for too little, in signed cents.
    pub difference_cents: i64,
}
