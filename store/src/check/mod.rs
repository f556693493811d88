//! Checks: third in the lock order, after table and session. Whatever changes a charge, a claim, a payment's worth or
//! an allocation holds the check's lock, so that the sums that [`ledger`] reads are those that are written back.

mod claim;
mod discount;
mod ledger;
mod lock;
mod write_off;

pub use claim::{ClaimRow, NewClaim};
pub use discount::{DiscountRow, NewDiscount};
pub use ledger::{ChargeNow, ChargePrice, Ledger, Struck};
pub use lock::{CheckRow, OfSession};
