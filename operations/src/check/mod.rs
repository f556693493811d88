//! What a party owes: the check is asked for, withdrawn, discounted, claimed item by item.
//!
//! Whatever may have changed what is owed or paid calls `Till::settle`, which makes the whole check equal to what
//! follows from its round items, discounts and payments (design.md §6): no operation moves a cent by itself.

use crate::command::Act;
use auth::Scope;
use store::{CheckRow, Locked, Seated};

impl<C: Scope> Act<'_, C> {
    /// The locked check, to be settled in the caller's name.
    pub(crate) fn till<'b>(&'b self, session: &'b Locked<Seated>, check: &'b Locked<CheckRow>) -> Till<'b> {
        Till { uow: &self.uow, session, check, actor: self.by.actor(check.branch_id) }
    }
}

mod claim;
mod discount;
mod remove_discount;
mod request;
mod till;
mod withdraw;

pub use claim::{claim, release};
pub use discount::discount;
pub use remove_discount::remove_discount;
pub use request::{request, request_by_staff};
pub(crate) use till::{Settled, Till, reprice};
pub use withdraw::withdraw;
