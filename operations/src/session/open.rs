//! A diner scans a table's code (M1, M2).
//!
//! The table's lock makes fifty phones at one table find one session; `table_session_live` backs it (DESIGN I4, I5).

use crate::Result;
use auth::Diner;
use domain::{
    TableId,
    event::{Actor, Event, TableRef},
    session::{OpenedBy, SessionStatus},
};
use store::{Database, NewSession};

/// What was scanned or typed.
#[derive(Clone, Debug)]
pub enum Scanned {
    /// A table's number in the system (M1).
    Id(TableId),
    /// A table's code, with the branch's slug where the client knows it (M2).
    Code {
        /// As on the sticker; case counts.
        code: String,
        /// `centro`
        branch_slug: Option<String>,
    },
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
/// No such table; the table is out of service.
pub async fn open(db: &Database, scanned: &Scanned) -> Result<OpenSession> {
    db.transaction("session.open", |uow| async move {
        let id = match scanned {
            Scanned::Id(id) => *id,
            Scanned::Code { code, branch_slug } => uow.find_scanned_table(code, branch_slug.as_deref()).await?,
        };
        let table = uow.lock_scanned_table(id).await?;
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
        let diner = Diner::for_session(table.tenant_id, table.branch_id, table.id, session.id);
        Ok(OpenSession { diner, table_code: table.code.clone(), status: session.status })
    })
    .await
}
