//! The business: the office's lock, and its branches as a change of the whole business reaches them.

use crate::{
    error::{Error, Result},
    unit_of_work::UnitOfWork,
};
use auth::Scope;
use domain::BranchId;
use sea_orm::FromQueryResult;

impl UnitOfWork {
    /// Takes the business's office lock: whoever changes what the office manages (menu, floor, staff, …) takes it
    /// before anything else, so that such changes follow one another. Service never waits for it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock_office(&self, scope: &impl Scope) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Tenant {
            #[expect(dead_code, reason = "the lock is what is wanted")]
            id: i64,
        }
        // Not FOR UPDATE: every row of the business refers to it, and must not wait for the office.
        let lock = if self.backend() == sea_orm::DbBackend::Postgres { "for no key update" } else { "" };
        let sql = format!("select id from tenant where id = $1 {lock}");
        let tenant: Option<Tenant> = self.one(&sql, [scope.tenant_id().into()]).await?;
        tenant.map(drop).ok_or(Error::NotFound("tenant"))
    }

    /// Every branch of the caller's business that was not deleted, ascending.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branches_of_business(&self, scope: &impl Scope) -> Result<Vec<BranchId>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: BranchId,
        }
        let sql = "select id from branch where tenant_id = $1 and deletion_id is null order by id";
        let rows: Vec<Row> = self.all(sql, [scope.tenant_id().into()]).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }
}
