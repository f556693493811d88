//! Money comes in and goes back. Staff register what they took ([`register`]); what phones pay comes through a provider:
//! a checkout is opened ([`open_checkout`]), a notice arrives ([`receive`]) or the payer's browser returns ([`verify`]),
//! and whatever it was, [`sync`] fetches the truth and makes the ledger equal to it.

mod adopt;
mod apply;
mod checkout;
mod incidents;
mod providers;
mod receive;
mod register;
mod sync;
mod verify;
mod work;

pub use adopt::adopt_account;
pub use apply::Applied;
pub use checkout::{Preference, Wish, open_checkout};
pub use providers::Providers;
pub use receive::{Arrived, MAX_NOTICE, Received, receive};
pub use register::{Registered, Registration, register};
pub use sync::sync;
pub use verify::{Returned, Verified, verify};
pub use work::work;
