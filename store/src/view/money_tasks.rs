//! What about money waits for a person: refunds to decide on, incidents to look into.

use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
};
use auth::{Reach, RoleSet, Staff};
use domain::BranchId;
use sea_orm::Value;
use wire::payment::{OpenIncident, OpenRefund};

static REFUNDS: &Sql = sql!(
    tenant,
    "select r.id as refund_id, r.branch_id, r.payment_id, p.tender as method, p.check_id, t.code as table_code,
        r.kind, r.status, r.amount_cents, r.reason, r.requested_by_id, r.attempts, r.last_error, r.created_at
    from refund r join payment p on p.id = r.payment_id
        left join guest_check k on k.id = p.check_id
        left join table_session s on s.id = k.session_id
        left join dining_table t on t.id = s.table_id
    where r.tenant_id = $1 and (r.branch_id = $2 or $2 = 0) and #open_refund(r)
    order by r.created_at, r.id"
);

static INCIDENTS: &Sql = sql!(
    tenant,
    "select id as incident_id, branch_id, kind, detail, check_id, payment_id, created_at from money_incident
    where tenant_id = $1 and (branch_id = $2 or $2 = 0) and resolved_at is null order by created_at, id"
);

impl Database {
    /// The refunds that are not over, oldest first, of one of the caller's branches or of all of them.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn open_refunds<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        branch: Option<BranchId>,
    ) -> Result<Vec<OpenRefund>> {
        let (values, reach) = self.asked(staff, branch).await?;
        let rows: Vec<OpenRefund> = all(self.reader(), REFUNDS, values).await?;
        Ok(rows.into_iter().filter(|row| reach.covers(row.branch_id)).collect())
    }

    /// The incidents that nobody has dealt with, oldest first. Those of the whole business come with those of all
    /// branches.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn open_incidents<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        branch: Option<BranchId>,
    ) -> Result<Vec<OpenIncident>> {
        let (values, reach) = self.asked(staff, branch).await?;
        let rows: Vec<OpenIncident> = all(self.reader(), INCIDENTS, values).await?;
        Ok(rows.into_iter().filter(|row| row.branch_id.is_none_or(|branch| reach.covers(branch))).collect())
    }

    async fn asked<R: RoleSet>(&self, staff: &Staff<R>, branch: Option<BranchId>) -> Result<([Value; 2], Reach)> {
        if let Some(branch) = branch {
            self.find_branch(staff, branch).await?;
        }
        Ok(([staff.tenant_id().into(), branch.map_or(0, BranchId::get).into()], staff.branches()))
    }
}
