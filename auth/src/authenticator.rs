//! The authenticator: turns a token into a principal.
//!
//! Staff and phones are looked up on every request. The price is one read by primary key (decisions/003). In return a
//! revoked token, a dismissed waiter, a role given or taken count from the next request on, no process has to be told,
//! and no second store has to be up.

use crate::{
    claims::AccessClaims,
    principal::{Diner, Staff},
    record::StaffRecord,
    roles::RoleSet,
    tokens::{TokenError, TokenKeys},
};
use chrono::{DateTime, Utc};
use domain::{Clock, PhoneId, ProblemCode, SessionId, UserId};
use http::StatusCode;
use runtime::Problem;
use std::{fmt::Debug, pin::Pin, sync::Arc};

/// The future answer of a [`Directory`] about a member of staff.
pub type FindStaff<'a> = Pin<Box<dyn Future<Output = Result<Option<StaffRecord>, Problem>> + Send + 'a>>;

/// The future answer of a [`Directory`] about a phone.
pub type FindPhone<'a> = Pin<Box<dyn Future<Output = Result<bool, Problem>> + Send + 'a>>;

/// A directory looks callers up. `store` implements it over the database; it is a trait so that this crate has no SQL.
pub trait Directory: Send + Sync + Debug {
    /// Finds the user of that id, active or not; `None` if there never was one. Fails with 503 if the database cannot
    /// be reached, so that a client keeps its login.
    fn find_staff(&self, user: UserId) -> FindStaff<'_>;

    /// Whether that phone joined that session and was not removed from it. For a token without a phone: whether no
    /// phone was removed.
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
    /// Builds one that verifies with `keys`, looks callers up in `directory` and reads the time from `clock`.
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

    /// Authenticates the member of staff of an access token.
    ///
    /// # Errors
    /// 401 if the token is not good or not good any more, 403 if no role of `R` is held in any branch, 503 if the
    /// directory cannot be read.
    pub async fn staff<R: RoleSet>(&self, token: &str) -> Result<Staff<R>, Problem> {
        self.admit(&self.access(token)?).await
    }

    /// Verifies an access token without asking the directory, and returns its claims. It is for a socket, which keeps
    /// them and calls [`admit`](Self::admit) from time to time instead of keeping the token.
    ///
    /// # Errors
    /// 401 if the token is not good.
    pub fn access(&self, token: &str) -> Result<AccessClaims, Problem> {
        self.keys.verify_access(token, self.clock.now()).map_err(refused)
    }

    /// Looks up the member of staff of verified claims, as of now.
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

    /// Authenticates the diner of a table token, as of now.
    ///
    /// # Errors
    /// 401 if the token is not good, or its phone was removed from the table; 503 if the directory cannot be read.
    pub async fn diner(&self, token: &str) -> Result<Diner, Problem> {
        let diner = self.table(token)?;
        self.ensure_seated(&diner).await?;
        Ok(diner)
    }

    /// Verifies a table token without asking the directory. It is for a caller that calls
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

/// The refusal for a phone that staff removed from its table. It is 401, for which the diner app shows its "session
/// expired" page; after another refusal it would try again.
#[must_use]
pub fn removed() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, ProblemCode::RemovedFromTable, "You were removed from this table.")
}

/// The refusal for a bad token. What was wrong goes to the log; the holder learns only whether the token has expired.
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
