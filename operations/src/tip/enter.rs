//! A manager enters a tip that was left on the table.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{Management, Staff};
use serde_json::{Value, json};
use store::{Answer, Attempt, Change, Database, NewTip};
use wire::tip::{Entered, EnteredTip};

/// Enters a tip.
///
/// # Errors
/// Nothing was left; neither branch, session nor check is said, or they are not the caller's or not of one another; the
/// waiter does not serve tables there.
pub async fn enter(db: &Database, staff: &Staff<Management>, tip: &EnteredTip, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "tip.enter",
        (staff, attempt),
        |_| async { Ok::<_, Error>(()) },
        |act, ()| async move {
            let visit = match (tip.table_session_id, tip.check_id) {
                (None, None) => None,
                (session, check) => Some(act.uow.place_of_tip(staff, session, check).await?),
            };
            let branch = match (tip.branch_id, visit) {
                (None, Some((branch, ..))) => branch,
                (Some(branch), None) => act.uow.lock_branch(staff, branch).await?.id,
                (Some(said), Some((branch, ..))) if said == branch => branch,
                (Some(_), Some(_)) => return Err(Error::Invalid("branch_id: the session is in another branch")),
                (None, None) => return Err(Error::Invalid("branch_id: required")),
            };
            if let Some(waiter) = tip.waiter_id
                && !act.uow.find_table_waiter(staff, waiter, branch).await?
            {
                return Err(Error::Invalid("waiter_id: does not serve tables in this branch"));
            }
            let new = NewTip {
                amount: tip.amount_cents.cents(),
                method: tip.payment_method,
                waiter: tip.waiter_id.or(visit.and_then(|(.., waiter)| waiter)),
                session: visit.map(|(_, session, _)| session),
                check: tip.check_id,
            };
            let row = act.uow.insert_tip(staff.tenant_id(), branch, &new).await?;
            let entered = Entered {
                id: row.id,
                branch_id: branch,
                amount_cents: new.amount,
                payment_method: new.method,
                waiter_id: new.waiter,
                table_session_id: new.session,
                check_id: new.check,
            };
            let change = Change {
                action: "CREATE",
                entity_type: "tip",
                entity_id: row.id.get(),
                branch: Some(branch),
                before: Value::Null,
                after: json!(entered),
            };
            act.audit(change);
            Ok(Done::Made(entered))
        },
    )
    .await
}
