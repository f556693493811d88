//! Callers as the database knows them now: staff, and whether a phone still sits at its table.

use crate::{
    Database,
    error::{Error, Result},
    sql::{Sql, sql},
    unit_of_work::{UnitOfWork, all},
};
use auth::{Directory, FindPhone, FindStaff, Scope, StaffRecord};
use domain::{BranchId, PhoneId, Role, Roles, SessionId, TenantId, UserId};
use runtime::problem::Problem;
use sea_orm::FromQueryResult;

#[derive(FromQueryResult)]
pub(crate) struct Row {
    tenant_id: TenantId,
    email: String,
    is_active: bool,
    token_version: i64,
    branch_id: Option<BranchId>,
    role: Option<Role>,
}

// A role in a branch that was closed counts no more.
pub(crate) static FIND: &Sql = sql!(
    row("id"),
    "select u.tenant_id, u.email, u.is_active, u.token_version, b.id as branch_id, r.role
    from app_user u
    left join user_branch_role r on r.user_id = u.id
    left join branch b on b.id = r.branch_id and b.is_active
    where u.id = $1"
);

/// What the rows of [`FIND`] say of `user`; `None` if there are none.
pub(crate) fn record(user: UserId, rows: &[Row]) -> Option<StaffRecord> {
    let first = rows.first()?;
    Some(StaffRecord {
        user_id: user,
        tenant_id: first.tenant_id,
        email: first.email.clone(),
        is_active: first.is_active,
        token_version: first.token_version,
        grants: rows.iter().filter_map(|row| Some((row.branch_id?, row.role?))).collect(),
    })
}

impl Database {
    /// A member of staff with every role in every open branch.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_staff_record(&self, user: UserId) -> Result<Option<StaffRecord>> {
        let rows: Vec<Row> = all(self.reader(), FIND, [user.into()]).await?;
        Ok(record(user, &rows))
    }
}

impl UnitOfWork {
    /// What somebody of the tenant may do in `branch`; nothing where the account is locked.
    ///
    /// # Errors
    /// Nobody of the tenant has that id.
    pub async fn find_roles(&self, scope: &impl Scope, user: UserId, branch: BranchId) -> Result<Roles> {
        let rows: Vec<Row> = self.all(FIND, [user.into()]).await?;
        let found = record(user, &rows).filter(|found| found.tenant_id == scope.tenant_id());
        let found = found.ok_or(Error::NotFound("user"))?;
        let held = found.grants.into_iter().filter(|(at, role)| *at == branch || role.is_everywhere());
        Ok(Roles::new(held.map(|(_, role)| role).filter(|_| found.is_active)))
    }

    /// Whether `user` is an active member of staff who serves tables in `branch`.
    ///
    /// # Errors
    /// Nobody of the tenant has that id.
    pub async fn find_table_waiter(&self, scope: &impl Scope, user: UserId, branch: BranchId) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Waiter {
            serves: bool,
        }
        let sql = sql!(
            tenant,
            "select u.is_active and exists (select 1 from user_branch_role r where r.user_id = u.id
                and #serves(r, $3)) as serves
            from app_user u where u.id = $1 and u.tenant_id = $2"
        );
        let values = [user.into(), scope.tenant_id().into(), branch.into()];
        let waiter: Option<Waiter> = self.one(sql, values).await?;
        waiter.map(|waiter| waiter.serves).ok_or(Error::NotFound("waiter"))
    }
}

impl Directory for Database {
    fn find_staff(&self, user: UserId) -> FindStaff<'_> {
        Box::pin(async move {
            self.find_staff_record(user).await.map_err(|error| {
                tracing::error!(%error, "cannot look a member of staff up");
                Problem::unavailable("Please try again in a moment")
            })
        })
    }

    fn is_seated(&self, session: SessionId, phone: Option<PhoneId>) -> FindPhone<'_> {
        Box::pin(async move {
            self.is_phone_seated(session, phone).await.map_err(|error| {
                tracing::error!(%error, "cannot look a phone up");
                Problem::unavailable("Please try again in a moment")
            })
        })
    }
}
