//! Staff send somebody away from a table: a stranger who joined, a guest who went home with the phone in a pocket.
//!
//! Under the session's lock the guest's phones and names are marked, and from the commit on every request of theirs is
//! refused, since each locks that session or reads that mark (I4, I5). Lines in the cart and claims go with the
//! guest; rounds stay on the bill and are shared by those who stay; money that is under way finds its check as ever. Of
//! two who remove the same guest at once one does, and both are told the same.

use crate::{
    Error, Result,
    command::{Act, Done, command},
};
use auth::{Floor, Staff};
use domain::{
    DinerId, PhoneId, SessionId,
    event::{Actor, ActorRole, CartLineRemoved, Event, GuestRemoved, TableRef, TableState},
};
use serde_json::json;
use store::{Answer, Attempt, Change, Database, Guest, Locked, Seated, TableRow, UnitOfWork};
use wire::session::RemovedGuest;

/// Who is to go.
#[derive(Clone, Copy, Debug)]
pub enum Removal {
    /// The one of this name.
    Diner(DinerId),
    /// The one with this phone, who may have given no name.
    Phone(PhoneId),
}

/// Removes a guest from a party. Who was removed already stays removed, and the answer says so again.
///
/// # Errors
/// No such session, diner or phone, or not in the caller's branches; the party has left; the key was used for another
/// request.
pub async fn remove_guest(
    db: &Database,
    staff: &Staff<Floor>,
    session_id: SessionId,
    who: Removal,
    attempt: &Attempt,
) -> Result<Answer> {
    command(
        db,
        "session.remove_guest",
        (staff, attempt),
        |uow| async move { uow.lock_seat(staff, session_id).await },
        |act, (table, session)| async move {
            session.status.ensure_live().map_err(Error::Conflict)?;
            let guest = match who {
                Removal::Diner(diner) => {
                    act.uow.guest_of_diner(&session, diner).await?.ok_or(Error::NotFound("diner"))?
                }
                Removal::Phone(phone) => {
                    act.uow.guest_of_phone(&session, phone).await?.ok_or(Error::NotFound("phone"))?
                }
            };
            if is_present(&guest) {
                take_cart_lines(&act.uow, &session, &guest).await?;
                release_claims(&act.uow, &session, &guest).await?;
                act.uow.remove_guest(&session, &guest, Some(staff.user_id())).await?;
                tell(&act, &table, &session, &guest);
                note(&act, &session, &guest);
            }
            let removed = RemovedGuest { session_id, diner_ids: diners(&guest), phone_ids: phones(&guest) };
            Ok(Done::Changed(removed))
        },
    )
    .await
}

fn is_present(guest: &Guest) -> bool {
    guest.phones.iter().any(|phone| phone.removed_at.is_none())
        || guest.diners.iter().any(|diner| diner.removed_at.is_none())
}

fn diners(guest: &Guest) -> Vec<DinerId> {
    guest.diners.iter().map(|diner| diner.id).collect()
}

fn phones(guest: &Guest) -> Vec<PhoneId> {
    guest.phones.iter().map(|phone| phone.id).collect()
}

/// What the guest had put into the cart and not sent is nobody's order.
async fn take_cart_lines(uow: &UnitOfWork, session: &Locked<Seated>, guest: &Guest) -> Result<()> {
    let lines = uow.cart_lines_of(session, &diners(guest)).await?;
    if lines.is_empty() {
        return Ok(());
    }
    for line in &lines {
        uow.delete_cart_line(session, line).await?;
        let actor = Actor { user_id: Some(line.diner_id.get()), role: ActorRole::Diner };
        let removed = CartLineRemoved { item_id: line.id, product_id: line.product_id, diner_id: line.diner_id };
        uow.emit(session.place(), actor, Event::CartItemRemoved(removed));
    }
    uow.raise_cart_version(session).await?;
    Ok(())
}

/// What the guest said to pay is free for the others. A checkout that is open at the provider is called off by the
/// sweep, and what is paid on it all the same is a payment of this check like any other.
async fn release_claims(uow: &UnitOfWork, session: &Locked<Seated>, guest: &Guest) -> Result<()> {
    if let Some(check) = uow.lock_check_of(session).await? {
        for diner in &guest.diners {
            uow.release_claims(&check, diner.id).await?;
        }
    }
    Ok(())
}

fn tell(act: &Act<'_, Staff<Floor>>, table: &Locked<TableRow>, session: &Locked<Seated>, guest: &Guest) {
    let removed = GuestRemoved { diner_ids: diners(guest), phone_ids: phones(guest) };
    let table = TableRef { table_code: table.code.clone(), table_status: table.status };
    let state = TableState { removed: Some(removed), ..table.into() };
    act.emit(session.place(), Event::TableStatusChanged(state));
}

fn note(act: &Act<'_, Staff<Floor>>, session: &Locked<Seated>, guest: &Guest) {
    let names: Vec<&str> = guest.diners.iter().map(|diner| diner.name.as_str()).collect();
    let change = Change {
        action: "UPDATE",
        entity_type: "table_session",
        entity_id: session.id.get(),
        branch: Some(session.branch_id),
        before: json!({}),
        after: json!({ "removed_diners": diners(guest), "removed_names": names, "removed_phones": phones(guest) }),
    };
    act.audit(change);
}
