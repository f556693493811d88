//! Money comes in and goes back. Staff register what they took ([`register`]); what phones pay comes through a provider:
//! a checkout is opened ([`open_checkout`]), a notice arrives ([`receive`]) or the payer's browser returns ([`verify`]),
//! and whatever it was, [`sync`] fetches the truth and makes the ledger equal to it.

mod adopt;
mod apply;
mod checkout;
mod decide_refund;
mod give_back;
mod incidents;
mod providers;
mod receive;
mod refund;
mod refund_at_provider;
mod register;
mod resolve_incident;
mod sync;
mod verify;
mod work;

pub use adopt::adopt_account;
pub use apply::Applied;
pub use checkout::{Preference, Wish, open_checkout};
pub use decide_refund::{approve_refund, dismiss_refund};
pub use providers::Providers;
pub use receive::{Arrived, MAX_NOTICE, Received, receive};
pub use refund::{Refunded, Refunding, refund};
use refund_at_provider::refund_at_provider;
pub use register::{Registered, Registration, register};
pub use resolve_incident::resolve_incident;
pub use sync::sync;
pub use verify::{Returned, Verified, verify};
pub use work::work;
