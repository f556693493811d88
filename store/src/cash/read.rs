//! The cash register as the office reads it (U8).

use crate::{
    Database, Page,
    error::Result,
    scoped::{admitted, reach},
    sql::{Sql, sql},
    unit_of_work::{all, one},
};
use auth::{RoleSet, Scope, Staff};
use domain::{BranchId, CashSessionId};
use std::collections::BTreeMap;
use wire::cash::{CashMovement, CashSession, CashSummary};

const SESSIONS: &str = "select s.id, s.branch_id, s.cash_register_id, r.name as register_name, s.status, s.opened_at,
        s.opened_by_id, s.opening_amount_cents, s.closed_at, s.closed_by_id, s.expected_amount_cents,
        s.actual_amount_cents, s.actual_amount_cents - s.expected_amount_cents as difference_cents, s.notes
    from cash_session s join cash_register r on r.id = s.cash_register_id where s.tenant_id = $1";

static MOVEMENTS: &Sql = sql!(
    row("cash_session_id"),
    "select id, movement_type, amount_cents, payment_method, description, reference_type,
        reference_id, created_at from cash_movement where cash_session_id = $1 order by id"
);

impl Database {
    /// The branch's open session.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn current_cash_session(&self, scope: &impl Scope, branch: BranchId) -> Result<Option<CashSession>> {
        self.find_branch(scope, branch).await?;
        let sql = sql!(tenant, "{SESSIONS} and s.branch_id = $2 and s.status = 'OPEN'");
        one(self.reader(), sql, [scope.tenant_id().into(), branch.into()]).await
    }

    /// The sessions of a branch, or of all of the caller's, newest first.
    ///
    /// # Errors
    /// The branch is not found or not the caller's.
    pub async fn cash_sessions<R: RoleSet>(
        &self,
        staff: &Staff<R>,
        branch: Option<BranchId>,
        page: Page,
    ) -> Result<Vec<CashSession>> {
        if let Some(branch) = branch {
            self.find_branch(staff, branch).await?;
        }
        let sql = sql!(
            tenant,
            "{SESSIONS} and (s.branch_id = $2 or $2 = 0) and #within(s.branch_id, $3) order by s.opened_at desc, s.id desc limit $4 offset $5"
        );
        let [limit, offset] = page.values();
        let only = branch.map_or(0, BranchId::get);
        all(self.reader(), sql, [staff.tenant_id().into(), only.into(), reach(staff), limit, offset]).await
    }

    /// A session with all that moved.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn cash_summary(&self, scope: &impl Scope, id: CashSessionId) -> Result<CashSummary> {
        let sql = sql!(tenant, "{SESSIONS} and s.id = $2");
        let session: Option<CashSession> = one(self.reader(), sql, [scope.tenant_id().into(), id.into()]).await?;
        let session = admitted(scope, "cash session", session, |row| row.branch_id)?;
        let movements: Vec<CashMovement> = all(self.reader(), MOVEMENTS, [id.into()]).await?;
        let (mut by_method, mut by_type) = (BTreeMap::new(), BTreeMap::new());
        for movement in &movements {
            *by_method.entry(movement.payment_method.word().to_owned()).or_insert(0_i64) += movement.amount_cents;
            *by_type.entry(movement.movement_type.as_str().to_owned()).or_insert(0_i64) += movement.amount_cents;
        }
        Ok(CashSummary {
            session_id: id,
            session,
            totals_by_method: by_method,
            totals_by_type: by_type,
            movement_count: movements.len(),
            movements,
        })
    }
}
