//! Service calls: rows under their session's lock.
//!
//! A call is only ever read for a change after its session is locked, so of two waiters who answer it at once the
//! second sees what the first did (I5); `service_call_open` keeps a second open call of a kind out.

use crate::{
    error::{Error, Result},
    session::Seated,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use auth::{Scope, Staff};
use domain::{
    CallId, SessionId, TableId, UserId,
    call::{CallStatus, CallType},
};
use entity::{service_call, table_session};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect,
};

/// A call's row.
pub type CallRow = service_call::Model;

#[derive(FromQueryResult)]
struct Ended {
    id: CallId,
}

#[derive(FromQueryResult)]
struct Whose {
    session_id: SessionId,
}

impl UnitOfWork {
    /// The session's open call of that kind, if there is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_open_call(&self, session: &Locked<Seated>, kind: CallType) -> Result<Option<CallRow>> {
        let query = service_call::Entity::find()
            .filter(service_call::Column::SessionId.eq(session.id))
            .filter(service_call::Column::Kind.eq(kind))
            .filter(service_call::Column::Status.eq(CallStatus::Open));
        Ok(query.one(self.tx()).await?)
    }

    /// Adds an open call.
    ///
    /// # Errors
    /// One of that kind is open after all.
    pub async fn insert_call(&self, session: &Locked<Seated>, kind: CallType) -> Result<CallRow> {
        let row = service_call::ActiveModel {
            id: NotSet,
            tenant_id: Set(session.tenant_id),
            branch_id: Set(session.branch_id),
            table_id: Set(session.table_id),
            session_id: Set(session.id),
            kind: Set(kind),
            status: Set(CallStatus::Open),
            created_at: Set(self.now()),
            acked_at: Set(None),
            acked_by_id: Set(None),
            closed_at: Set(None),
            closed_by_id: Set(None),
        };
        Ok(row.insert(self.tx()).await?)
    }

    /// Locks a call and, before it, its session. A call out of the caller's reach does not exist for the caller
    /// (W18).
    ///
    /// # Errors
    /// Not found.
    pub async fn lock_call(&self, scope: &impl Scope, id: CallId) -> Result<(Locked<Seated>, Locked<CallRow>)> {
        // A call keeps its session for ever, so reading that without a lock is safe.
        let sql = sql!(tenant, "select session_id from service_call where id = $1 and tenant_id = $2");
        let whose: Option<Whose> = self.one(sql, [id.into(), scope.tenant_id().into()]).await?;
        let session = whose.ok_or(Error::NotFound("service call"))?.session_id;
        let session = self.lock_session(scope, session).await.map_err(|error| match error {
            Error::Forbidden(_) => Error::NotFound("service call"),
            other => other,
        })?;
        let call = service_call::Entity::find_by_id(id)
            .filter(service_call::Column::SessionId.eq(session.id))
            .lock_exclusive()
            .one(self.tx())
            .await?;
        Ok((session, call.map(Locked::new).ok_or(Error::NotFound("service call"))?))
    }

    /// Marks the call as taken by `waiter` and returns it as it is now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_call_acked<R: auth::RoleSet>(&self, call: &Locked<CallRow>, waiter: &Staff<R>) -> Result<CallRow> {
        let row = CallRow {
            status: CallStatus::Acked,
            acked_at: Some(self.now()),
            acked_by_id: Some(waiter.user_id()),
            ..CallRow::clone(call)
        };
        let sql =
            sql!(row("id"), "update service_call set status = 'ACKED', acked_at = $2, acked_by_id = $3 where id = $1");
        self.run(sql, [call.id.into(), row.acked_at.into(), row.acked_by_id.map(UserId::get).into()]).await?;
        Ok(row)
    }

    /// Marks the call as done by `waiter` and returns it as it is now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_call_closed<R: auth::RoleSet>(
        &self,
        call: &Locked<CallRow>,
        waiter: &Staff<R>,
    ) -> Result<CallRow> {
        let row = CallRow {
            status: CallStatus::Closed,
            closed_at: Some(self.now()),
            closed_by_id: Some(waiter.user_id()),
            ..CallRow::clone(call)
        };
        let sql = sql!(
            row("id"),
            "update service_call set status = 'CLOSED', closed_at = $2, closed_by_id = $3 where id = $1"
        );
        self.run(sql, [call.id.into(), row.closed_at.into(), row.closed_by_id.map(UserId::get).into()]).await?;
        Ok(row)
    }

    /// Closes what is left of a session's calls and returns them, oldest first: nobody waits at an empty table.
    ///
    /// # Errors
    /// The database failed.
    pub async fn close_calls<R: auth::RoleSet>(
        &self,
        session: &Locked<table_session::Model>,
        staff: &Staff<R>,
    ) -> Result<Vec<CallId>> {
        let sql = sql!(
            session,
            "update service_call set status = 'CLOSED', closed_at = $2, closed_by_id = $3
            where session_id = $1 and #live_call() returning id"
        );
        let values = [session.id.into(), self.now().into(), staff.user_id().into()];
        let ended: Vec<Ended> = self.all(sql, values).await?;
        let mut ids: Vec<CallId> = ended.into_iter().map(|row| row.id).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Takes the calls that are not done along to the session's new table.
    ///
    /// # Errors
    /// The database failed.
    pub async fn move_calls(&self, session: &Locked<table_session::Model>, to: TableId) -> Result<()> {
        let sql = sql!(session, "update service_call set table_id = $2 where session_id = $1 and #live_call()");
        self.run(sql, [session.id.into(), to.into()]).await.map(drop)
    }
}
