//! Payments: what was tendered towards a check, and how far it may be believed.

mod status;

pub use status::PaymentStatus;
