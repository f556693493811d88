//! Branches, for everybody and for the office.

use chrono::{DateTime, Utc};
use domain::{
    BranchId, Currency, Patch, TenantId,
    branch::{Slug, TimeOfDay, ZoneName},
    cash::CashWithoutSession,
    money::CashRounding,
    office::Blank,
    patch::present,
    round::RoundConfirmation,
    session::JoinRule,
    text::{Name, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A branch as anybody may know it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[cfg_attr(feature = "orm", derive(sea_orm::FromQueryResult))]
pub struct PublicBranch {
    /// The branch.
    pub id: BranchId,
    /// What the guests call it.
    pub name: String,
    /// What URLs call it.
    pub slug: String,
    /// Street and town.
    pub address: Option<String>,
}

/// A branch as the office knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Branch {
    /// The branch.
    pub id: BranchId,
    /// The business.
    pub tenant_id: TenantId,
    /// What the guests call it.
    pub name: String,
    /// What URLs call it.
    pub slug: String,
    /// Street and town.
    pub address: Option<String>,
    /// As dialled.
    pub phone: Option<String>,
    /// IANA name of its time zone.
    pub timezone: String,
    /// `HH:mm`
    pub opening_time: Option<String>,
    /// `HH:mm`; earlier than the opening when it closes after midnight.
    pub closing_time: Option<String>,
    /// Whether a diner's round waits for a waiter.
    pub round_confirmation: RoundConfirmation,
    /// How phones join its tables.
    pub join: JoinRule,
    /// What its prices are in (ISO 4217).
    pub currency: Currency,
    /// What the rest of a bill is rounded to when it is paid in cash, in the smallest payable units of the currency;
    /// null for nothing.
    pub cash_rounding: Option<CashRounding>,
    /// What becomes of cash while no drawer session is open. Absent for `warn`, as in a branch that was not told
    /// otherwise: it is taken, an incident says so, and the next session books it.
    #[serde(skip_serializing_if = "CashWithoutSession::is_usual")]
    pub cash_without_session: CashWithoutSession,
    /// False while closed, and once deleted.
    pub is_active: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// A branch to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewBranch {
    /// 1 to 100 characters.
    pub name: Name<100>,
    /// Lower-case words joined by hyphens; made from the name when not said.
    #[serde(default)]
    #[schema(value_type = Option<Slug>)]
    pub slug: Blank<Slug>,
    /// At most 200 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<200>>)]
    pub address: Blank<Text<200>>,
    /// At most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<50>>)]
    pub phone: Blank<Text<50>>,
    /// The IANA name of a zone; `America/Argentina/Mendoza` when not said.
    #[serde(default)]
    #[schema(value_type = Option<ZoneName>)]
    pub timezone: Blank<ZoneName>,
    /// `HH:mm`
    #[serde(default)]
    #[schema(value_type = Option<TimeOfDay>)]
    pub opening_time: Blank<TimeOfDay>,
    /// `HH:mm`, other than the opening time.
    #[serde(default)]
    #[schema(value_type = Option<TimeOfDay>)]
    pub closing_time: Blank<TimeOfDay>,
    /// Whether a diner's round waits for a waiter; it does not when not said.
    #[serde(default)]
    pub round_confirmation: Option<RoundConfirmation>,
    /// How phones join its tables; `open`, as the shipped clients do, when not said.
    #[serde(default)]
    pub join: Option<JoinRule>,
    /// What its prices are in; that of the business's first branch when not said.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// What the rest of a bill is rounded to when it is paid in cash: 1, 5, 10, 50 or 100 of the smallest payable units
    /// of the currency; nothing when not said.
    #[serde(default)]
    pub cash_rounding: Option<CashRounding>,
    /// What becomes of cash while no drawer session is open; `warn` when not said.
    #[serde(default)]
    pub cash_without_session: Option<CashWithoutSession>,
    /// False keeps it closed for now.
    #[serde(default)]
    pub is_active: Option<bool>,
}

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct BranchPatch {
    /// 1 to 100 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Name<100>)]
    pub name: Option<Name<100>>,
    /// Lower-case words joined by hyphens. QR codes and the diner app name the branch by it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Slug)]
    pub slug: Option<Slug>,
    /// At most 200 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<200>>)]
    pub address: Patch<Text<200>>,
    /// At most 50 characters.
    #[serde(default)]
    #[schema(value_type = Option<Text<50>>)]
    pub phone: Patch<Text<50>>,
    /// The IANA name of a zone.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = ZoneName)]
    pub timezone: Option<ZoneName>,
    /// `HH:mm`
    #[serde(default)]
    #[schema(value_type = Option<TimeOfDay>)]
    pub opening_time: Patch<TimeOfDay>,
    /// `HH:mm`, other than the opening time.
    #[serde(default)]
    #[schema(value_type = Option<TimeOfDay>)]
    pub closing_time: Patch<TimeOfDay>,
    /// Whether a diner's round waits for a waiter.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = RoundConfirmation)]
    pub round_confirmation: Option<RoundConfirmation>,
    /// How phones join its tables: `open`, by number and code; `qr_secret`, by the secret of the QR code only. Those
    /// who sit there stay.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = JoinRule)]
    pub join: Option<JoinRule>,
    /// What its prices are in. It can be changed until the branch's first check, to one in which its prices can be
    /// paid: no cents where there are none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Currency)]
    pub currency: Option<Currency>,
    /// What the rest of a bill is rounded to when it is paid in cash: 1, 5, 10, 50 or 100 of the smallest payable units
    /// of the currency; null for nothing.
    #[serde(default)]
    #[schema(value_type = Option<CashRounding>)]
    pub cash_rounding: Patch<CashRounding>,
    /// What becomes of cash while no drawer session is open: `warn`, it is taken, an incident says so, and the next
    /// session books it; `refuse`, it is not taken.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = CashWithoutSession)]
    pub cash_without_session: Option<CashWithoutSession>,
    /// False closes the branch, to guests and to its staff, and true opens it again; only an administrator does either.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub is_active: Option<bool>,
}
