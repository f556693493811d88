//! A phone joins a table: its QR code is scanned, its code or number typed (M1, M2).
//!
//! The table's lock makes fifty phones at one table find one session; `table_session_live` backs it (I4, I5). Who may
//! join is the branch's rule. A join code is looked at again under that lock, so that one that was rotated meanwhile
//! lets nobody in; and a phone that joins while it is being removed is either removed or refused, for both lock the
//! session.

use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use auth::{Diner, Floor, Scope, Staff};
use domain::{
    PhoneId, ProblemCode, TableId,
    event::{Actor, Event, TableRef},
    session::{JoinRule, OpenedBy, SessionStatus},
    table::JoinCode,
};
use store::{Database, DeviceMarks, Locked, NewSession, SessionRow, TableRow, UnitOfWork};

/// What was scanned or typed.
#[derive(Clone, Debug)]
pub enum Scanned {
    /// A table's number in the system (M1).
    Id(TableId),
    /// A join code or a table's own code, with the branch's slug where the client knows it (M2).
    Code {
        /// As on the sticker; in a table's own code case counts.
        code: String,
        /// `centro`
        branch_slug: Option<String>,
    },
}

/// Who wants to join, as far as they say.
#[derive(Clone, Debug, Default)]
pub struct Joiner {
    /// A member of staff, who opens any table of theirs by number and code.
    pub staff: Option<Staff<Floor>>,
    /// The table token that the phone holds already.
    pub token: Option<Diner>,
    /// The phone's own id across visits.
    pub device_id: Option<String>,
}

/// The session found or opened, and who its diners are.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// The principal that the table token is made for.
    pub diner: Diner,
    /// The table's code.
    pub table_code: String,
    /// OPEN or PAYING.
    pub status: SessionStatus,
}

/// Joins the table's live session, or opens one.
///
/// # Errors
/// No such table or code; a code of several branches without the branch; the branch wants the QR code scanned; the
/// table is out of service; the phone was removed from the party that sits there.
pub async fn open(db: &Database, scanned: &Scanned, joiner: &Joiner) -> Result<OpenSession> {
    keyless(db, "session.open", Twice::FindsTheFirst, |uow| async move {
        let (table, rule, secret) = find(&uow, scanned, joiner).await?;
        ensure_admitted(&table, rule, secret.as_ref(), joiner)?;
        let seated = table.status.seat()?;
        let session = match uow.lock_live_session(&table).await? {
            Some(session) => session,
            None => {
                let new = NewSession { opened_by: OpenedBy::Diner, waiter: None, covers: None, notes: None };
                let session = uow.insert_session(&table, new).await?;
                uow.set_table_status(&table, seated).await?;
                let place = domain::event::Place { session_id: Some(session.id), ..table.place() };
                let event = TableRef { table_code: table.code.clone(), table_status: seated };
                uow.emit(place, Actor::DINER, Event::TableSessionStarted(event));
                session
            }
        };
        let phone = phone(&uow, &session, joiner).await?;
        let diner = Diner::for_session(table.tenant_id, table.branch_id, table.id, session.id).on_phone(phone);
        Ok(OpenSession { diner, table_code: table.code.clone(), status: session.status })
    })
    .await
}

/// The table, locked, how phones join there, and the join code if it is by one.
async fn find(
    uow: &UnitOfWork,
    scanned: &Scanned,
    joiner: &Joiner,
) -> Result<(Locked<TableRow>, JoinRule, Option<JoinCode>)> {
    let (code, slug) = match scanned {
        Scanned::Id(id) => {
            let (table, rule) = uow.lock_scanned_table(*id).await?;
            return Ok((table, rule, None));
        }
        Scanned::Code { code, branch_slug } => (code, branch_slug.as_deref()),
    };
    if let Some(secret) = JoinCode::read(code)
        && let Some(id) = uow.table_of_join_code(&secret, slug).await?
    {
        let (table, rule) = uow.lock_scanned_table(id).await?;
        return Ok((table, rule, Some(secret)));
    }
    match uow.find_scanned_tables(code, slug, joiner.staff.as_ref()).await?.as_slice() {
        [] => Err(Error::NotFound("table")),
        [id] => {
            let (table, rule) = uow.lock_scanned_table(*id).await?;
            Ok((table, rule, None))
        }
        // Whichever were taken, half of the guests would order at a table of another house.
        _ => Err(Error::refused(
            ProblemCode::AmbiguousTableCode,
            "Several branches have a table of that code; please scan its QR code",
        )),
    }
}

fn ensure_admitted(table: &Locked<TableRow>, rule: JoinRule, secret: Option<&JoinCode>, joiner: &Joiner) -> Result<()> {
    let serves = |staff: &Staff<Floor>| staff.tenant_id() == table.tenant_id && staff.admits(table.branch_id);
    match secret {
        // It was the table's a moment ago, before the lock.
        Some(secret) if !table.has_join_code(secret) => Err(Error::NotFound("table")),
        Some(_) => Ok(()),
        None if rule.admits_by_name() || joiner.staff.as_ref().is_some_and(serves) => Ok(()),
        None => Err(Error::Denied { code: ProblemCode::ScanTheQrCode, detail: "Please scan the QR code at the table" }),
    }
}

/// The phone that joins: the one it is already, by its token of this very session, else a new one.
async fn phone(uow: &UnitOfWork, session: &Locked<SessionRow>, joiner: &Joiner) -> Result<PhoneId> {
    let marks = DeviceMarks { device_id: joiner.device_id.as_deref(), local_id: None };
    if session.phones_removed > 0 && uow.is_device_removed(session.id, &marks).await? {
        return Err(removed());
    }
    let token = joiner.token.filter(|token| token.session_id() == session.id && token.tenant_id() == session.tenant_id);
    let known = match token.and_then(|token| token.phone_id()) {
        Some(phone) => uow.find_phone(session.id, phone).await?,
        None => None,
    };
    match known {
        Some(phone) if phone.removed_at.is_some() => Err(removed()),
        Some(phone) => Ok(phone.id),
        None => Ok(uow.insert_phone(session).await?),
    }
}

/// 403, not 401: this phone has shown no token that has run out, it has come to a door that is closed to it.
const fn removed() -> Error {
    Error::Denied { code: ProblemCode::RemovedFromTable, detail: "You were removed from this table" }
}
