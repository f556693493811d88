//! The check is asked for: by a phone (M26) or by a waiter (W20).
//!
//! Table, session and check are locked in that order and move together, so of two phones that ask at once both get the
//! same check (I4). It is idempotent in every state (design.md §9): who asks again is told what there is.

use super::Settled;
use crate::{
    Error, Result,
    command::{Act, Done, command},
};
use auth::{Diner, Floor, Scope, Staff};
use domain::{
    BranchId, Cents, CheckId, ProblemCode, SessionId, check::CheckStatus, event::Event, session::SessionStatus,
};
use serde_json::json;
use store::{Answer, Attempt, Change, Database, Locked, Seated, TableRow, UnitOfWork};
use wire::check::{RequestedCheck, WaiterCheck};

/// A phone asks for the check.
///
/// # Errors
/// The session is closed; the phone joined after the check was asked for; the key was used for another request.
pub async fn request(db: &Database, diner: &Diner, attempt: &Attempt) -> Result<Answer> {
    command(
        db,
        "check.request",
        (diner, attempt),
        |uow| async move { uow.lock_seat(diner, diner.session_id()).await },
        |act, (table, session)| async move {
            let Asked { check_id, settled, .. } = ask(&act, &table, &session).await?;
            let Settled { total, paid, status, .. } = settled;
            Ok(Done::Changed(RequestedCheck { check_id, total_cents: total, paid_cents: paid, status }))
        },
    )
    .await
}

/// A waiter asks for it.
///
/// # Errors
/// No such live session; nothing was ordered; the key was used for another request.
pub async fn request_by_staff(
    db: &Database,
    staff: &Staff<Floor>,
    session_id: SessionId,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "check.request_by_staff",
        (staff, attempt),
        |uow| async move { uow.lock_seat(staff, session_id).await },
        |act, (table, session)| async move {
            let asked = ask(&act, &table, &session).await.map_err(closed_is_not_found)?;
            let Asked { check_id, branch, settled, was } = asked;
            // W20: a check of nothing is not opened; one that a phone opened is told of like any other.
            if was.is_none() && settled.total == Cents::ZERO {
                return Err(Error::refused(ProblemCode::NothingOrdered, "Nothing was ordered yet"));
            }
            if was.is_none_or(|was| was == CheckStatus::Open) {
                act.audit(Change {
                    action: if was.is_none() { "CREATE" } else { "UPDATE" },
                    entity_type: "check",
                    entity_id: check_id.get(),
                    branch: Some(branch),
                    before: json!({ "status": was }),
                    after: json!({ "status": settled.status, "total_cents": settled.total }),
                });
            }
            let items_count = act.uow.count_charged(check_id).await?;
            let Settled { total, paid, status, .. } = settled;
            let (total_cents, paid_cents) = (total, paid);
            Ok(Done::Changed(WaiterCheck { check_id, session_id, total_cents, paid_cents, status, items_count }))
        },
    )
    .await
}

/// W20: a session that is over is none to a waiter.
fn closed_is_not_found(error: Error) -> Error {
    match error {
        Error::Illegal(_) => Error::NotFound("active session"),
        other => other,
    }
}

struct Asked {
    check_id: CheckId,
    branch: BranchId,
    settled: Settled,
    /// Where it stood before; nowhere when this is the first time that anybody asks.
    was: Option<CheckStatus>,
}

/// Who may ask for the check: staff always; a phone as long as nobody has asked yet, and then if it was there before,
/// which makes asking again the same as reading it. A phone that joined while the check stood may read it and pay it,
/// and asks for it where anybody may join (`join = open`), as the shipped client must. When staff withdraw the check,
/// whoever is there then is there before it is asked for again. A phone that scans again is as old as the diner it
/// registers as. Tokens without a phone are older than this rule.
async fn ensure_may_ask(uow: &UnitOfWork, scope: &impl Scope, session: &Locked<Seated>) -> Result<()> {
    let asked_for = session.status == SessionStatus::Paying;
    let Some(phone) = scope.phone().filter(|_| asked_for && !session.join_rule.admits_late_requests()) else {
        return Ok(());
    };
    match uow.find_phone(session.id, phone).await? {
        Some(phone) if phone.after_check => Err(Error::Denied {
            code: ProblemCode::JoinedAfterCheckRequest,
            detail: "The check was asked for before you joined",
        }),
        _ => Ok(()),
    }
}

async fn ask<C: Scope>(act: &Act<'_, C>, table: &Locked<TableRow>, session: &Locked<Seated>) -> Result<Asked> {
    let uow = &act.uow;
    ensure_may_ask(uow, act.by, session).await?;
    let paying = session.status.ask_for_check()?;
    let (check, is_new) = match uow.lock_check_of(session).await? {
        Some(check) => (check, false),
        None => (uow.insert_check(session).await?, true),
    };
    let of = (session, &check);
    let settled = act.settle_check(of, false, None, "check.request").await?;
    if session.status != paying {
        uow.set_session_status(session, paying).await?;
    }
    if table.status != table.status.pay() {
        uow.set_table_status(table, table.status.pay()).await?;
    }
    if is_new || check.status == CheckStatus::Open {
        act.emit(session.place(), Event::CheckRequested(settled.of_check(&check)));
    }
    act.tell_paid(of, &settled);
    let was = (!is_new).then_some(check.status);
    Ok(Asked { check_id: check.id, branch: check.branch_id, settled, was })
}
