//! Tips: entered, pooled and shared out.

use chrono::{DateTime, Utc};
use domain::{
    Amount, BranchId, Cents, CheckId, PaymentId, Role, SessionId, TenantId, TipId, TipPoolId, TipShareId, UserId,
    patch::present, text::Name, tips::MoneyMethod,
};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A tip. Session and waiter are there in both spellings that the dashboard reads.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct Tip {
    /// The tip.
    pub id: TipId,
    /// Where it was left.
    pub branch_id: BranchId,
    /// How much, in cents.
    pub amount_cents: Cents,
    /// How it was left.
    pub payment_method: MoneyMethod,
    /// Who served.
    #[schema(required)]
    pub waiter_id: Option<UserId>,
    /// That waiter's name.
    #[schema(required)]
    pub waiter_name: Option<String>,
    /// At whose visit.
    #[schema(required)]
    pub table_session_id: Option<SessionId>,
    /// The same again.
    #[schema(required)]
    pub session_id: Option<SessionId>,
    /// At which table.
    #[schema(required)]
    pub table_code: Option<String>,
    /// With which check.
    #[schema(required)]
    pub check_id: Option<CheckId>,
    /// With which payment; null for one entered by hand.
    #[schema(required)]
    pub payment_id: Option<PaymentId>,
    /// Whether it was shared out.
    pub distributed: bool,
    /// When it was left.
    pub created_at: DateTime<Utc>,
}

/// What was left in some days.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct TipReport {
    /// Where.
    pub branch_id: Option<BranchId>,
    /// All of it, in cents.
    pub total_cents: Cents,
    /// How many tips.
    pub tip_count: usize,
    /// Cents by method.
    pub by_method: BTreeMap<String, Cents>,
    /// Cents by the waiter's id; `0` where nobody is known to have served.
    pub by_waiter: BTreeMap<String, Cents>,
}

/// How tips are shared out, in whole percent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TipPool {
    /// The pool.
    pub id: TipPoolId,
    /// The business.
    pub tenant_id: TenantId,
    /// Where it is used.
    pub branch_id: BranchId,
    /// Its name, unique in the branch.
    pub name: String,
    /// The waiter's part.
    pub waiter_percent: i32,
    /// The kitchen's part.
    pub kitchen_percent: i32,
    /// Everybody else's.
    pub other_percent: i32,
    /// False once switched off or deleted.
    pub is_active: bool,
}

/// Somebody's part of a tip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct TipShare {
    /// The part.
    pub id: TipShareId,
    /// Whose kind of work it is for.
    pub role: Role,
    /// How much, in cents.
    pub amount_cents: Cents,
    /// Whose it is; null where it is for all of that role.
    #[schema(required)]
    pub user_id: Option<UserId>,
}

/// A pool to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewTipPool {
    /// Where.
    pub branch_id: BranchId,
    /// 1 to 100 characters, unique in the branch.
    pub name: Name<100>,
    /// The waiter's part, in whole percent. The three add up to 100.
    #[serde(alias = "waiter_pct")]
    #[schema(minimum = 0, maximum = 100)]
    pub waiter_percent: u8,
    /// The kitchen's part.
    #[serde(alias = "kitchen_pct")]
    #[schema(minimum = 0, maximum = 100)]
    pub kitchen_percent: u8,
    /// Everybody else's.
    #[serde(alias = "other_pct")]
    #[schema(minimum = 0, maximum = 100)]
    pub other_percent: u8,
    /// False keeps it out of use for now.
    #[serde(default)]
    pub is_active: Option<bool>,
}

/// What to change of a pool. An absent field stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct TipPoolPatch {
    /// 1 to 100 characters, unique in the branch.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Name<100>)]
    pub name: Option<Name<100>>,
    /// The waiter's part, in whole percent. The three add up to 100.
    #[serde(default, alias = "waiter_pct", deserialize_with = "present")]
    #[schema(minimum = 0, maximum = 100)]
    #[schema(value_type = u8)]
    pub waiter_percent: Option<u8>,
    /// The kitchen's part.
    #[serde(default, alias = "kitchen_pct", deserialize_with = "present")]
    #[schema(minimum = 0, maximum = 100)]
    #[schema(value_type = u8)]
    pub kitchen_percent: Option<u8>,
    /// Everybody else's.
    #[serde(default, alias = "other_pct", deserialize_with = "present")]
    #[schema(minimum = 0, maximum = 100)]
    #[schema(value_type = u8)]
    pub other_percent: Option<u8>,
    /// Whether it is in use.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub is_active: Option<bool>,
}

/// Which tip, by which pool.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
pub struct Distribution {
    /// The tip.
    #[serde(deserialize_with = "number_or_text")]
    #[schema(value_type = i64)]
    pub tip_id: i64,
    /// The pool.
    #[serde(deserialize_with = "number_or_text")]
    #[schema(value_type = i64)]
    pub pool_id: i64,
}

/// The dashboard sends ids as text.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Number(i64),
        Text(String),
    }
    match Id::deserialize(deserializer).map_err(|_| serde::de::Error::custom("must be an id"))? {
        Id::Number(id) => Ok(id),
        Id::Text(text) => text.parse().map_err(|_| serde::de::Error::custom("must be an id")),
    }
}

/// A tip that was left.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct EnteredTip {
    /// Where; may be left out when a session or a check says it.
    #[serde(default)]
    pub branch_id: Option<BranchId>,
    /// More than nothing, in cents.
    pub amount_cents: Amount,
    /// How it was left.
    pub payment_method: MoneyMethod,
    /// Who served; the session's waiter when not said.
    #[serde(default)]
    pub waiter_id: Option<UserId>,
    /// At whose visit.
    #[serde(default, alias = "session_id")]
    pub table_session_id: Option<SessionId>,
    /// With which check.
    #[serde(default)]
    pub check_id: Option<CheckId>,
}

/// A tip as it was entered.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the fields are those of `EnteredTip`")]
pub struct Entered {
    pub id: TipId,
    pub branch_id: BranchId,
    pub amount_cents: Cents,
    pub payment_method: MoneyMethod,
    pub waiter_id: Option<UserId>,
    pub table_session_id: Option<SessionId>,
    pub check_id: Option<CheckId>,
}
