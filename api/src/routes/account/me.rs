//! W3: who is calling.

use auth::{AccessSubject, AnyRole, Staff};
use axum::Json;
use domain::{BranchId, TenantId, UserId};
use runtime::ProblemBody;
use serde::Serialize;
use utoipa::ToSchema;

/// A member of staff as the clients know them.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserBody {
    id: UserId,
    email: String,
    tenant_id: TenantId,
    /// Ascending.
    branch_ids: Vec<BranchId>,
    /// The roles held in any branch, sorted. What is allowed where, the server decides by role and branch.
    roles: Vec<&'static str>,
}

impl From<AccessSubject> for UserBody {
    fn from(subject: AccessSubject) -> Self {
        Self {
            id: subject.user_id,
            email: subject.email,
            tenant_id: subject.tenant_id,
            branch_ids: subject.branch_ids,
            roles: subject.roles.into_iter().map(domain::Role::as_str).collect(),
        }
    }
}

/// The caller as the database knows them now, whatever the token says.
#[utoipa::path(get, path = "/api/auth/me", tag = "account", security(("staff" = [])),
    responses((status = 200, body = UserBody), (status = 401, body = ProblemBody)))]
pub(crate) async fn me(staff: Staff<AnyRole>) -> Json<UserBody> {
    Json(UserBody {
        id: staff.user_id(),
        email: staff.email().to_owned(),
        tenant_id: staff.tenant_id(),
        branch_ids: staff.branch_ids(),
        roles: staff.role_names(),
    })
}
