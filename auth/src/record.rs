//! The record of a member of staff, as the database has it now.

use crate::claims::AccessSubject;
use domain::{BranchId, Role, TenantId, UserId};

/// A user as the database knows them now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffRecord {
    /// The user.
    pub user_id: UserId,
    /// Their tenant.
    pub tenant_id: TenantId,
    /// Their login.
    pub email: String,
    /// Whether the account is active: its owner still works here.
    pub is_active: bool,
    /// The version their tokens must name.
    pub token_version: i64,
    /// The roles they hold, each in its branch; those of closed branches left out.
    pub grants: Vec<(BranchId, Role)>,
}

impl StaffRecord {
    /// Whether a token of `subject` is still good for this member of staff: the same person of the same business, still
    /// active and not signed out since.
    #[must_use]
    pub fn still_speaks_for(&self, subject: &AccessSubject) -> bool {
        self.user_id == subject.user_id
            && self.tenant_id == subject.tenant_id
            && self.is_active
            && self.token_version == subject.token_version
    }

    /// The branches with a grant, distinct and ascending.
    #[must_use]
    pub fn branch_ids(&self) -> Vec<BranchId> {
        let mut branches: Vec<_> = self.grants.iter().map(|(branch, _)| *branch).collect();
        branches.sort_unstable();
        branches.dedup();
        branches
    }

    /// The roles held anywhere, distinct and sorted by name.
    #[must_use]
    pub fn roles(&self) -> Vec<Role> {
        let mut roles: Vec<_> = self.grants.iter().map(|(_, role)| *role).collect();
        roles.sort_unstable_by_key(|role| role.as_str());
        roles.dedup();
        roles
    }

    /// The subject of an access token for this user.
    #[must_use]
    pub fn subject(&self) -> AccessSubject {
        AccessSubject {
            user_id: self.user_id,
            tenant_id: self.tenant_id,
            email: self.email.clone(),
            branch_ids: self.branch_ids(),
            roles: self.roles(),
            token_version: self.token_version,
        }
    }
}
