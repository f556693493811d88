//! Principals: the two kinds of caller.
//!
//! A [`Diner`] is a phone in a session; it names no person, since the phone's owner is not known. A [`Staff`] is a
//! person as the database knew them when the request came in: nothing it answers comes from the token's own claims.

use crate::{
    record::StaffRecord,
    roles::{AnyRole, RoleSet},
    scope::{Author, Caller, Scope},
};
use domain::{BranchId, PhoneId, Role, Roles, SessionId, TableId, TenantId, UserId, event::Actor};
use std::{fmt, marker::PhantomData, sync::Arc};

/// A phone of one session.
///
/// The token stays good after the session is closed: each operation asks for the session's state, and answers 400, not
/// 401, when it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diner {
    tenant_id: TenantId,
    branch_id: BranchId,
    table_id: TableId,
    session_id: SessionId,
    phone_id: Option<PhoneId>,
}

impl Diner {
    /// Builds a diner of a session that is being opened or joined, so that a token can be made. Any other diner comes
    /// from a verified token.
    #[must_use]
    pub const fn for_session(tenant: TenantId, branch: BranchId, table: TableId, session: SessionId) -> Self {
        Self { tenant_id: tenant, branch_id: branch, table_id: table, session_id: session, phone_id: None }
    }

    /// The same diner, on this phone.
    #[must_use]
    pub const fn on_phone(self, phone: PhoneId) -> Self {
        Self { phone_id: Some(phone), ..self }
    }

    /// The tenant.
    #[must_use]
    pub const fn tenant_id(&self) -> TenantId {
        self.tenant_id
    }

    /// The branch the session is in.
    #[must_use]
    pub const fn branch_id(&self) -> BranchId {
        self.branch_id
    }

    /// The table whose code was scanned. After a move it is not the session's table any more; the session knows its
    /// own.
    #[must_use]
    pub const fn table_id(&self) -> TableId {
        self.table_id
    }

    /// The session.
    #[must_use]
    pub const fn session_id(&self) -> SessionId {
        self.session_id
    }

    /// The phone; `None` in a token made before phones were told apart. Such tokens were good for three hours.
    #[must_use]
    pub const fn phone_id(&self) -> Option<PhoneId> {
        self.phone_id
    }
}

impl Scope for Diner {
    fn tenant_id(&self) -> TenantId {
        self.tenant_id
    }

    fn admits(&self, branch: BranchId) -> bool {
        branch == self.branch_id
    }

    fn admits_session(&self, session: SessionId) -> bool {
        session == self.session_id
    }

    fn actor(&self, _branch: BranchId) -> Actor {
        Actor::DINER
    }

    fn caller(&self) -> Caller {
        Caller::Session(self.session_id)
    }

    fn phone(&self) -> Option<PhoneId> {
        self.phone_id
    }
}

/// The branches a member of staff may act in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every branch of the tenant, those opened later included.
    All,
    /// These, distinct and ascending.
    Some(Vec<BranchId>),
}

impl Reach {
    /// Whether `branch` is within it.
    #[must_use]
    pub fn covers(&self, branch: BranchId) -> bool {
        match self {
            Self::All => true,
            Self::Some(branches) => branches.contains(&branch),
        }
    }
}

/// A member of staff who holds a role of `R` in some branch; [`admits`](Scope::admits) says in which.
///
/// Cheap to clone. Only [`Authenticator::staff`](crate::Authenticator::staff) makes one.
pub struct Staff<R: RoleSet = AnyRole> {
    record: Arc<StaffRecord>,
    foremost: Role,
    roles: PhantomData<fn() -> R>,
}

impl<R: RoleSet> Staff<R> {
    /// Builds the principal; `None` if they hold no role of `R` in any branch of the tenant.
    pub(crate) fn of(record: Arc<StaffRecord>) -> Option<Self> {
        let held = record.grants.iter().map(|(_, role)| *role).filter(|role| R::ROLES.contains(role));
        let foremost = Roles::new(held).foremost()?;
        Some(Self { record, foremost, roles: PhantomData })
    }

