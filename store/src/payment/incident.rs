//! What a person must look at, each once.

use crate::{error::Result, unit_of_work::UnitOfWork};
use domain::{AccountId, BranchId, CheckId, PaymentId, TenantId, payment::IncidentKind};
use entity::money_incident;

/// An incident's row.
pub type IncidentRow = money_incident::Model;

/// Where something happened, and what.
#[derive(Clone, Debug)]
pub struct Incident {
    /// Whose money.
    pub tenant: TenantId,
    /// In which branch, if that is known.
    pub branch: Option<BranchId>,
    /// Through which account.
    pub account: Option<AccountId>,
    /// About which check.
    pub check: Option<CheckId>,
    /// About which payment.
    pub payment: Option<PaymentId>,
    /// For people.
    pub detail: String,
}

impl UnitOfWork {
    /// Notes an incident, unless one of that key is noted already: what is seen twice is told once.
    ///
    /// # Errors
    /// The database failed.
    pub async fn note_incident(&self, kind: IncidentKind, key: &str, incident: Incident) -> Result<()> {
        let sql = "insert into money_incident
                (tenant_id, branch_id, kind, key, account_id, check_id, payment_id, detail, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (tenant_id, key) do nothing";
        let values = [
            incident.tenant.into(),
            incident.branch.map(BranchId::get).into(),
            kind.as_str().into(),
            key.into(),
            incident.account.map(AccountId::get).into(),
            incident.check.map(CheckId::get).into(),
            incident.payment.map(PaymentId::get).into(),
            incident.detail.into(),
            self.now().into(),
        ];
        if self.run(sql, values).await? > 0 {
            metrics::counter!("money_incidents_total", "kind" => kind.as_str()).increment(1);
            tracing::warn!(kind = kind.as_str(), key, "money needs a person's eyes");
        }
        Ok(())
    }
}
