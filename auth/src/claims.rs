//! The claims of verified staff tokens.
//!
//! The types have no public constructor: holding one means that [`TokenKeys`](crate::TokenKeys) has checked the
//! signature, the audience, the kind and the time.

use chrono::{DateTime, Utc};
use domain::{BranchId, Role, TenantId, UserId};
use uuid::Uuid;

/// The subject of an access token. Branches and roles are a snapshot for the clients to show; what the holder may do is
/// read from the database on every request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessSubject {
    /// The member of staff.
    pub user_id: UserId,
    /// Their tenant.
    pub tenant_id: TenantId,
    /// Their login.
    pub email: String,
    /// The branches they hold a role in, distinct and ascending.
    pub branch_ids: Vec<BranchId>,
    /// The roles they hold anywhere, distinct and sorted by name.
    pub roles: Vec<Role>,
    /// The user's token version at the time; raising it in the database ends every token made before.
    pub token_version: i64,
}

/// A verified access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    pub(crate) subject: AccessSubject,
    pub(crate) issued_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

impl AccessClaims {
    /// The subject that it was made for.
    #[must_use]
    pub fn subject(&self) -> &AccessSubject {
        &self.subject
    }

    /// When it was made, to the second.
    #[must_use]
    pub fn issued_at(&self) -> DateTime<Utc> {
        self.issued_at
    }

    /// The first instant at which it is no longer good.
    #[must_use]
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }
}

/// A verified refresh token. The database knows, by the digest of its id, whether it was used or revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshClaims {
    pub(crate) user_id: UserId,
    pub(crate) tenant_id: TenantId,
    pub(crate) jti: Uuid,
    pub(crate) family: String,
    pub(crate) expires_at: DateTime<Utc>,
}

impl RefreshClaims {
    /// The member of staff.
    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.user_id
    }

    /// Their tenant.
    #[must_use]
    pub fn tenant_id(&self) -> TenantId {
        self.tenant_id
    }

    /// The login that it stems from. A token of an older process names none, and stands for itself.
    #[must_use]
    pub fn family(&self) -> &str {
        &self.family
    }

    /// The token's id; the database keeps its [`digest`](crate::digest()).
    #[must_use]
    pub fn jti(&self) -> Uuid {
        self.jti
    }

    /// The first instant at which it is no longer good.
    #[must_use]
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }
}
