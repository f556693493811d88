//! Payments, and what surrounds those that come through a provider: accounts, checkouts, notices, the queue of what is to
//! be fetched, refunds, and what a person must look at.

mod incident;
mod refund;
mod row;

pub use incident::{Incident, IncidentRow};
pub use refund::{LockedRefund, RefundRow};
pub use row::{NewPayment, PaymentRow, Target, Worth};
