//! Authentication and scope: who is calling, and what the caller may reach.
//!
//! What a caller may do is a parameter type, not a call that a handler can forget. A handler that takes [`Diner`] runs
//! only for a verified table token of a phone that is still at the table. A handler that takes
//! [`Staff<Management>`](Staff) runs only for a manager or administrator. Both are a [`Scope`], and every query of
//! `store` starts from one, so that another tenant's row is not found.
//!
//! Three rules hold throughout:
//!
//! * A role counts only in the branch it was granted for. [`Staff::roles_in`] is the one place that pairs the two.
//! * A principal cannot be made up. The only ways to one lead through a signature ([`TokenKeys`]) and through what the
//!   database says at that moment ([`Authenticator`]; for [`ByLock`] under the session's lock). [`System`] and
//!   [`Operator`] are for what no request asks for.
//! * Nothing here reads the machine's clock: every expiry is compared with a [`domain::Clock`].

mod authenticator;
mod claims;
mod digest;
mod extract;
mod operator;
pub mod password;
mod principal;
mod record;
mod roles;
mod scope;
mod system;
mod tokens;
pub mod totp;

pub use authenticator::{Authenticator, Directory, FindPhone, FindStaff, removed};
pub use claims::{AccessClaims, AccessSubject, RefreshClaims};
pub use digest::digest;
pub use extract::{ByLock, TABLE_TOKEN, bearer, table_token};
pub use operator::Operator;
pub use principal::{Diner, Reach, Staff};
pub use record::StaffRecord;
pub use roles::{AdminOnly, AnyRole, Floor, KitchenCrew, Management, RoleSet};
pub use scope::{Author, Caller, Scope};
pub use system::System;
pub use tokens::{
    ACCESS_TTL, DEVICE_TTL, INVITATION_TTL, Invitation, KnownDevice, REFRESH_TTL, TABLE_TTL, TokenError, TokenKeys,
};

#[cfg(test)]
mod testing;
