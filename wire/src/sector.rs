//! Sectors of the floor.

use domain::{BranchId, SectorId, TenantId, sector::Prefix, text::Name};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A sector as the office knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sector {
    /// The sector.
    pub id: SectorId,
    /// The business.
    pub tenant_id: TenantId,
    /// Its branch; null for one of every branch.
    #[schema(required)]
    pub branch_id: Option<BranchId>,
    /// Its name.
    pub name: String,
    /// What the codes of its tables begin with, unique in the branch.
    pub prefix: String,
    /// Its place among the sectors.
    pub display_order: i32,
    /// False once deleted.
    pub is_active: bool,
    /// Whether every branch has it.
    pub is_global: bool,
}

/// A sector to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewSector {
    /// Where; without one it is a sector of every branch.
    #[serde(default)]
    pub branch_id: Option<BranchId>,
    /// 1 to 100 characters.
    pub name: Name<100>,
    /// Two to four letters, unique in the branch.
    pub prefix: Prefix,
}
