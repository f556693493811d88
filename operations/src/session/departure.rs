//! What every way to end a session does: the party is gone, and with it its calls, its cart and its claim to the table.
//!
//! Nothing of a session outlives it on a waiter's screen: whatever is still open is closed by the same transaction,
//! and each closed call says so before the table does.

use crate::{Error, Result, check::Settled, command::Act};
use auth::{RoleSet, Staff};
use domain::{
    ProblemCode,
    check::CheckStatus,
    event::{CallRef, CartCleared, Event, Place, TableRef},
    table::TableStatus,
};
use serde_json::json;
use store::{Change, CheckRow, Locked};

/// Where the check of a party that leaves stands. Of a withdrawn one it is asked anew: what was ordered since is owed
/// all the same, and where nothing is owed any more nobody needs to ask for the check once again.
pub(super) async fn last_account<R: RoleSet>(
    act: &Act<'_, Staff<R>>,
    session: &Locked<store::SessionRow>,
    check: &Locked<CheckRow>,
) -> Result<Settled> {
    if check.status != CheckStatus::Open {
        return Ok(Settled::of(check));
    }
    let seated = act.uow.lock_session(act.by, session.id).await?;
    let settled = act.settle_check((&seated, check), false, None, "session.close").await?;
    act.tell_paid((&seated, check), &settled);
    Ok(settled)
}

/// A party leaves when it has paid; one that never asked for its check may leave too (W11, W24).
pub(super) fn ensure_settled(account: &Settled) -> Result<()> {
    if account.status.is_settled() {
        return Ok(());
    }
    let owed = account.remaining().get();
    Err(Error::refused(ProblemCode::CheckNotPaid, format!("The check is not paid: {owed} cents are owed")))
}

/// Closes the session and frees its table; returns what the table is now.
pub(super) async fn depart<R: RoleSet>(
    act: &Act<'_, Staff<R>>,
    table: &Locked<store::TableRow>,
    session: &Locked<store::SessionRow>,
    check: Option<&Locked<CheckRow>>,
    forced: bool,
) -> Result<TableStatus> {
    let closed = session.status.close()?;
    let status = table.status.free();
    let place = Place { session_id: Some(session.id), ..table.place() };
    for (call_id, call_type) in act.uow.close_calls(session, act.by).await? {
        act.emit(place, Event::ServiceCallClosed(CallRef { call_id, call_type }));
    }
    if act.uow.discard_cart(session).await? {
        act.emit(place, Event::CartCleared(CartCleared { cleared: true }));
    }
    if let Some(check) = check {
        act.uow.close_check(check).await?;
    }
    act.uow.close_session(session).await?;
    act.uow.set_table_status(table, status).await?;
    act.emit(place, Event::TableCleared(TableRef { table_code: table.code.clone(), table_status: status }));
    let change = Change {
        action: "UPDATE",
        entity_type: "table_session",
        entity_id: session.id.get(),
        branch: Some(table.branch_id),
        before: json!({ "status": session.status, "table_status": table.status }),
        after: json!({ "status": closed, "table_status": status, "table_code": table.code, "forced": forced }),
    };
    act.audit(change);
    Ok(status)
}
