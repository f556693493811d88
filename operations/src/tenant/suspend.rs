//! An operator suspends a business, and lets it go on: nobody of it signs in, no guest sits down, and nothing is lost.
//!
//! Its branches close with it, by the same `is_active` that everybody asks who signs in, scans or reads a menu
//! (decisions/016). As in closing a branch, no party may sit there and no drawer be open: what was eaten is to be paid
//! first (I12). Office, tables and branches are locked in that order (I4), so that nobody sits down meanwhile.

use crate::{
    Error, Result,
    command::{Act, Twice, keyless},
    office::ensure_free,
};
use auth::{Operator, Scope};
use domain::{
    ProblemCode,
    event::{EntityRef, Event},
};
use serde_json::json;
use store::{Change, Database};

/// Suspends the business. One that is suspended stays so.
///
/// # Errors
/// A party sits there, or a drawer is open.
pub async fn suspend(db: &Database, operator: &Operator) -> Result<()> {
    keyless(db, "tenant.suspend", Twice::FindsTheFirst, |uow| async move {
        uow.lock_office(operator).await?;
        if uow.tenant(operator).await?.suspended_at.is_some() {
            return Ok(());
        }
        let branches = uow.branches_of_business(operator).await?;
        let mut tables = Vec::new();
        for branch in &branches {
            tables.extend(uow.table_ids(operator, *branch).await?);
        }
        tables.sort_unstable();
        let in_use = uow.lock_tables_in_use(operator, &tables).await?;
        for branch in &branches {
            // Opening a drawer takes this lock, so that none opens from here on.
            uow.lock_branch(operator, *branch).await?;
        }
        let ids: Vec<i64> = branches.iter().map(|branch| branch.get()).collect();
        ensure_free(&in_use, &uow.open_registers(operator, &ids).await?)?;
        uow.suspend(operator).await?;
        Act::of_worker(&uow, operator).tell_suspended(true).await
    })
    .await
}

/// Lets the business go on. One that is not suspended goes on anyway.
///
/// # Errors
/// Another business opened a branch of the same short name meanwhile.
pub async fn resume(db: &Database, operator: &Operator) -> Result<()> {
    let resumed = keyless(db, "tenant.resume", Twice::FindsTheFirst, |uow| async move {
        uow.lock_office(operator).await?;
        if uow.tenant(operator).await?.suspended_at.is_none() {
            return Ok(());
        }
        uow.resume(operator).await?;
        Act::of_worker(&uow, operator).tell_suspended(false).await
    })
    .await;
    match resumed {
        Err(Error::Store(store::Error::Taken(_))) => Err(Error::Conflict {
            code: ProblemCode::SlugTaken,
            detail: "another business has opened a branch of the same short name meanwhile, and links and QR codes \
                     would lead there; nothing was changed"
                .into(),
        }),
        other => other,
    }
}

impl Act<'_, Operator> {
    async fn tell_suspended(&self, now: bool) -> Result<()> {
        self.audit(Change {
            action: "UPDATE",
            entity_type: "tenant",
            entity_id: self.by.tenant_id().get(),
            branch: None,
            before: json!({ "suspended": !now }),
            after: json!({ "suspended": now }),
        });
        for branch in self.uow.branches_of_business(self.by).await? {
            // The word on which gateways look at everybody's sockets again.
            let entity = EntityRef { entity_type: "branch", entity_id: branch.get(), entity_name: None };
            self.emit_in(branch, Event::EntityUpdated(entity));
            self.uow.raise_menu_version(branch).await?;
        }
        Ok(())
    }
}
