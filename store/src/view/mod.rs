//! What GET requests read: each in a fixed number of statements, whatever the number of rows.

mod allergens;
mod assignments;
mod audit_log;
mod branches;
mod calls;
mod cart;
mod check_detail;
mod device;
mod duty_roster;
mod floor;
mod kitchen_pace;
mod kitchen_place;
mod kitchen_round;
mod kitchen_ticket;
mod line;
mod menu;
mod money_tasks;
mod orders;
mod owed;
mod phones;
mod products;
mod report;
mod roster;
mod session_detail;
mod session_summary;
mod shares;
mod visit;
mod visit_check;

pub use crate::{
    category::category_of,
    recipe::RecipeFilter,
    sector::sector_of,
    staff_member::{member_of, seen_from},
    station::station_of,
    subcategory::subcategory_of,
    tenant::tenant_of,
};
pub use audit_log::AuditFilter;
pub use branches::branch_of;
pub use device::DeviceTaste;
pub use floor::{Floor, TableNow};
pub use kitchen_pace::KitchenPace;
pub use kitchen_place::At;
pub use kitchen_round::PrintedRound;
pub use products::ProductFilter;
pub(crate) use products::with_details;
pub use report::{Place, Window};
pub use roster::Roster;
