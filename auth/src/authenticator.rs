//! From a token to a principal.
//!
//! Staff and phones are looked up on every request. One read by primary key is the price
//! (decisions/003), and no second store has to be up: a revoked token, a dismissed waiter, a role given
//! or taken count from the next request on, and nothing needs to be told about it.

use crate::{
    claims::{AccessClaims, AccessSubject},
    principal::{Diner, Staff},
    roles::RoleSet,
    tokens::{TokenError, TokenKeys},
};
use chrono::{DateTime, Utc};
use domain::{BranchId, Clock, PhoneId, ProblemCode, Role, SessionId, TenantId, UserId};
use http::StatusCode;
use runtime::Problem;
use std::{fmt::Debug, pin::Pin, sync::Arc};

/// A user as the database knows them now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffRecord {
    /// The user.
    pub user_id: UserId,
    /// Their tenant.
    pub tenant_id: TenantId,
    /// Their login.
    pub email: String,
    /// Whether they still work here.
    pub is_active: bool,
    /// The version their tokens must name.
    pub token_version: i64,
    /// The roles they hold, each in its branch; those of closed branches left out.
    pub grants: Vec<(BranchId, Role)>,
}

impl StaffRecord {
    /// Whether a token of `subject` still speaks for this member of staff: the same person of the same business, who
    /// still works here and was not signed out since.
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

    /// What an access token for this user says.
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

/// The answer of a [`Directory`] about a member of staff, on its way.
pub type FindStaff<'a> = Pin<Box<dyn Future<Output = Result<Option<StaffRecord>, Problem>> + Send + 'a>>;

/// The answer of a [`Directory`] about a phone, on its way.
pub type FindPhone<'a> = Pin<Box<dyn Future<Output = Result<bool, Problem>> + Send + 'a>>;

/// Where callers are looked up. `store` has the one over the database; it is a trait so that this crate knows no SQL.
pub trait Directory: Send + Sync + Debug {
    /// The user of that id, active or not; `None` if there never was one. Fails with 503 if the database is out of
    /// reach, so that a client keeps its login.
    fn find_staff(&self, user: UserId) -> FindStaff<'_>;

    /// Whether that phone joined that session and was not removed from it; of one without a number, whether nobody was.
    fn is_seated(&self, session: SessionId, phone: Option<PhoneId>) -> FindPhone<'_>;
}

/// Turns tokens into principals. Shared by all requests and sockets of a process.
#[derive(Clone, Debug)]
pub struct Authenticator {
    keys: TokenKeys,
    directory: Arc<dyn Directory>,
    clock: Arc<dyn Clock>,
}

impl Authenticator {
    /// One that verifies with `keys`, looks callers up in `directory` and judges time by `clock`.
    #[must_use]
    pub fn new(keys: TokenKeys, directory: Arc<dyn Directory>, clock: Arc<dyn Clock>) -> Self {
        Self { keys, directory, clock }
    }

    /// The keys, for minting and for refresh tokens.
    #[must_use]
    pub fn keys(&self) -> &TokenKeys {
        &self.keys
    }

    /// The present instant by the clock that tokens are judged by.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The member of staff an access token speaks for.
    ///
    /// # Errors
    /// 401 if the token is not good or not good any more, 403 if no role of `R` is held in any branch, 503 if the
    /// directory cannot be read.
    pub async fn staff<R: RoleSet>(&self, token: &str) -> Result<Staff<R>, Problem> {
        self.admit(&self.access(token)?).await
    }

    /// The claims of an access token, without a look at the directory: for a socket, which keeps them and asks
    /// [`admit`](Self::admit) again from time to time instead of keeping the token.
    ///
    /// # Errors
    /// 401 if the token is not good.
    pub fn access(&self, token: &str) -> Result<AccessClaims, Problem> {
        self.keys.verify_access(token, self.clock.now()).map_err(refused)
    }

    /// The member of staff that verified claims speak for, as of now.
    ///
    /// # Errors
    /// As [`staff`](Self::staff): claims expire and are revoked like the token they came from.
    pub async fn admit<R: RoleSet>(&self, claims: &AccessClaims) -> Result<Staff<R>, Problem> {
        if self.clock.now() >= claims.expires_at() {
            return Err(refused(TokenError::Expired));
        }
        let subject = claims.subject();
        let Some(record) = self.directory.find_staff(subject.user_id).await? else {
            return Err(revoked());
        };
        if !record.still_speaks_for(subject) {
            return Err(revoked());
        }
        Staff::of(Arc::new(record)).ok_or_else(|| Problem::forbidden("Your role does not allow this."))
    }

    /// The diner a table token speaks for, as of now.
    ///
    /// # Errors
    /// 401 if the token is not good, or its phone was removed from the table; 503 if the directory cannot be read.
    pub async fn diner(&self, token: &str) -> Result<Diner, Problem> {
        let diner = self.table(token)?;
        self.ensure_seated(&diner).await?;
        Ok(diner)
    }

    /// The diner a table token speaks for, without a look at the directory: for whoever asks
    /// [`ensure_seated`](Self::ensure_seated) later, or locks the session.
    ///
    /// # Errors
    /// 401 if the token is not good.
    pub fn table(&self, token: &str) -> Result<Diner, Problem> {
        self.keys.verify_table(token, self.clock.now()).map_err(refused)
    }

    /// Refuses a phone that was removed from its table.
    ///
    /// # Errors
    /// 401 if it was, 503 if the directory cannot be read.
    pub async fn ensure_seated(&self, diner: &Diner) -> Result<(), Problem> {
        let seated = self.directory.is_seated(diner.session_id(), diner.phone_id()).await?;
        if seated { Ok(()) } else { Err(removed()) }
    }
}

/// What a phone hears that staff removed from its table. 401, which the diner app answers with its "session expired"
/// page; a refusal of another kind it would try again.
#[must_use]
pub fn removed() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, ProblemCode::RemovedFromTable, "You were removed from this table.")
}

/// What was wrong with a token is for the log; its holder learns no more than whether it was good once.
fn refused(error: TokenError) -> Problem {
    tracing::debug!(%error, "token refused");
    match error {
        TokenError::Expired => Problem::unauthorized("The session has expired."),
        TokenError::Malformed | TokenError::Algorithm | TokenError::Signature | TokenError::Kind => {
            Problem::unauthorized("Invalid token.")
        }
    }
}

fn revoked() -> Problem {
    Problem::unauthorized("The session has been ended.")
}

#[cfg(test)]
mod tests;
