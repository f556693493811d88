//! Tables: the physical places that QR codes name.

mod status;

pub use status::TableStatus;
