//! Money that comes by phone: every row of the failure table (payments.md §5) has a test of that number.

mod bad_input;
mod crashes;
mod credentials;
mod flood;
mod given_back;
pub(crate) mod house;
mod hung_up;
mod neighbours;
mod notices;
mod one_payment;
mod outages;
mod payments;
mod races;
mod removed_guests;
mod reversals;
mod schedules;
mod slow_account;
mod storm;
mod storyline;
mod twice;
