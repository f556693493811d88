//! Stations of a branch's kitchen.

use domain::{BranchId, StationId, TenantId, kitchen::StationCode, office::Whole, patch::present, text::Name};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A station as the office knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Station {
    /// The station.
    pub id: StationId,
    /// The business.
    pub tenant_id: TenantId,
    /// Its branch.
    pub branch_id: BranchId,
    /// What tickets, categories and products call it; unique in the branch, and never another one.
    pub code: StationCode,
    /// Its name.
    pub name: String,
    /// Its place among the stations.
    pub order: i32,
}

/// A station to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewStation {
    /// Where.
    pub branch_id: BranchId,
    /// 1 to 60 characters.
    pub name: Name<60>,
    /// 1 to 30 of `A-Z`, digits and `_`, beginning with a letter; made of the name when not said.
    #[serde(default)]
    pub code: Option<StationCode>,
    /// Its place among the stations; the last when not said.
    #[serde(default)]
    pub order: Option<Whole<0, 9999>>,
}

/// What to change. An absent field stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct StationPatch {
    /// 1 to 60 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Name<60>)]
    pub name: Option<Name<60>>,
    /// Its place among the stations.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Whole<0, 9999>)]
    pub order: Option<Whole<0, 9999>>,
}
