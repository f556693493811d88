//! Incidents: what a person must look at. Each is noted once and kept until a manager resolves it.

use crate::{
    error::{Error, Result},
    scoped::admitted,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{AccountId, BranchId, CheckId, IncidentId, PaymentId, TenantId, UserId, payment::IncidentKind};
use entity::money_incident;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

/// An incident's row.
pub type IncidentRow = money_incident::Model;

/// An incident to be noted.
#[derive(Clone, Debug)]
pub struct Incident {
    /// Whose money it is.
    pub tenant: TenantId,
    /// Where; `None` when it concerns the business.
    pub branch: Option<BranchId>,
    /// Which account with a provider.
    pub account: Option<AccountId>,
    /// Which check.
    pub check: Option<CheckId>,
    /// Which payment.
    pub payment: Option<PaymentId>,
    /// For people.
    pub detail: String,
}

impl UnitOfWork {
    /// Notes an incident. `key` names it within the business: an incident of the same key is not noted again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn note_incident(&self, kind: IncidentKind, key: &str, incident: Incident) -> Result<()> {
        let sql = sql!(
            tenant,
            "insert into money_incident
                (tenant_id, branch_id, kind, key, account_id, check_id, payment_id, detail, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (tenant_id, key) do nothing"
        );
        let values = [
            incident.tenant.into(),
            incident.branch.into(),
            kind.as_str().into(),
            key.into(),
            incident.account.into(),
            incident.check.into(),
            incident.payment.into(),
            incident.detail.into(),
            self.now().into(),
        ];
        if self.run(sql, values).await? > 0 {
            metrics::counter!("money_incidents_total", "kind" => kind.as_str()).increment(1);
            tracing::warn!(kind = kind.as_str(), key, "money needs a person's eyes");
        }
        Ok(())
    }

    /// Locks an incident of the caller's. One of the whole business has no branch, so a manager of any of its branches
    /// may resolve it.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn lock_incident(&self, scope: &impl Scope, id: IncidentId) -> Result<Locked<IncidentRow>> {
        let query = money_incident::Entity::find_by_id(id)
            .filter(money_incident::Column::TenantId.eq(scope.tenant_id()))
            .lock_exclusive();
        let row = query.one(self.tx()).await?.ok_or(Error::NotFound("incident"))?;
        match row.branch_id {
            Some(branch) => admitted(scope, "incident", Some(row), |_| branch).map(Locked::new),
            None => Ok(Locked::new(row)),
        }
    }

    /// Marks the check's incidents of one kind as resolved.
    ///
    /// # Errors
    /// The database failed.
    pub async fn resolve_incidents_of(&self, check: CheckId, kind: IncidentKind, by: UserId) -> Result<()> {
        let sql = sql!(
            row("check_id"),
            "update money_incident set resolved_at = $3, resolved_by_id = $4
            where check_id = $1 and kind = $2 and resolved_at is null"
        );
        self.run(sql, [check.into(), kind.as_str().into(), self.now().into(), by.into()]).await?;
        Ok(())
    }

    /// Marks an incident as resolved.
    ///
    /// # Errors
    /// The database failed.
    pub async fn resolve_incident(&self, incident: &Locked<IncidentRow>, by: UserId) -> Result<()> {
        let sql = sql!(row("id"), "update money_incident set resolved_at = $2, resolved_by_id = $3 where id = $1");
        self.run(sql, [incident.id.into(), self.now().into(), by.into()]).await?;
        Ok(())
    }
}
