//! Payments and refunds. Staff register what they took ([`register`]). What phones pay comes through a provider: a
//! checkout is opened ([`open_checkout`]); a notice arrives ([`receive`]) or the payer's browser returns ([`verify`]).
//! In each case [`sync`] fetches the payment and makes the ledger equal to it.

mod account_state;
mod accounts;
mod adopt;
mod apply;
mod broken;
mod call_off;
mod cancel;
mod carry_out;
mod checkout;
mod dead_letters;
mod decide_refund;
mod drawer;
mod fetched;
mod give_back;
mod incidents;
mod intake;
mod lease;
mod measure;
mod providers;
mod receive;
mod reconcile;
mod refund;
mod refund_at_provider;
mod register;
mod renew;
mod resolve_incident;
mod sweep;
mod sync;
mod verify;
mod work;

pub use accounts::{AccountForm, accounts, add_account, change_account, remove_account};
pub use adopt::adopt_account;
pub use apply::Applied;
pub use call_off::Cancellations;
pub use cancel::cancel;
pub use carry_out::Refunds;
pub use checkout::{CheckoutRequest, open_checkout};
pub use dead_letters::{dead_letter, dead_letter_of_any, replay, replay_as_operator};
pub use decide_refund::{approve_refund, dismiss_refund};
pub use measure::{measure, queues, webhook_retry};
pub use providers::Providers;
pub use receive::{Arrived, MAX_NOTICE, Received, receive, write_down_notices};
pub use reconcile::{reconcile_all, reconcile_due, reconciliation};
pub use refund::refund;
pub use register::{Registration, register};
pub use resolve_incident::resolve_incident;
pub use sweep::{Sweeps, Swept, sweep, sweep_all};
pub use sync::sync;
pub use verify::{Returned, verify};
pub use work::Syncs;
