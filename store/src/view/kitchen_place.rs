//! Which branches a kitchen list spans: the one asked for, or all where the caller has the role that the list needs.

use crate::{Database, error::Result};
use auth::{Reach, RoleSet, Staff};
use domain::BranchId;
use sea_orm::Value;

/// Where a list is to look.
#[derive(Clone, Copy, Debug, Default)]
pub struct At {
    /// One branch; all of the caller's without it.
    pub branch: Option<BranchId>,
}

/// How a list is kept there, and the values of its statement: `$1` is the tenant, `$2` the branches if it needs them.
pub(super) struct OpenIn {
    pub(super) reach: Reached,
    pub(super) values: Vec<Value>,
}

/// Which branches of the business a list spans. Two texts, so that neither hides the index on the branch.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reached {
    /// All.
    Everywhere,
    /// Those of `$2`.
    Listed,
}

impl Reached {
    #[cfg(test)]
    pub(super) const ALL: [Self; 2] = [Self::Everywhere, Self::Listed];

    /// The condition on `column`.
    pub(super) fn and(self, column: &str) -> String {
        match self {
            Self::Everywhere => String::new(),
            Self::Listed => format!("and {column} in #list($2)"),
        }
    }
}

impl Database {
    /// # Errors
    /// The branch asked for is not the caller's.
    pub(super) async fn open_in<R: RoleSet>(&self, staff: &Staff<R>, at: At) -> Result<OpenIn> {
        let tenant: Value = staff.tenant_id().into();
        let reach = match at.branch {
            Some(branch) => Reach::Some(vec![self.find_branch(staff, branch).await?.id]),
            None => staff.branches(),
        };
        Ok(match reach {
            Reach::All => OpenIn { reach: Reached::Everywhere, values: vec![tenant] },
            Reach::Some(branches) => {
                let ids = serde_json::to_string(&branches).unwrap_or_default();
                OpenIn { reach: Reached::Listed, values: vec![tenant, ids.into()] }
            }
        })
    }
}
