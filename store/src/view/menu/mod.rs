//! The menu as guests and waiters read it: in a fixed number of statements, whether it holds forty products or five
//! thousand.
//!
//! What can be had at this moment and at what price, the clock decides; [`Menu::changes_at`] says how long that stays
//! so.

mod prices;
mod read;
