//! A check that is to be changed: its session's lock first, then its own row.

use crate::{
    error::{Error, Result},
    scoped::admitted,
    session::{Seated, SessionRow},
    sql::sql,
    table::TableRow,
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{BranchId, Cents, CheckId, Currency, SessionId, TableId, check::CheckStatus};
use entity::{branch, check};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect, sea_query::LockType,
};

/// A check's row.
pub type CheckRow = check::Model;

/// A locked session, however much of its surroundings came with it.
pub trait OfSession: Sync {
    /// The session.
    fn session_id(&self) -> SessionId;
}

impl OfSession for Locked<Seated> {
    fn session_id(&self) -> SessionId {
        self.session.id
    }
}

impl OfSession for Locked<SessionRow> {
    fn session_id(&self) -> SessionId {
        self.id
    }
}

#[derive(FromQueryResult)]
struct Seat {
    table_id: TableId,
}

#[derive(FromQueryResult)]
struct Address {
    session_id: SessionId,
    branch_id: BranchId,
}

#[derive(FromQueryResult)]
struct Count {
    items: i64,
}

impl UnitOfWork {
    /// Locks the table a session sits at, then the session: for what moves both together.
    ///
    /// # Errors
    /// Not found, not in the caller's branches, not the diner's own. A party that changes tables at this very moment is
    /// a conflict, and the transaction runs again.
    pub async fn lock_seat(
        &self,
        scope: &impl Scope,
        session: SessionId,
    ) -> Result<(Locked<TableRow>, Locked<Seated>)> {
        let sql = sql!(tenant, "select table_id from table_session where id = $1 and tenant_id = $2");
        let seat: Option<Seat> = self.one(sql, [session.into(), scope.tenant_id().into()]).await?;
        let table = self.lock_table_of_session(scope, seat.ok_or(Error::NotFound("session"))?.table_id).await?;
        let session = self.lock_session(scope, session).await?;
        if session.table_id == table.id { Ok((table, session)) } else { Err(Error::Moved) }
    }

    /// Locks the session's check, if one was ever asked for.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock_check_of(&self, session: &impl OfSession) -> Result<Option<Locked<CheckRow>>> {
        let query = check::Entity::find().filter(check::Column::SessionId.eq(session.session_id())).lock_exclusive();
        Ok(query.one(self.tx()).await?.map(Locked::new))
    }

    /// Locks a check of the caller's, and before it its session.
    ///
    /// # Errors
    /// Not found, not in the caller's branches, not the diner's own.
    pub async fn lock_check(&self, scope: &impl Scope, id: CheckId) -> Result<(Locked<Seated>, Locked<CheckRow>)> {
        // A check keeps its session for ever, so reading that without a lock is safe.
        let sql = sql!(tenant, "select session_id, branch_id from guest_check where id = $1 and tenant_id = $2");
        let address: Option<Address> = self.one(sql, [id.into(), scope.tenant_id().into()]).await?;
        let address = admitted(scope, "check", address, |row| row.branch_id)?;
        if !scope.admits_session(address.session_id) {
            return Err(Error::NotFound("check"));
        }
        let session = self.lock_session(scope, address.session_id).await?;
        let check = self.lock_check_of(&session).await?.ok_or(Error::NotFound("check"))?;
        Ok((session, check))
    }

    /// Opens the session's check, with nothing on it yet.
    ///
    /// # Errors
    /// It has one after all.
    pub async fn insert_check(&self, session: &Locked<Seated>) -> Result<Locked<CheckRow>> {
        // Locked: the office may change the currency until there is a check, and looks for one under its own lock.
        let branch = branch::Entity::find_by_id(session.branch_id).lock(LockType::Share).one(self.tx()).await?;
        let row = check::ActiveModel {
            id: NotSet,
            tenant_id: Set(session.tenant_id),
            branch_id: Set(session.branch_id),
            session_id: Set(session.id),
            status: Set(CheckStatus::Requested),
            currency: Set(branch.map_or(Currency::Ars, |branch| branch.currency)),
            total_cents: Set(Cents::ZERO),
            paid_cents: Set(Cents::ZERO),
            written_off_cents: Set(Cents::ZERO),
            requested_at: Set(self.now()),
            paid_at: Set(None),
            closed_at: Set(None),
        };
        Ok(Locked::new(row.insert(self.tx()).await?))
    }

    /// Where the check stands now, with the instant when it became paid.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_check_status(&self, check: &Locked<CheckRow>, status: CheckStatus) -> Result<()> {
        let paid_at = (status == CheckStatus::Paid).then(|| check.paid_at.unwrap_or_else(|| self.now()));
        let sql = sql!(row("id"), "update guest_check set status = $2, paid_at = $3 where id = $1");
        self.run(sql, [check.id.into(), status.as_str().into(), paid_at.into()]).await?;
        Ok(())
    }

    /// How many dishes and drinks are on the check, the free ones included.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_charged(&self, check: CheckId) -> Result<i64> {
        let sql = sql!(
            row("check_id"),
            "select cast(coalesce(sum(i.qty), 0) as bigint) as items
            from charge c join round_item i on i.id = c.round_item_id join round r on r.id = i.round_id
            where c.check_id = $1 and #billed(r, i)"
        );
        let count: Option<Count> = self.one(sql, [check.into()]).await?;
        Ok(count.map_or(0, |count| count.items))
    }

    /// The party is back at its table: the check may change again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reopen_check(&self, check: &Locked<CheckRow>) -> Result<()> {
        let sql = sql!(row("id"), "update guest_check set closed_at = null where id = $1");
        self.run(sql, [check.id.into()]).await?;
        Ok(())
    }

    /// The party left: from now on allocations are only adjusted, and nothing is claimed or opened any more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn close_check(&self, check: &Locked<CheckRow>) -> Result<()> {
        self.run(
            sql!(row("id"), "update guest_check set closed_at = $2 where id = $1"),
            [check.id.into(), self.now().into()],
        )
        .await?;
        self.run(sql!(row("check_id"), "delete from charge_claim where check_id = $1"), [check.id.into()]).await?;
        Ok(())
    }
}
