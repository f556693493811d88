//! Admission: finds who a socket belongs to, and checks again later that it may stay.
//!
//! What a user may do comes from the database, never from the token or the path (design.md §3). A kitchen display that
//! reconnects to `/ws/admin`, as the shipped one does, stays a kitchen display.

use crate::{close_reason::CloseReason, hub::BranchRoles};
use auth::{AccessClaims, AnyRole, Authenticator, Reach, Staff};
use chrono::TimeDelta;
use domain::{BranchId, PhoneId, Role, SessionId, TenantId, UserId};
use http::StatusCode;
use runtime::Problem;
use std::{collections::BTreeMap, sync::Arc};
use store::Database;

/// How long a staff socket outlives its token.
///
/// The clients refresh a minute before the end and reconnect by themselves with the new token. Close code 4001 silences
/// them, so it must not hit a client whose refresh is a little late (realtime.md §2). A revocation takes effect at
/// once; it does not wait for this time.
const TOKEN_GRACE: TimeDelta = TimeDelta::seconds(5 * 60 + 30);

/// What a socket's user may hear, branch by branch.
pub(crate) type RolesByBranch = BTreeMap<BranchId, BranchRoles>;

/// Checks tokens: when a socket opens, and again while it is open.
#[derive(Clone, Debug)]
pub(crate) struct Admission {
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) database: Database,
}

/// A member of staff behind a socket.
#[derive(Debug)]
pub(crate) struct StaffPass {
    claims: AccessClaims,
}

impl StaffPass {
    pub(crate) fn user(&self) -> UserId {
        self.claims.subject().user_id
    }
}

/// The phone behind a socket. The token is kept because it contains its own expiry.
#[derive(Debug)]
pub(crate) struct DinerPass {
    token: String,
    pub(crate) branch: BranchId,
    pub(crate) session: SessionId,
    pub(crate) phone: Option<PhoneId>,
}

/// The result of checking a user again who was let in before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// May stay, with these roles.
    Stay(RolesByBranch),
    /// Could not be read. Nothing changes until it can: a short failure of the database must not silence a restaurant.
    Unknown,
    /// Must be closed.
    Go,
}

impl Admission {
    /// Reads an access token. [`roles_of_pass`](Self::roles_of_pass) then checks that its user is still allowed in. It
    /// is called after the socket is registered under its user, so that a revocation in between reaches the socket.
    pub(crate) fn staff(&self, token: Option<&str>) -> Result<StaffPass, CloseReason> {
        let token = token.ok_or(CloseReason::UNAUTHORIZED)?;
        let claims = self.authenticator.access(token).map_err(|problem| close_reason(&problem))?;
        Ok(StaffPass { claims })
    }

    /// Reads the roles of the holder of an access token, branch by branch; at least one branch.
    pub(crate) async fn roles_of_pass(&self, pass: &StaffPass) -> Result<RolesByBranch, CloseReason> {
        let staff = self.authenticator.admit(&pass.claims).await.map_err(|problem| close_reason(&problem))?;
        self.roles_by_branch(&staff).await.map_err(|problem| close_reason(&problem))
    }

    /// Reads a table token. [`still_diner`](Self::still_diner) then checks that its phone is still at the table. It is
    /// called after the socket has joined the feed, so that a removal in between reaches the socket.
    pub(crate) fn diner(&self, token: Option<&str>) -> Result<DinerPass, CloseReason> {
        let token = token.ok_or(CloseReason::UNAUTHORIZED)?;
        let diner = self.authenticator.table(token).map_err(|problem| close_reason(&problem))?;
        let (branch, session, phone) = (diner.branch_id(), diner.session_id(), diner.phone_id());
        Ok(DinerPass { token: token.to_owned(), branch, session, phone })
    }

    /// Reads the roles of a member of staff, branch by branch.
    ///
    /// # Errors
    /// 503 if the branches cannot be read.
    pub(crate) async fn roles_by_branch(&self, staff: &Staff<AnyRole>) -> Result<RolesByBranch, Problem> {
        let everywhere = matches!(staff.branches(), Reach::All);
        self.roles_of(staff.grants(), everywhere, auth::Scope::tenant_id(staff)).await
    }

    async fn roles_of(
        &self,
        grants: &[(BranchId, Role)],
        everywhere: bool,
        tenant: TenantId,
    ) -> Result<RolesByBranch, Problem> {
        let branches = if everywhere { self.branches(tenant).await? } else { Vec::new() };
        Ok(BranchRoles::of(grants, &branches))
    }

    async fn branches(&self, tenant: TenantId) -> Result<Vec<BranchId>, Problem> {
        self.database.branches_of_tenant(tenant).await.map_err(|error| {
            tracing::error!(%error, "cannot list the branches of a tenant");
            Problem::unavailable("Please try again in a moment.")
        })
    }

    /// Checks a member of staff again who was let in before.
    pub(crate) async fn still_staff(&self, pass: &StaffPass) -> Verdict {
        let expires = pass.claims.expires_at();
        let now = self.authenticator.now();
        if now >= expires {
            return if now < expires + TOKEN_GRACE { self.late(pass).await } else { Verdict::Go };
        }
        let roles_by_branch = match self.authenticator.admit(&pass.claims).await {
            Ok(staff) => self.roles_by_branch(&staff).await,
            Err(problem) => Err(problem),
        };
        verdict(roles_by_branch)
    }

    /// Does the same for a token that has just expired: everything is checked except the token's time.
    async fn late(&self, pass: &StaffPass) -> Verdict {
        let subject = pass.claims.subject();
        let record = match self.database.find_staff_record(subject.user_id).await {
            Ok(record) => record,
            Err(error) => {
                tracing::warn!(%error, "cannot look a member of staff up");
                return Verdict::Unknown;
            }
        };
        let same = record.filter(|record| record.still_speaks_for(subject) && !record.grants.is_empty());
        let Some(record) = same else { return Verdict::Go };
        let everywhere = record.grants.iter().any(|(_, role)| *role == Role::Admin);
        verdict(self.roles_of(&record.grants, everywhere, record.tenant_id).await)
    }

    /// Checks that a table token is still valid and that its phone is still at the table.
    pub(crate) async fn still_diner(&self, pass: &DinerPass) -> Result<(), Problem> {
        self.authenticator.diner(&pass.token).await.map(drop)
    }
}

pub(crate) fn close_reason(problem: &Problem) -> CloseReason {
    match problem.status {
        StatusCode::UNAUTHORIZED => CloseReason::UNAUTHORIZED,
        StatusCode::FORBIDDEN => CloseReason::NO_ROLE,
        _ => CloseReason::UNAVAILABLE,
    }
}

fn verdict(roles_by_branch: Result<RolesByBranch, Problem>) -> Verdict {
    match roles_by_branch {
        Ok(roles_by_branch) => Verdict::Stay(roles_by_branch),
        Err(problem) if problem.status.is_server_error() => Verdict::Unknown,
        Err(_) => Verdict::Go,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_blinks_silences_nobody() {
        assert_eq!(verdict(Err(Problem::unavailable("later"))), Verdict::Unknown);
        assert_eq!(verdict(Err(Problem::unauthorized("ended"))), Verdict::Go);
        assert_eq!(verdict(Err(Problem::forbidden("no role left"))), Verdict::Go);
        assert_eq!(close_reason(&Problem::unavailable("later")), CloseReason::UNAVAILABLE);
        assert_eq!(close_reason(&Problem::unauthorized("no")), CloseReason::UNAUTHORIZED);
        assert_eq!(close_reason(&Problem::forbidden("no")), CloseReason::NO_ROLE);
    }
}
