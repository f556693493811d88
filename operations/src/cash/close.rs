//! A manager counts the drawer and closes it.
//!
//! Under the session's whole lock, which every payment that is being booked shares: what is expected is the sum of what
//! is booked, to the cent, and nothing is booked afterwards.

use crate::{
    Error, Result,
    command::{Done, command},
};
use auth::{Management, Staff};
use domain::{
    cash::{CashSessionStatus, expected},
    money::MAX_AMOUNT,
};
use serde_json::json;
use store::{Answer, Attempt, Change, Database};
use wire::cash::{Closed, Counted};

/// Closes the drawer.
///
/// # Errors
/// No such session or not in the caller's branches; it is closed.
pub async fn close(db: &Database, staff: &Staff<Management>, counted: &Counted, attempt: &Attempt) -> Result<Answer> {
    if counted.actual_amount_cents > MAX_AMOUNT {
        return Err(Error::Invalid("actual_amount_cents: must be at most 10000000000000"));
    }
    command(
        db,
        "cash.close",
        (staff, attempt),
        |uow| async move { uow.lock_cash_session(staff, counted.session_id).await },
        |act, session| async move {
        session.status.ensure_open("close")?;
        let actual = counted.actual_amount_cents;
        let expected = expected(session.opening_amount_cents, act.uow.cash_moved(&session).await?)?;
        let notes = counted.notes.clone().map(Into::into);
        act.uow.close_cash_session(&session, (expected, actual), notes, staff.user_id()).await?;
        let closed = Closed {
            id: session.id,
            cash_register_id: session.cash_register_id,
            status: CashSessionStatus::Closed,
            closed_at: act.uow.now(),
            opening_amount_cents: session.opening_amount_cents,
            expected_amount_cents: expected,
            actual_amount_cents: actual,
            difference_cents: actual.get().saturating_sub(expected),
        };
        let change = Change {
            action: "UPDATE",
            entity_type: "cash_session",
            entity_id: session.id.get(),
            branch: Some(session.branch_id),
            before: json!({ "status": session.status }),
            after: json!({ "status": closed.status, "expected_amount_cents": expected, "actual_amount_cents": actual }),
        };
        act.audit(change);
        Ok(Done::Changed(closed))
        },
    )
    .await
}
