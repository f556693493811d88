//! Sessions: second in the lock order.

use crate::{
    error::Result,
    idempotency::claim::{CLAIMED, Lock, claim_with_lock},
    scoped::admitted,
    sql::{all_that, sql},
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{
    Cents, SectorId, SessionId, UserId,
    event::Place,
    round::RoundConfirmation,
    session::{JoinRule, OpenedBy, SessionStatus},
};
use entity::{table, table_session};
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect, sea_query::Expr,
};
use std::ops::Deref;

/// A session's row.
pub type SessionRow = table_session::Model;

/// A session with what its operations need of its table and branch.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Seated {
    /// The session.
    #[sea_orm(nested)]
    pub session: table_session::Model,
    /// The code of the table it sits at now (after a move, not the one in the diners' tokens).
    pub table_code: String,
    /// That table's sector.
    pub sector_id: Option<SectorId>,
    /// Whether diners' rounds wait for a waiter.
    pub round_confirmation: RoundConfirmation,
    /// How phones join.
    pub join_rule: JoinRule,
}

impl Deref for Seated {
    type Target = table_session::Model;
    fn deref(&self) -> &table_session::Model {
        &self.session
    }
}

impl Seated {
    /// Where an event of this session happens.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            tenant_id: self.session.tenant_id,
            branch_id: self.session.branch_id,
            table_id: Some(self.session.table_id),
            session_id: Some(self.session.id),
            sector_id: self.sector_id,
        }
    }
}

/// Who opens a session, and for how many.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// A diner's phone or a waiter.
    pub opened_by: OpenedBy,
    /// The waiter who opens it and has it from then on.
    pub waiter: Option<UserId>,
    /// Number of guests, when a waiter counted them.
    pub covers: Option<i32>,
    /// The waiter's note.
    pub notes: Option<String>,
}

// The lock is taken inside the CTE, so that a session that was moved while we waited is joined with its new table: a
// plain join would keep the table it read before the wait and find nothing.
const LOCKED: &str = "with locked as materialized (select * from table_session where id = $1 and tenant_id = $2 #lock)";
const SEATED: &str = "locked.*, t.code as table_code, t.sector_id, b.round_confirmation, b.join_rule";
const AROUND: &str =
    "from locked join dining_table t on t.id = locked.table_id join branch b on b.id = locked.branch_id";

static LOCK: Lock = Lock {
    alone: sql!(tenant, "{LOCKED} select {SEATED} {AROUND}"),
    with_claim: sql!(
        tenant,
        "#pg({LOCKED}, {} select {SEATED}, {CLAIMED} {AROUND} left join claim on true)",
        claim_with_lock()
    ),
};

impl UnitOfWork {
    /// Locks a session of the caller's.
    ///
    /// # Errors
    /// Not found, not in the caller's branches, or not the diner's own; the diner's phone was removed from it.
    pub async fn lock_session(&self, scope: &impl Scope, id: SessionId) -> Result<Locked<Seated>> {
        let row = self.lock_row(scope, &LOCK, id).await?;
        let row = row.map(|row| Seated::from_query_result(&row, "")).transpose()?;
        let seated = admitted(scope, "session", row, |row| row.session.branch_id)?;
        if !scope.admits_session(seated.id) {
            return Err(crate::Error::Forbidden("session"));
        }
        self.ensure_seated(scope, &seated.session).await?;
        Ok(Locked::new(seated))
    }

