//! Payments, and what surrounds those that come through a provider: accounts, checkouts, notices, what is to be
//! fetched, refunds, and what a person must look at.

mod account;
mod cancellation;
mod change;
mod checkout;
mod dead_letter;
mod incident;
mod notice;
mod office;
mod proposal;
mod provided;
mod reconciliation;
mod refund;
mod refund_work;
mod row;
mod sweep;
mod sync;

pub use account::{AccountRow, NewAccount, Sealed};
pub use cancellation::{CancellationEnd, CancellationRow};
pub use checkout::{CheckoutRow, NewCheckout};
pub use dead_letter::{DeadLetters, measure};
pub use incident::{Incident, IncidentRow};
pub use notice::{Keeping, NewNotice, NoticeTally};
pub use provided::{Facts, ReturnedPayment};
pub use reconciliation::{BranchDay, LedgerFault, Recorded, StoredReport};
pub use refund::{LockedRefund, RefundRow};
pub use refund_work::RefundStep;
pub use row::{Bill, NewPayment, PaymentRow, Target, Worth};
pub use sweep::Errand;
pub use sync::SyncRow;
