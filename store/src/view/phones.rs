//! Who joined a table: every phone that holds a token, whether it gave a name or not. The party sees it, and staff pick
//! from it whom to remove.

use crate::{
    Database,
    error::{Error, Result},
    scoped::admitted,
    sql::{Sql, sql},
    unit_of_work::{all, one},
};
use auth::Scope;
use domain::{BranchId, SessionId};
use sea_orm::FromQueryResult;
use wire::session::SeatedPhone;

#[derive(FromQueryResult)]
struct Address {
    branch_id: BranchId,
}

static PHONES: &Sql = sql!(
    session,
    "select p.id as phone_id, p.diner_id, d.name, d.color, p.joined_at
    from session_phone p left join diner d on d.id = p.diner_id
    where p.session_id = $1 and p.removed_at is null order by p.joined_at, p.id"
);

impl Database {
    /// The phones at a table, in the order they joined; those that were removed are not at it.
    ///
    /// # Errors
    /// No such session, not in the caller's branches, or not the diner's own.
    pub async fn phones_of_session(&self, scope: &impl Scope, session: SessionId) -> Result<Vec<SeatedPhone>> {
        if !scope.admits_session(session) {
            return Err(Error::Forbidden("session"));
        }
        let sql = sql!(tenant, "select branch_id from table_session where id = $1 and tenant_id = $2");
        let row: Option<Address> = one(self.reader(), sql, [session.into(), scope.tenant_id().into()]).await?;
        admitted(scope, "session", row, |row| row.branch_id)?;
        all(self.reader(), PHONES, [session.into()]).await
    }
}
