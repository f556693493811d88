//! Payments: what was tendered towards a check, and how far it may be believed.

pub mod backoff;
mod status;
pub mod tender;
pub mod tip;
pub mod truth;

pub use status::PaymentStatus;
pub use tender::Tender;