    /// Locks the live session at a locked table, if there is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock_live_session(
        &self,
        table: &Locked<table::Model>,
    ) -> Result<Option<Locked<table_session::Model>>> {
        let row = table_session::Entity::find()
            .filter(table_session::Column::TableId.eq(table.id))
            .filter(table_session::Column::Status.is_in(all_that(SessionStatus::is_live)))
            .lock_exclusive()
            .one(self.tx())
            .await?;
        Ok(row.map(Locked::new))
    }

    /// Opens a session at a locked table that has none; `table_session_live` backs the check.
    ///
    /// # Errors
    /// The table has a live session after all.
    pub async fn insert_session(
        &self,
        table: &Locked<table::Model>,
        new: NewSession,
    ) -> Result<Locked<table_session::Model>> {
        let row = table_session::ActiveModel {
            id: NotSet,
            tenant_id: Set(table.tenant_id),
            branch_id: Set(table.branch_id),
            table_id: Set(table.id),
            status: Set(SessionStatus::Open),
            opened_by: Set(new.opened_by),
            opened_by_waiter_id: Set(new.waiter),
            assigned_waiter_id: Set(new.waiter),
            covers: Set(new.covers),
            notes: Set(new.notes),
            cart_version: Set(0),
            rounds_sent: Set(0),
            opened_at: Set(self.now()),
            closed_at: Set(None),
            phones_removed: Set(0),
        };
        Ok(Locked::new(row.insert(self.tx()).await?))
    }

    /// Moves a session to `status`: it asked for the check, or the check was withdrawn.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_session_status(&self, session: &Locked<Seated>, status: SessionStatus) -> Result<()> {
        let sql = sql!(session, "update table_session set status = $2 where id = $1");
        self.run(sql, [session.id.into(), status.as_str().into()]).await?;
        Ok(())
    }

    /// Closes a session: the party left.
    ///
    /// # Errors
    /// The database failed.
    pub async fn close_session(&self, session: &Locked<table_session::Model>) -> Result<()> {
        table_session::Entity::update_many()
            .col_expr(table_session::Column::Status, Expr::value(SessionStatus::Closed.as_str()))
            .col_expr(table_session::Column::ClosedAt, Expr::value(self.now()))
            .filter(table_session::Column::Id.eq(session.id))
            .exec(self.tx())
            .await?;
        Ok(())
    }

    /// Seats the session at another locked table; `table_session_live` backs the check that it has no other.
    ///
    /// # Errors
    /// The table has a live session after all.
    pub async fn move_session(&self, session: &Locked<table_session::Model>, to: &Locked<table::Model>) -> Result<()> {
        self.run(
            sql!(session, "update table_session set table_id = $2 where id = $1"),
            [session.id.into(), to.id.into()],
        )
        .await?;
        Ok(())
    }

    /// Gives the session to another waiter.
    ///
    /// # Errors
    /// The database failed.
    pub async fn assign_session(&self, session: &Locked<table_session::Model>, waiter: UserId) -> Result<()> {
        let sql = sql!(session, "update table_session set assigned_waiter_id = $2 where id = $1");
        self.run(sql, [session.id.into(), waiter.into()]).await?;
        Ok(())
    }

    /// Throws away the cart of a party that leaves and tells whether there was anything in it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn discard_cart(&self, session: &Locked<table_session::Model>) -> Result<bool> {
        if self.run(sql!(session, "delete from cart_item where session_id = $1"), [session.id.into()]).await? == 0 {
            return Ok(false);
        }
        self.run(
            sql!(session, "update table_session set cart_version = cart_version + 1 where id = $1"),
            [session.id.into()],
        )
        .await?;
        Ok(true)
    }

    /// What the session's rounds come to, canceled rounds and voided items left out.
    ///
    /// # Errors
    /// The database failed.
    pub async fn session_total(&self, session: &Locked<table_session::Model>) -> Result<Cents> {
        self.total_of(session.id).await
    }

    /// [`session_total`](Self::session_total) of a party that still orders.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ordered_total(&self, session: &Locked<Seated>) -> Result<Cents> {
        self.total_of(session.id).await
    }

    async fn total_of(&self, session: SessionId) -> Result<Cents> {
        #[derive(FromQueryResult)]
        struct Total {
            total_cents: Cents,
        }
        let sql = sql!(
            session,
            "select cast(coalesce(sum(i.qty * i.unit_price_cents), 0) as bigint) as total_cents
            from round_item i join round r on r.id = i.round_id
            where r.session_id = $1 and #owed(r, i)"
        );
        let total: Option<Total> = self.one(sql, [session.into()]).await?;
        Ok(total.map_or(Cents::ZERO, |row| row.total_cents))
    }
}
