//! Which branches a kitchen list spans: the one asked for, or all where the caller has the role that the list needs.

use crate::{Database, error::Result};
use auth::{Reach, RoleSet, Staff};
use domain::BranchId;
use sea_orm::{DbBackend, Value};

/// Where a list is to look.
#[derive(Clone, Copy, Debug, Default)]
pub struct At {
    /// One branch; all of the caller's without it.
    pub branch: Option<BranchId>,
}

/// The condition that keeps a list there. `$1` is the tenant; the condition takes `$2` if it needs a parameter.
pub(super) struct OpenIn {
    pub(super) and: String,
    pub(super) values: Vec<Value>,
}

impl Database {
    /// # Errors
    /// The branch asked for is not the caller's.
    pub(super) async fn open_in<R: RoleSet>(&self, staff: &Staff<R>, at: At, column: &str) -> Result<OpenIn> {
        let tenant: Value = staff.tenant_id().into();
        let reach = match at.branch {
            Some(branch) => Reach::Some(vec![self.find_branch(staff, branch).await?.id]),
            None => staff.branches(),
        };
        Ok(match reach {
            Reach::All => OpenIn { and: String::new(), values: vec![tenant] },
            Reach::Some(branches) => {
                let list = match self.reader().get_database_backend() {
                    DbBackend::Postgres => "(select value::bigint from jsonb_array_elements_text($2::jsonb))",
                    _ => "(select value from json_each($2))",
                };
                let ids = serde_json::to_string(&branches).unwrap_or_default();
                OpenIn { and: format!("and {column} in {list}"), values: vec![tenant, ids.into()] }
            }
        })
    }
}
