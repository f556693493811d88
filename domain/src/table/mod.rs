//! Tables: the physical places that QR codes name.

pub mod code;
mod floor_plan;
mod join_code;
mod status;

pub use code::TableCode;
pub use floor_plan::{FloorPlan, Part};
pub use join_code::JoinCode;
pub use status::TableStatus;
