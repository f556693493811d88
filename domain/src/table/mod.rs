//! Tables: the physical places that QR codes name.

pub mod code;
mod status;

pub use code::TableCode;
pub use status::TableStatus;
