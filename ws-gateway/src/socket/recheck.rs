//! The periodic check that a client may still listen, and in which roles.

use super::{Identity, Socket, next_check};
use crate::{
    admission::{RolesByBranch, Verdict},
    close_handshake::End,
    close_reason::CloseReason,
    feed::Member,
    hub::Listener,
};
use domain::UserId;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};

/// How soon the check is repeated when there was no answer.
const CHECK_AGAIN: Duration = Duration::from_secs(5);
/// How long a check may take: well below the 10 s after which clients miss their pong.
pub(super) const CHECK_PATIENCE: Duration = Duration::from_secs(4);

impl Socket {
    /// Checks that the client may still listen, and follows a change of its roles.
    pub(super) async fn recheck(&mut self) -> Result<(), End> {
        self.check_at = next_check();
        let (user, roles_by_branch, verdict) = match &self.identity {
            Identity::Diner(pass) => {
                return match timeout(CHECK_PATIENCE, self.gateway.admission.still_diner(pass)).await {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(problem)) if !problem.status.is_server_error() => {
                        Err(End::WeClose(CloseReason::UNAUTHORIZED))
                    }
                    Ok(Err(_)) | Err(_) => {
                        self.check_at = Instant::now() + CHECK_AGAIN;
                        Ok(())
                    }
                };
            }
            Identity::Staff { pass, roles_by_branch } => {
                (pass.user(), roles_by_branch, timeout(CHECK_PATIENCE, self.gateway.admission.still_staff(pass)).await)
            }
        };
        match verdict {
            Ok(Verdict::Stay(now)) if now == *roles_by_branch => Ok(()),
            Ok(Verdict::Stay(now)) => match timeout(CHECK_PATIENCE, self.reroute(user, now)).await {
                Ok(Some(())) => Ok(()),
                Ok(None) | Err(_) => Err(End::WeClose(CloseReason::UNAVAILABLE)),
            },
            Ok(Verdict::Go) => Err(End::WeClose(CloseReason::UNAUTHORIZED)),
            Ok(Verdict::Unknown) | Err(_) => {
                self.check_at = Instant::now() + CHECK_AGAIN;
                Ok(())
            }
        }
    }

    /// Changes the roles of a socket: leaves branches, joins new ones, changes the rest in place without a gap.
    async fn reroute(&mut self, user: UserId, now: RolesByBranch) -> Option<()> {
        self.attachments.retain(|attachment| now.contains_key(&attachment.branch()));
        for (branch, roles) in &now {
            let listener = Listener::Staff { user, roles: *roles };
            let member = Member { wire: Arc::clone(&self.wire), listener, resume: None };
            if self.attachments.iter().any(|attachment| attachment.branch() == *branch) {
                self.gateway.exchange.rejoin(*branch, member).await?;
            } else {
                let (attachment, _) = self.gateway.exchange.join(*branch, member).await?;
                self.attachments.push(attachment);
            }
        }
        self.guard.set_admin(now.values().any(|roles| roles.admin));
        if let Identity::Staff { roles_by_branch, .. } = &mut self.identity {
            *roles_by_branch = now;
        }
        Some(())
    }
}