    /// The user.
    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.record.user_id
    }

    /// The tenant.
    #[must_use]
    pub fn tenant_id(&self) -> TenantId {
        self.record.tenant_id
    }

    /// The login.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.record.email
    }

    /// The version that the user's tokens must name to be good.
    #[must_use]
    pub fn token_version(&self) -> i64 {
        self.record.token_version
    }

    /// Every role held, with its branch.
    #[must_use]
    pub fn grants(&self) -> &[(BranchId, Role)] {
        &self.record.grants
    }

    /// The user's roles in `branch`: those granted there, and ADMIN if it is held in any branch, so that an
    /// administrator needs no grant for a new branch. `R` does not narrow them.
    #[must_use]
    pub fn roles_in(&self, branch: BranchId) -> Roles {
        let granted = self.grants().iter().filter(|(at, role)| *at == branch || *role == Role::Admin);
        Roles::new(granted.map(|(_, role)| *role))
    }

    /// Whether the user runs the business.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.grants().iter().any(|(_, role)| *role == Role::Admin)
    }

    /// The branches with an explicit grant of any role, distinct and ascending: what clients read as `branch_ids`.
    #[must_use]
    pub fn branch_ids(&self) -> Vec<BranchId> {
        self.record.branch_ids()
    }

    /// The roles held anywhere, distinct and sorted: what clients read as `roles`. No decision depends on it.
    #[must_use]
    pub fn role_names(&self) -> Vec<&'static str> {
        self.record.roles().into_iter().map(Role::as_str).collect()
    }

    /// The branches where a role of `R` is held, for queries that span branches; agrees with [`admits`](Scope::admits).
    #[must_use]
    pub fn branches(&self) -> Reach {
        if self.is_admin() && R::ROLES.contains(&Role::Admin) {
            return Reach::All;
        }
        let mut branches: Vec<_> =
            self.grants().iter().filter(|(_, role)| R::ROLES.contains(role)).map(|(branch, _)| *branch).collect();
        branches.sort_unstable();
        branches.dedup();
        Reach::Some(branches)
    }

    /// The same person under another set of roles; `None` if they hold none of it anywhere.
    #[must_use]
    pub fn narrow<Q: RoleSet>(&self) -> Option<Staff<Q>> {
        Staff::of(Arc::clone(&self.record))
    }
}

impl<R: RoleSet> Scope for Staff<R> {
    fn tenant_id(&self) -> TenantId {
        self.record.tenant_id
    }

    fn admits(&self, branch: BranchId) -> bool {
        self.roles_in(branch).has_any(R::ROLES)
    }

    fn admits_session(&self, _session: SessionId) -> bool {
        true
    }

    /// The author of an event, in the role that let them in: the one with the most rights. In a branch where they hold
    /// none (a change to the whole tenant is told to every branch) it is the role they hold elsewhere.
    fn actor(&self, branch: BranchId) -> Actor {
        let here = self.roles_in(branch);
        let matching = Roles::new(R::ROLES.iter().copied().filter(|role| here.has(*role)));
        Actor::staff(self.record.user_id, matching.foremost().unwrap_or(self.foremost))
    }

    fn caller(&self) -> Caller {
        Caller::User(self.record.user_id)
    }
}

impl<R: RoleSet> Author for Staff<R> {
    fn user(&self) -> Option<UserId> {
        Some(self.record.user_id)
    }

    fn known_as(&self) -> &str {
        &self.record.email
    }
}

// Written by hand: a derive would ask the same trait of `R`, of which no value exists.
impl<R: RoleSet> Clone for Staff<R> {
    fn clone(&self) -> Self {
        Self { record: Arc::clone(&self.record), foremost: self.foremost, roles: PhantomData }
    }
}

impl<R: RoleSet> fmt::Debug for Staff<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Staff")
            .field("user_id", &self.record.user_id)
            .field("tenant_id", &self.record.tenant_id)
            .field("grants", &self.record.grants)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
