//! Payments, and what surrounds those that come through a provider: accounts, checkouts, notices, the queue of what is to
//! be fetched, refunds, and what a person must look at.

mod account;
mod checkout;
mod incident;
mod notice;
mod provided;
mod queue;
mod refund;
mod row;

pub use account::{AccountRow, NewAccount, Sealed};
pub use checkout::{CheckoutRow, NewCheckout};
pub use incident::{Incident, IncidentRow};
pub use notice::NewNotice;
pub use provided::{Facts, ReturnedPayment};
pub use queue::SyncRow;
pub use refund::{LockedRefund, RefundRow};
pub use row::{NewPayment, PaymentRow, Target, Worth};
