//! A stand-in for Mercado Pago Checkout Pro: sellers, preferences, payments, refunds, orders, notifications and the
//! page a guest pays on. It misbehaves in every way the real one was seen to, on demand and by a seed, and always knows
//! the true worth of every payment.
//!
//! It depends on nothing of the restaurant's and shares no code with its client: what both get wrong alike would never
//! show. Amounts are whole hundredths of the seller's currency throughout, on the wire decimals.

mod amount;
mod call;
mod chargeback;
mod clock;
mod control;
mod delivery;
mod dispatch;
mod distort;
mod error;
mod fake;
mod fault_book;
mod faults;
mod hand;
mod journal;
mod json;
mod message;
mod notice;
mod oauth;
mod options;
mod oracle;
mod order;
mod page;
mod payment;
mod payment_api;
mod payment_view;
mod preference;
mod preference_api;
mod provider;
mod queue;
mod refund;
mod route;
mod rules;
mod search;
mod seller;
mod server;
pub mod signature;
mod state;
mod status;

pub use amount::AmountFormat;
pub use clock::{Clock, Pace};
pub use delivery::{DeliveryFault, DeliverySpec, Flaw, Format, Topic};
pub use error::FakeError;
pub use fake::FakeMercadoPago;
pub use fault_book::Faults;
pub use faults::{DeliveryRule, Fault, Rule, When};
pub use journal::{DeliveryEntry, Journal, RequestEntry};
pub use message::{Answer, Message};
pub use options::{Coupon, Foreign, Options, Quirks, Retries};
pub use oracle::{Oracle, TruePayment};
pub use route::Route;
pub use seller::Seller;
pub use status::{CancelReason, Move, Outcome, Status, Winner};
