//! Money comes in and goes back. Staff register what they took ([`register`]); what phones pay comes through a provider.

mod decide_refund;
mod give_back;
mod refund;
mod refund_at_provider;
mod register;
mod resolve_incident;

pub use decide_refund::{approve_refund, dismiss_refund};
pub use refund::{Refunded, Refunding, refund};
use refund_at_provider::refund_at_provider;
pub use register::{Registered, Registration, register};
pub use resolve_incident::resolve_incident;
