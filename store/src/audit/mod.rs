//! The audit log: what staff changed, written by the transaction of the change (design.md §7).
//!
//! [`UnitOfWork::audit`] only notes a change; the rows are written and chained when the operation has returned
//! ([`chain`]).

pub(crate) mod chain;
mod change;
mod note;

pub use change::Change;
pub(crate) use note::Note;

use crate::{Attempt, unit_of_work::UnitOfWork};
use auth::{RoleSet, Staff};

impl UnitOfWork {
    /// Notes that `staff` made `change`. The row is written with the commit, in this transaction.
    pub fn audit<R: RoleSet>(&self, staff: &Staff<R>, attempt: &Attempt, change: Change) {
        self.note(Note {
            tenant_id: staff.tenant_id(),
            user_id: staff.user_id(),
            user_email: staff.email().to_owned(),
            ip_address: attempt.ip.map(|ip| ip.to_string()),
            user_agent: attempt.user_agent.clone(),
            change,
        });
    }
}
