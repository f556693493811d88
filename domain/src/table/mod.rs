//! Tables: the physical places that QR codes name.

pub mod code;
mod join_code;
mod status;

pub use code::TableCode;
pub use join_code::JoinCode;
pub use status::TableStatus;
