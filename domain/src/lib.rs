//! The rules of a table-service restaurant: no IO, no async, no SQL.
//!
//! Glossary, in the order of an evening:
//!
//! * **tenant**: the business; **branch**: one of its restaurants, with its own day (time zone), menu prices and staff
//!   roles.
//! * **sector**: a part of the floor (INT, TER, BAR); waiters are assigned to sectors, by date or standing.
//! * **table**: what the QR code names. **session**: one party's stay at a table; at most one is live per table.
//! * **join code**: the secret in a table's QR code, for branches where a table's number or code lets nobody sit down.
//! * **phone**: what joined a session and holds a table token of its own. **diner**: who a phone registered as.
//!   **cart**: what the table is about to order, shared by its diners.
//! * **round**: one order sent from the table; **round item**: a line of it, price and name frozen when sent.
//! * **ticket**: what one kitchen station must make of a round. A round is in the kitchen if and only if its tickets
//!   exist.
//! * **fire / bump / recall**: start a round, mark it ready, undo the last of these. **void**: strike an item. **86**:
//!   mark a product as unavailable.
//! * **service call**: a diner asks for a waiter; exactly one waiter acknowledges it.
//! * **check**: what a session owes, one per session; asked for, paid in parts, withdrawn by staff, owed again after a
//!   refund.
//! * **charge**: one line of a check: what one round item costs after its share of the discounts.
//! * **payment**: what was tendered towards a check; its **net** is what of it still counts as money.
//!   **tender**: how it was tendered: cash, the card terminal, the provider. **tip**: the part of it that is not for
//!   the bill.
//! * **allocation**: which part of a payment covers which part of a charge. Append-only: taking back is a negative row.
//! * **tip pool**: how a tip is shared out among waiter, kitchen and the others.
//! * **cash session**: the time between opening the cash register and counting it; what staff take and give back is
//!   booked in it.
//! * **claim**: a diner's word that it pays an item, or a fraction of it, so that two phones do not pay the same one.
//! * **event**: what happened, numbered without gaps per branch ([`event`]).
//!
//! Money is [`Cents`], ids are newtypes ([`id`]), and every status is an enum whose transitions are methods that
//! match each state by name, so a new state does not compile until every rule has an answer for it.

pub mod branch;
pub mod call;
pub mod cart;
pub mod cash;
pub mod check;
pub mod clock;
pub mod event;
pub mod id;
pub mod kitchen;
pub mod language;
pub mod menu;
pub mod money;
pub mod name;
pub mod office;
pub mod patch;
pub mod payment;
pub mod period;
pub mod problem;
pub mod recipe;
pub mod role;
pub mod roster;
pub mod round;
pub mod sector;
pub mod session;
pub mod shift;
pub mod staff;
mod status;
pub mod table;
pub mod text;
pub mod timezone;
pub mod tips;
pub mod work;

pub use clock::{Clock, SystemClock};
pub use id::*;
pub use money::{Amount, Cents, Currency};
pub use patch::Patch;
pub use problem::ProblemCode;
pub use role::{Role, Roles};
pub use shift::Shift;
pub use status::IllegalTransition;
