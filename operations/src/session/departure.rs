//! What every way to end a session does: the party is gone, and with it its orders, its calls, its cart and its claim
//! to the table. What it was served and did not pay stays owed, on a check (I12).
//!
//! Nothing of a session outlives it on a screen: whatever is still open is ended by the same transaction. TABLE_CLEARED
//! lists the calls that were closed; an event for each of them would make the shipped waiter's dialog ask for calls
//! that are over.

use crate::{Error, Result, check::Settled, command::Act};
use auth::{RoleSet, Staff};
use domain::{
    Cents, ProblemCode,
    check::CheckStatus,
    event::{CartCleared, Event, Place, TableCleared},
    round::RoundStatus,
    table::TableStatus,
};
use serde_json::json;
use store::{Change, CheckRow, Locked, Seated, SessionRow, TableRow};

/// Why a round is canceled that nobody waits for any more.
const PARTY_LEFT: &str = "The party left";

/// Where the check of a party that leaves stands. Of a withdrawn one it is asked anew: what was ordered since is owed
/// all the same, and where nothing is owed any more nobody needs to ask for the check once again.
pub(super) async fn last_account<R: RoleSet>(
    act: &Act<'_, Staff<R>>,
    session: &Locked<SessionRow>,
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

/// What is left behind by a party that left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Departed {
    /// What the table is now.
    pub(super) table_status: TableStatus,
    /// What stays owed on its check, in cents.
    pub(super) owed: Cents,
}

/// Closes the session and frees its table.
pub(super) async fn depart<R: RoleSet>(
    act: &Act<'_, Staff<R>>,
    table: &Locked<TableRow>,
    session: &Locked<SessionRow>,
    forced: bool,
) -> Result<Departed> {
    let closed = session.status.close()?;
    let status = table.status.free();
    let place = Place { session_id: Some(session.id), ..table.place() };
    let seated = act.uow.lock_session(act.by, session.id).await?;
    let canceled = end_rounds(act, session, &seated).await?;
    let (total, paid) = bill_the_rest(act, session, &seated).await?;
    let owed = total.saturating_sub(paid);
    let closed_call_ids = act.uow.close_calls(session, act.by).await?;
    if act.uow.discard_cart(session).await? {
        act.emit(place, Event::CartCleared(CartCleared { cleared: true }));
    }
    act.uow.close_session(session).await?;
    act.uow.set_table_status(table, status).await?;
    let cleared = TableCleared { table_code: table.code.clone(), table_status: status, closed_call_ids };
    act.emit(place, Event::TableCleared(cleared));
    let change = Change {
        action: "UPDATE",
        entity_type: "table_session",
        entity_id: session.id.get(),
        branch: Some(table.branch_id),
        before: json!({ "status": session.status, "table_status": table.status }),
        after: json!({ "status": closed, "table_status": status, "table_code": table.code, "forced": forced,
            "total_cents": total, "owed_cents": owed, "canceled_cents": canceled }),
    };
    act.audit(change);
    Ok(Departed { table_status: status, owed })
}

/// Ends what the table still waits for. Dishes that were ready were served, for nobody can cancel them (design.md §5);
/// so were those that the kitchen has and that are paid or about to be, or their money would have to go back. The rest
/// is canceled, and what can be sold again is. Returns what the canceled came to, in cents.
async fn end_rounds<R: RoleSet>(
    act: &Act<'_, Staff<R>>,
    session: &Locked<SessionRow>,
    seated: &Locked<Seated>,
) -> Result<Cents> {
    let open = act.uow.lock_open_rounds(seated).await?;
    if open.is_empty() {
        return Ok(Cents::ZERO);
    }
    let ordered = act.uow.session_total(session).await?;
    let settled = act.uow.lock_check_of(seated).await?.is_some_and(|check| check.status.is_settled());
    let paid = act.uow.find_paid_rounds(seated).await?;
    for round in open {
        let is_paid = settled || paid.contains(&round.id);
        if round.status == RoundStatus::Ready || round.status.is_in_kitchen() && is_paid {
            let served = act.move_round(seated, &round, RoundStatus::Served, None).await?;
            act.audit_step("UPDATE", round.status, &served);
            continue;
        }
        let untouched = act.untouched(&round, None).await?;
        let canceled = act.move_round(seated, &round, RoundStatus::Canceled, Some(PARTY_LEFT)).await?;
        act.give_back(seated, untouched);
        act.audit_step("CANCEL", round.status, &canceled);
    }
    Ok(ordered.saturating_sub(act.uow.session_total(session).await?))
}

/// Puts what was served on a check, which is then closed: it stays owed until somebody pays it (I12). A party that was
/// served nothing that costs gets none. Returns what the dishes come to and what of it is paid.
async fn bill_the_rest<R: RoleSet>(
    act: &Act<'_, Staff<R>>,
    session: &Locked<SessionRow>,
    seated: &Locked<Seated>,
) -> Result<(Cents, Cents)> {
    let (check, is_new) = match act.uow.lock_check_of(seated).await? {
        Some(check) => (check, false),
        None if act.uow.session_total(session).await? == Cents::ZERO => return Ok((Cents::ZERO, Cents::ZERO)),
        None => (act.uow.insert_check(seated).await?, true),
    };
    let settled = act.settle_check((seated, &check), false, None, "session.close").await?;
    act.tell_paid((seated, &check), &settled);
    if is_new {
        act.audit(Change {
            action: "CREATE",
            entity_type: "check",
            entity_id: check.id.get(),
            branch: Some(check.branch_id),
            before: json!({ "status": null }),
            after: json!({ "status": settled.status, "total_cents": settled.total }),
        });
    }
    act.uow.close_check(&check).await?;
    Ok((settled.total, settled.paid))
}
