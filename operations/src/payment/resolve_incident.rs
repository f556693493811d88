//! A manager has dealt with what the program could not.

use crate::{Error, Result};
use auth::{Management, Staff};
use domain::IncidentId;
use serde_json::json;
use store::{Answer, Attempt, Change, Database};

/// Marks an incident as dealt with.
///
/// # Errors
/// No such incident; somebody did already.
pub async fn resolve_incident(
    db: &Database,
    staff: &Staff<Management>,
    id: IncidentId,
    attempt: &Attempt,
) -> Result<Answer> {
    db.transaction("payment.resolve_incident", |uow| async move {
        let incident = uow.lock_incident(staff, id).await?;
        if let Some(first) = uow.first_answer(staff, attempt).await? {
            return Ok(first);
        }
        if incident.resolved_at.is_some() {
            return Err(Error::Exists {
                code: "already_resolved",
                detail: "Somebody dealt with it already".to_owned(),
            });
        }
        uow.resolve_incident(&incident, staff.user_id()).await?;
        let change = Change {
            action: "UPDATE",
            entity_type: "money_incident",
            entity_id: id.get(),
            branch: incident.branch_id,
            before: json!({ "kind": incident.kind, "detail": incident.detail, "resolved": false }),
            after: json!({ "resolved": true }),
        };
        uow.audit(staff, attempt, change);
        Ok(uow.answer(staff, attempt, Answer::empty()).await?)
    })
    .await
}
