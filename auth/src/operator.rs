//! The operator as a principal: whoever has the machine, at its command line or with the one-time code that it printed.
//!
//! No request's token makes one. It reaches one business at a time, like everybody, and the audit log names it.

use crate::scope::{Author, Caller, Scope};
use domain::{BranchId, SessionId, TenantId, UserId, event::Actor};

/// The operator, acting on one business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator(TenantId);

impl Operator {
    /// The operator acting on `tenant`.
    #[must_use]
    pub const fn on(tenant: TenantId) -> Self {
        Self(tenant)
    }
}

impl Scope for Operator {
    fn tenant_id(&self) -> TenantId {
        self.0
    }

    fn admits(&self, _branch: BranchId) -> bool {
        true
    }

    fn admits_session(&self, _session: SessionId) -> bool {
        true
    }

    fn actor(&self, _branch: BranchId) -> Actor {
        Actor::SYSTEM
    }

    fn caller(&self) -> Caller {
        Caller::System(self.0)
    }
}

impl Author for Operator {
    fn user(&self) -> Option<UserId> {
        None
    }

    fn known_as(&self) -> &str {
        "operator"
    }
}
