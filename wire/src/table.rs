//! Tables as the office sees, lays, changes and labels them.

use domain::{
    BranchId, Patch, RoundId, SectorId, SessionId, TableId, TenantId,
    office::{Blank, Whole},
    patch::present,
    round::RoundStatus,
    table::{JoinCode, TableCode, TableStatus},
    text::Name,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A table on the dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OfficeTable {
    /// The table.
    pub id: TableId,
    /// The business.
    pub tenant_id: TenantId,
    /// The branch.
    pub branch_id: BranchId,
    /// As on the QR sticker.
    pub code: String,
    /// Seats.
    pub capacity: i32,
    /// The sector's name.
    pub sector: Option<String>,
    /// Its part of the floor.
    pub sector_id: Option<SectorId>,
    /// What it is doing.
    pub status: TableStatus,
    /// False once switched off or deleted.
    pub is_active: bool,
    /// The live session.
    pub session_id: Option<SessionId>,
    /// Status by round id, of the rounds that are neither served nor canceled.
    pub active_round_statuses: BTreeMap<RoundId, RoundStatus>,
    /// Who confirmed the latest confirmed round.
    pub confirmed_by_name: Option<String>,
}

/// Tables to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Batch {
    /// Where.
    pub branch_id: BranchId,
    /// Which; 200 tables in all at most.
    #[schema(min_items = 1, max_items = 200)]
    pub tables: Vec<BatchRow>,
}

/// Some tables of one sector and size.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct BatchRow {
    /// A sector of the branch or of every branch.
    pub sector_id: SectorId,
    /// Seats.
    pub capacity: Whole<1, 50>,
    /// How many.
    pub count: Whole<1, 200>,
}

/// The tables that are there now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Laid {
    /// How many.
    pub created_count: usize,
    /// In the order of the request.
    pub tables: Vec<OfficeTable>,
}

/// A table to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewTable {
    /// Where.
    pub branch_id: BranchId,
    /// As on the QR sticker: 1 to 30 characters, unique in the branch.
    pub code: TableCode,
    /// Seats; 4 when not said.
    #[serde(default)]
    pub capacity: Option<Whole<1, 50>>,
    /// The name of a sector of the branch or of every branch.
    #[serde(default)]
    #[schema(value_type = Option<domain::text::Text<100>>)]
    pub sector: Blank<Name<100>>,
    /// The same by its id, which counts before the name.
    #[serde(default)]
    pub sector_id: Option<SectorId>,
    /// False keeps it out of use for now.
    #[serde(default)]
    pub is_active: Option<bool>,
}

/// What is printed on a table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QrCode {
    /// The table.
    pub table_id: TableId,
    /// Its own code.
    pub table_code: String,
    /// Its branch.
    pub branch_slug: String,
    /// The secret that lets who scans it sit down.
    #[schema(value_type = String)]
    pub join_code: JoinCode,
    /// What the QR code says.
    pub url: String,
}

/// The new codes of many tables.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RotatedCodes {
    /// How many.
    pub rotated_count: usize,
    /// In the order in which the tables were laid.
    pub tables: Vec<QrCode>,
}

/// What to change. An absent field stays as it is; null clears it where that is possible.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct TablePatch {
    /// As on the QR sticker: 1 to 30 characters, unique in the branch.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = TableCode)]
    pub code: Option<TableCode>,
    /// Seats.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Whole<1, 50>)]
    pub capacity: Option<Whole<1, 50>>,
    /// The name of a sector of the branch or of every branch.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<domain::text::Text<100>>)]
    pub sector: Option<Blank<Name<100>>>,
    /// The same by its id, which counts before the name.
    #[serde(default)]
    #[schema(value_type = Option<SectorId>)]
    pub sector_id: Patch<SectorId>,
    /// FREE or OUT_OF_SERVICE, while nobody sits there.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = TableStatus)]
    pub status: Option<TableStatus>,
    /// False takes it away from guests and waiters, while nobody sits there.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = bool)]
    pub is_active: Option<bool>,
}
