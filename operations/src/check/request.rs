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
    BranchId, CheckId, ProblemCode, RoundId, SessionId, check::CheckStatus, event::Event, session::SessionStatus,
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
            let CheckRequest { check_id, settled, waiting, .. } = ask(&act, &table, &session).await?;
            let Settled { total, paid, status, .. } = settled;
            let (total_cents, paid_cents, waiting_round_ids) = (total, paid, waiting);
            Ok(Done::Changed(RequestedCheck { check_id, total_cents, paid_cents, status, waiting_round_ids }))
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
            let CheckRequest { check_id, branch, settled, was, waiting } = asked;
            // W20: a check of nothing is not opened; one that a phone opened is told of like any other.
            let items_count = act.uow.count_charged(check_id).await?;
            if was.is_none() && items_count == 0 {
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
            let Settled { total, paid, status, .. } = settled;
            let told = WaiterCheck {
                check_id,
                session_id,
                total_cents: total,
                paid_cents: paid,
                status,
                items_count,
                waiting_round_ids: waiting,
            };
            Ok(Done::Changed(told))
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

struct CheckRequest {
    check_id: CheckId,
    branch: BranchId,
    settled: Settled,
    /// The check's state before; `None` for the first request.
    was: Option<CheckStatus>,
    /// The rounds that wait for a waiter's word; they are on no check.
    waiting: Vec<RoundId>,
}

/// Checks that the caller may ask for the check.
///
/// Staff always may. A phone may before the first request. After it a phone may if it was at the table before; asking
/// again is then the same as reading the check. A phone that joined later may read the check and pay it; it may ask for
/// it only where anyone may join (`join = open`), as the shipped client must. When staff withdraw the check, all phones
/// at the table count as there before the next request. A phone that scans again is as old as the diner it registers
/// as. Tokens without a phone are older than this rule.
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

async fn ask<C: Scope>(act: &Act<'_, C>, table: &Locked<TableRow>, session: &Locked<Seated>) -> Result<CheckRequest> {
    let uow = &act.uow;
    ensure_may_ask(uow, act.by, session).await?;
    let paying = session.status.ask_for_check()?;
    let (check, is_new) = match uow.lock_check_of(session).await? {
        Some(check) => (check, false),
        None => (uow.insert_check(session).await?, true),
    };
    let of = (session, &check);
    let settled = act.settle_check(of, false, None, "check.request").await?;
    let waiting = uow.find_unconfirmed_rounds(session).await?;
    // A check of nothing counts as paid, and a party whose dishes are yet to come is not done.
    if is_new && !waiting.is_empty() && uow.count_charged(check.id).await? == 0 {
        return Err(Error::refused(ProblemCode::RoundWaits, "What was ordered waits for a waiter's word"));
    }
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
    Ok(CheckRequest { check_id: check.id, branch: check.branch_id, settled, was, waiting })
}
