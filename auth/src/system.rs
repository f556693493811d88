//! The system principal: Comanda acts for a business by itself, for a provider's notice, by the clock, or where an
//! operator has it look for payments.

use crate::scope::{Caller, Scope};
use domain::{BranchId, SessionId, TenantId, event::Actor};

/// Comanda itself, within one business. No request makes one: it is for work that follows from a row of that business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct System(TenantId);

impl System {
    /// Comanda acting for `tenant`.
    #[must_use]
    pub const fn of(tenant: TenantId) -> Self {
        Self(tenant)
    }
}

impl Scope for System {
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
