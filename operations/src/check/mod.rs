//! What a party owes: the check is asked for, withdrawn, discounted, claimed item by item.
//!
//! Whatever may have changed what is owed or paid calls `Act::settle_check`, which makes the whole check equal to what
//! follows from its round items, discounts and payments (design.md §6): no operation moves a cent by itself.

mod claim;
mod discount;
mod remove_discount;
mod request;
mod reverse_write_off;
mod settle;
mod withdraw;
mod write_off;

pub use claim::{claim, release};
pub use discount::discount;
pub use remove_discount::remove_discount;
pub use request::{request, request_by_staff};
pub use reverse_write_off::reverse_write_off;
pub(crate) use settle::Settled;
pub use withdraw::withdraw;
pub use write_off::write_off;
