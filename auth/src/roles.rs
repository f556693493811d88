//! Sets of roles as types, so that a handler's signature says who may call it.

use domain::Role;

/// A set of roles, any one of which is enough.
pub trait RoleSet: Send + Sync + 'static {
    /// The roles of the set.
    const ROLES: &'static [Role];
}

/// Declares role sets as uninhabited types: they are only ever named.
macro_rules! role_set {
    ($($(#[$doc:meta])* $name:ident = [$($role:ident),+];)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl RoleSet for $name {
            const ROLES: &'static [Role] = &[$(Role::$role),+];
        }
    )+};
}

role_set! {
    /// All staff.
    AnyRole = [Admin, Kitchen, Manager, Waiter];
    /// Those who serve tables.
    Floor = [Waiter, Manager, Admin];
    /// Those who run kitchen rounds.
    KitchenCrew = [Kitchen, Manager, Admin];
    /// Those who run a branch.
    Management = [Manager, Admin];
    /// Those who run the business.
    AdminOnly = [Admin];
}
