//! Tenant and branch limits of a caller.

use domain::{BranchId, PhoneId, SessionId, TenantId, UserId, event::Actor};
use std::fmt;

/// What a caller may reach; every query of `store` starts from one.
pub trait Scope: Send + Sync {
    /// The tenant all of the caller's rows belong to. Another tenant's id is as good as one that does not exist.
    fn tenant_id(&self) -> TenantId;

    /// Whether the caller may act in `branch`. A branch of another tenant is not told apart here: the query's tenant
    /// filter leaves it out.
    fn admits(&self, branch: BranchId) -> bool;

    /// Whether the caller may act in a session of its branches: staff in any, diners in their own only.
    fn admits_session(&self, session: SessionId) -> bool;

    /// The author that an event of `branch` names.
    fn actor(&self, branch: BranchId) -> Actor;

    /// The owner of the caller's idempotency keys.
    fn caller(&self) -> Caller;

    /// The caller's phone, if it can be removed from its table. The query that locks its session checks that it was
    /// not.
    fn phone(&self) -> Option<PhoneId> {
        None
    }
}

/// Who a row of the audit log names.
pub trait Author: Scope {
    /// The member of staff; nobody where an operator did it, who has no account here.
    fn user(&self) -> Option<UserId>;

    /// How people know them: a login, or `operator`.
    fn known_as(&self) -> &str;
}

/// Who an idempotency key belongs to: `session:7` or `user:3`.
///
/// The phones of a table share one space of keys; a key is random, so they do not collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// The diners of a session.
    Session(SessionId),
    /// A member of staff.
    User(UserId),
    /// Comanda itself; it repeats nothing, so it needs no keys.
    System(TenantId),
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(id) => write!(f, "session:{id}"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::System(tenant) => write!(f, "system:{tenant}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_and_a_session_of_one_number_are_two_callers() {
        assert_eq!(Caller::Session(SessionId(7)).to_string(), "session:7");
        assert_eq!(Caller::User(UserId(7)).to_string(), "user:7");
    }
}
