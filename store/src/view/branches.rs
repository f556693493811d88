//! The branches of a business, for whoever may act in all of them.

use crate::{Database, error::Result, unit_of_work::all};
use domain::{BranchId, TenantId};
use sea_orm::FromQueryResult;

#[derive(FromQueryResult)]
struct Row {
    id: BranchId,
}

impl Database {
    /// The open branches of a tenant, ascending.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branches_of_tenant(&self, tenant: TenantId) -> Result<Vec<BranchId>> {
        let sql = "select id from branch where tenant_id = $1 and is_active order by id";
        let rows: Vec<Row> = all(self.reader(), sql, [tenant.into()]).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }
}
