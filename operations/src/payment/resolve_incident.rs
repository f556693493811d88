//! A manager has dealt with what the program could not.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{Management, Staff};
use domain::{IncidentId, ProblemCode};
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
    command(
        db,
        "payment.resolve_incident",
        (staff, attempt),
        |uow| async move { uow.lock_incident(staff, id).await },
        |act, incident| async move {
            if incident.resolved_at.is_some() {
                return Err(Error::Exists {
                    code: ProblemCode::AlreadyResolved,
                    detail: "Somebody dealt with it already".to_owned(),
                });
            }
            act.uow.resolve_incident(&incident, staff.user_id()).await?;
            let change = Change {
                action: "UPDATE",
                entity_type: "money_incident",
                entity_id: id.get(),
                branch: incident.branch_id,
                before: json!({ "kind": incident.kind, "detail": incident.detail, "resolved": false }),
                after: json!({ "resolved": true }),
            };
            act.audit(change);
            Ok(Done::<()>::Nothing)
        },
    )
    .await
}
