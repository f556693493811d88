//! A phone joins the table (M5).
//!
//! The client retries on any error, so the pair (session, the phone's own id) is one diner however often it registers;
//! `diner_phone` backs the check under the session's lock (I5). Under a rule that tells of joins, party and staff hear
//! of whoever is new. Somebody whom staff removed comes back by no new scan while the party sits there.

use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use auth::{Diner, Scope};
use domain::{
    ProblemCode,
    event::{Event, GuestJoined, TableRef, TableState},
    text::{Color, Name, Text},
};
use store::{Database, DeviceMarks, DinerRow, Locked, NewDiner, Seated, TableRow, UnitOfWork};
use wire::diner::Registered;

/// What the phone says of itself.
#[derive(Clone, Debug)]
pub struct Registration {
    /// What the others see.
    pub name: Name<50>,
    /// Its colour.
    pub color: Color,
    /// Its own id of this visit.
    pub local_id: Option<Text<50>>,
    /// Its own id across visits.
    pub device_id: Option<Text<100>>,
    /// What tells it apart without an id.
    pub device_fingerprint: Option<Text<64>>,
}

/// A diner as the table's phones see one.
#[must_use]
pub fn registered(row: store::DinerRow) -> Registered {
    Registered {
        id: row.id,
        session_id: row.session_id,
        name: row.name,
        color: row.color,
        local_id: row.local_id,
        joined_at: row.joined_at,
        device_id: row.device_id,
    }
}

/// Names at one table, removed ones included. A banquet has a hundred; whoever registers more fills the disk.
const MOST_DINERS: i64 = 300;

/// Adds the phone to the session, or returns the diner it already is.
///
/// # Errors
/// The session is closed; the phone, or the device that it says it is, was removed from the table.
pub async fn register(db: &Database, diner: &Diner, registration: &Registration) -> Result<Registered> {
    let joined = keyless(db, "diner.register", Twice::FindsTheFirst, |uow| async move {
        let (table, session) = uow.lock_seat(diner, diner.session_id()).await?;
        session.status.ensure_live()?;
        if is_of_a_removed_guest(&uow, &session, registration).await? {
            turn_away(&uow, diner, &session).await?;
            return Ok::<_, Error>(None);
        }
        let known = match &registration.local_id {
            Some(local_id) => uow.find_diner_of_phone(&session, local_id.as_str()).await?,
            None => None,
        };
        let row = match (known, &registration.device_id) {
            (Some(row), Some(device)) if row.device_id.is_none() => {
                uow.set_diner_device(&session, row, device.as_str().to_owned()).await?
            }
            (Some(row), _) => row,
            (None, _) => {
                if uow.count_diners(&session).await? >= MOST_DINERS {
                    return Err(Error::refused(ProblemCode::TooManyDiners, "This table has too many guests already"));
                }
                let row = uow.insert_diner(&session, diner.phone_id(), registration.row()).await?;
                if session.join_rule.tells_of_joins() {
                    tell(&uow, diner, &table, &session, &row);
                }
                row
            }
        };
        if let Some(phone) = diner.phone_id() {
            uow.set_phone_diner(&session, phone, row.id).await?;
        }
        Ok(Some(row))
    })
    .await?;
    // What turned the phone away is committed; the refusal comes after it.
    joined.map(registered).ok_or(Error::Store(store::Error::Removed))
}

impl Registration {
    fn row(&self) -> NewDiner {
        NewDiner {
            name: self.name.as_str().to_owned(),
            color: self.color.as_str().to_owned(),
            local_id: self.local_id.clone().map(Into::into),
            device_id: self.device_id.clone().map(Into::into),
            device_fingerprint: self.device_fingerprint.clone().map(Into::into),
        }
    }
}

/// Whether whoever registers was removed from this very party: scanning the code again makes nobody somebody else.
async fn is_of_a_removed_guest(uow: &UnitOfWork, session: &Locked<Seated>, new: &Registration) -> Result<bool> {
    if session.phones_removed == 0 {
        return Ok(false);
    }
    let marks = DeviceMarks {
        device_id: new.device_id.as_ref().map(|id| id.as_str()).filter(|id| !id.is_empty()),
        local_id: new.local_id.as_ref().map(|id| id.as_str()).filter(|id| !id.is_empty()),
    };
    Ok(uow.is_device_removed(session.id, &marks).await?)
}

/// The new phone of a removed guest is a removed guest's phone, which hears and does nothing at this table.
async fn turn_away(uow: &UnitOfWork, diner: &Diner, session: &Locked<Seated>) -> Result<()> {
    let Some(phone) = diner.phone_id() else { return Ok(()) };
    if let Some(guest) = uow.guest_of_phone(session, phone).await? {
        uow.remove_guest(session, &guest, None).await?;
    }
    Ok(())
}

/// The party and the staff hear who joined.
fn tell(uow: &UnitOfWork, diner: &Diner, table: &Locked<TableRow>, session: &Locked<Seated>, row: &DinerRow) {
    let joined =
        GuestJoined { diner_id: row.id, name: row.name.clone(), color: row.color.clone(), joined_at: row.joined_at };
    let table = TableRef { table_code: table.code.clone(), table_status: table.status };
    let state = TableState { joined: Some(joined), ..table.into() };
    uow.emit(session.place(), diner.actor(session.branch_id), Event::TableStatusChanged(state));
}
