//! What a member of staff may be, in one branch.

use crate::status::text_enum;

text_enum! {
    /// A role a user holds in a branch. A role counts only in that branch.
    Role {
        /// Runs the business: everything, in every branch of the tenant.
        Admin = "ADMIN",
        /// Cooks: fires, bumps and recalls rounds, 86s products.
        Kitchen = "KITCHEN",
        /// Runs a branch: everything in it.
        Manager = "MANAGER",
        /// Serves tables: confirms, submits and serves rounds, answers calls.
        Waiter = "WAITER",
    }
}

impl Role {
    /// Whether it is held in every branch of the business, whatever branch it was granted in.
    #[must_use]
    pub const fn is_everywhere(self) -> bool {
        match self {
            Self::Admin => true,
            Self::Kitchen | Self::Manager | Self::Waiter => false,
        }
    }

    /// Whether whoever holds it can be given a sector.
    #[must_use]
    pub const fn waits(self) -> bool {
        match self {
            Self::Waiter => true,
            Self::Admin | Self::Kitchen | Self::Manager => false,
        }
    }
}

/// The roles one user holds in one branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// The roles, in any order, with or without repeats.
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Self {
        Self(roles.into_iter().collect())
    }

    /// Whether `role` is among them.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether any of `roles` is among them.
    #[must_use]
    pub fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// Whether they include the right to run the branch.
    #[must_use]
    pub fn manages(&self) -> bool {
        self.has_any(&[Role::Admin, Role::Manager])
    }

    /// The role an event names as its actor: the first that gives the most rights.
    #[must_use]
    pub fn foremost(&self) -> Option<Role> {
        [Role::Admin, Role::Manager, Role::Waiter, Role::Kitchen].into_iter().find(|role| self.has(*role))
    }
}
