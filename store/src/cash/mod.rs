//! The cash register of a branch.
//!
//! What staff take or give back is booked by the payment's own transaction ([`UnitOfWork::ring_up`]) under a share of
//! the open session's lock; closing takes the whole lock. So every peso is in exactly one session. What moves while the
//! drawer is closed waits for the next session, which books it ([`UnitOfWork::book_waiting`]). In the lock order the
//! session comes after charges and before the branch's stream.

mod read;

use crate::{
    error::{Error, Result},
    payment::{Incident, PaymentRow},
    scoped::admitted,
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{
    BranchId, CashMovementId, CashRegisterId, CashSessionId, Cents, PaymentId, TenantId, UserId,
    cash::{CashSessionStatus, MovementType},
    payment::IncidentKind,
    tips::MoneyMethod,
};
use sea_orm::{FromQueryResult, Value};

/// A session's row.
#[derive(Clone, Debug, FromQueryResult)]
pub struct CashSessionRow {
    /// The session.
    pub id: CashSessionId,
    /// The business.
    pub tenant_id: TenantId,
    /// Where the register stands.
    pub branch_id: BranchId,
    /// Which register.
    pub cash_register_id: CashRegisterId,
    /// Where it stands.
    pub status: CashSessionStatus,
    /// What was in the drawer, in cents.
    pub opening_amount_cents: Cents,
}

/// A movement that staff enter.
#[derive(Clone, Debug)]
pub struct NewMovement {
    /// Why.
    pub kind: MovementType,
    /// Signed cents; negative is out.
    pub amount_cents: i64,
    /// How.
    pub method: MoneyMethod,
    /// In words.
    pub description: Option<String>,
    /// What it refers to, in the caller's words.
    pub reference: (Option<String>, Option<i64>),
}

static REGISTER: &Sql = sql!(
    tenant,
    "insert into cash_register (tenant_id, branch_id, name, created_at) values ($1, $2, $3, $4)
    on conflict (branch_id, name) do update set name = excluded.name returning id"
);

static OPEN: &Sql = sql!(
    tenant,
    "insert into cash_session
        (tenant_id, branch_id, cash_register_id, status, opening_amount_cents, opened_by_id, opened_at)
    values ($1, $2, $3, 'OPEN', $4, $5, $6)
    returning id, tenant_id, branch_id, cash_register_id, status, opening_amount_cents"
);

static LOCK: &Sql = sql!(
    tenant,
    "select id, tenant_id, branch_id, cash_register_id, status, opening_amount_cents from cash_session
    where tenant_id = $1 and id = $2 #lock"
);

static MOVE: &Sql = sql!(
    tenant,
    "insert into cash_movement (tenant_id, cash_session_id, movement_type, amount_cents, payment_method,
        description, reference_type, reference_id, created_by_id, created_at, business_day)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id"
);

static CLOSE: &Sql = sql!(
    row("id"),
    "update cash_session set status = 'CLOSED', expected_amount_cents = $2, actual_amount_cents = $3,
    notes = $4, closed_by_id = $5, closed_at = $6 where id = $1"
);

// A share of the lock: payments do not wait for one another, and the closing waits for all of them.
static BOOK: &Sql = sql!(
    branch,
    "insert into cash_movement (tenant_id, cash_session_id, movement_type, amount_cents, payment_method,
        reference_type, reference_id, payment_id, created_by_id, created_at, business_day)
    select open.tenant_id, open.id, $2, $3, $4, 'payment', $5, $5, $6, $7, $8#pg(::date) from (
        select tenant_id, id from cash_session where branch_id = $1 and status = 'OPEN' #pg(for share)) open"
);

static WAIT: &Sql = sql!(
    branch,
    "insert into cash_waiting (tenant_id, branch_id, movement_type, amount_cents, payment_method, payment_id,
        created_by_id, created_at, business_day)
    select b.tenant_id, b.id, $2, $3, $4, $5, $6, $7#pg(::timestamptz), $8#pg(::date) from branch b where b.id = $1
        and not exists (select 1 from cash_session s where s.branch_id = b.id and s.status = 'OPEN')
    returning coalesce((select min(w.id) from cash_waiting w where w.branch_id = $1), id) as id"
);

#[derive(FromQueryResult)]
struct Sum {
    cents: i64,
}

impl UnitOfWork {
    /// Opens the branch's drawer, with the register of that name, which is made when it is new.
    ///
    /// # Errors
    /// [`Error::Taken`] while another session is open in the branch.
    pub async fn open_cash_session(
        &self,
        scope: &impl Scope,
        (branch, register): (BranchId, &str),
        opening: Cents,
        by: UserId,
    ) -> Result<CashSessionRow> {
        #[derive(FromQueryResult)]
        struct Register {
            id: CashRegisterId,
        }
        let tenant = scope.tenant_id();
        let values = [tenant.into(), branch.into(), register.into(), self.now().into()];
        let register: Register = self.one(REGISTER, values).await?.ok_or(Error::NotFound("cash register"))?;
        let values = [tenant.into(), branch.into(), register.id.into(), opening.into(), by.into(), self.now().into()];
        self.one(OPEN, values).await?.ok_or(Error::NotFound("cash session"))
    }

    /// Locks a session of the caller's branches.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn lock_cash_session(&self, scope: &impl Scope, id: CashSessionId) -> Result<Locked<CashSessionRow>> {
        let row: Option<CashSessionRow> = self.one(LOCK, [scope.tenant_id().into(), id.into()]).await?;
        admitted(scope, "cash session", row, |row| row.branch_id).map(Locked::new)
    }

    /// Books a movement that staff enter.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_movement(
        &self,
        session: &Locked<CashSessionRow>,
        new: &NewMovement,
        by: UserId,
    ) -> Result<CashMovementId> {
        #[derive(FromQueryResult)]
        struct Id {
            id: CashMovementId,
        }
        let values = [
            session.tenant_id.into(),
            session.id.into(),
            new.kind.as_str().into(),
            new.amount_cents.into(),
            new.method.as_str().into(),
            new.description.clone().into(),
            new.reference.0.clone().into(),
            new.reference.1.into(),
            by.into(),
            self.now().into(),
            self.business_day(session.branch_id).await?.into(),
        ];
        let row: Option<Id> = self.one(MOVE, values).await?;
        row.map(|row| row.id).ok_or(Error::NotFound("cash session"))
    }

    /// What moved in cash since the drawer was opened, in signed cents.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cash_moved(&self, session: &Locked<CashSessionRow>) -> Result<i64> {
        let sql = sql!(
            row("cash_session_id"),
            "select cast(coalesce(sum(amount_cents), 0) as bigint) as cents from cash_movement
            where cash_session_id = $1 and payment_method = 'CASH'"
        );
        let sum: Option<Sum> = self.one(sql, [session.id.into()]).await?;
        Ok(sum.map_or(0, |sum| sum.cents))
    }

    /// Closes the drawer with what was counted.
    ///
    /// # Errors
    /// The database failed.
    pub async fn close_cash_session(
        &self,
        session: &Locked<CashSessionRow>,
        (expected, actual): (i64, Cents),
        notes: Option<String>,
        by: UserId,
    ) -> Result<()> {
        let values = [session.id.into(), expected.into(), actual.into(), notes.into(), by.into(), self.now().into()];
        self.run(CLOSE, values).await.map(drop)
    }

    /// Books what staff took for `payment`: the bill's part and the tip. Nothing while the drawer is closed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ring_up(&self, payment: &PaymentRow, by: UserId) -> Result<()> {
        let parts = [(MovementType::Sale, payment.net_cents), (MovementType::TipIn, payment.tip_cents)];
        for (kind, amount) in parts {
            self.book(payment, kind, amount.get(), by).await?;
        }
        Ok(())
    }

    /// Books what staff gave back of `payment`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ring_back(&self, payment: &PaymentRow, amount: Cents, by: UserId) -> Result<()> {
        self.book(payment, MovementType::Refund, -amount.get(), by).await
    }

    async fn book(&self, payment: &PaymentRow, kind: MovementType, cents: i64, by: UserId) -> Result<()> {
        if cents == 0 || !payment.tender.is_manual() {
            return Ok(());
        }
        let id: PaymentId = payment.id;
        let values: [Value; 8] = [
            payment.branch_id.into(),
            kind.as_str().into(),
            cents.into(),
            payment.tender.method().as_str().into(),
            id.into(),
            by.into(),
            self.now().into(),
            self.business_day(payment.branch_id).await?.into(),
        ];
        if self.run(BOOK, values.clone()).await? > 0 {
            return Ok(());
        }
        // Whoever opens a session locks the branch first: it is open by now, or finds what we put aside.
        self.share_branch(payment.branch_id).await?;
        if self.put_aside(payment, values.clone()).await? || self.run(BOOK, values).await? > 0 {
            return Ok(());
        }
        // It was opened and closed again meanwhile.
        Err(Error::Moved)
    }

    /// Waits for whoever opens a session there just now.
    async fn share_branch(&self, branch: BranchId) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Id {
            #[expect(dead_code, reason = "only the lock is wanted")]
            id: BranchId,
        }
        let sql = sql!(branch, "select id from branch where id = $1 #pg(for share)");
        let _: Option<Id> = self.one(sql, [branch.into()]).await?;
        Ok(())
    }

    /// Keeps a movement for the next session, unless one is open by now. Of cash an incident says so: one until a
    /// session is opened.
    async fn put_aside(&self, payment: &PaymentRow, values: [Value; 8]) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct First {
            id: i64,
        }
        let first: Option<First> = self.one(WAIT, values).await?;
        let Some(first) = first else { return Ok(false) };
        if payment.tender.method() != MoneyMethod::Cash {
            return Ok(true);
        }
        let key = format!("cash_unbooked:{}:{}", payment.branch_id, first.id);
        let incident = Incident {
            tenant: payment.tenant_id,
            branch: Some(payment.branch_id),
            account: None,
            check: payment.check_id,
            payment: Some(payment.id),
            detail: "Cash moved while no drawer session was open; the next session books it".to_owned(),
        };
        self.note_incident(IncidentKind::CashUnbooked, &key, incident).await?;
        Ok(true)
    }

    /// Books what waited for a session in the one that was opened just now, under the branch's lock; returns what that
    /// is in cash, in signed cents. Its incidents are over.
    ///
    /// # Errors
    /// The database failed.
    pub async fn book_waiting(&self, session: &CashSessionRow, by: UserId) -> Result<i64> {
        let sql = sql!(
            branch,
            "select cast(coalesce(sum(amount_cents), 0) as bigint) as cents from cash_waiting
            where branch_id = $1 and payment_method = 'CASH'"
        );
        let sum: Option<Sum> = self.one(sql, [session.branch_id.into()]).await?;
        let sql = sql!(
            branch,
            "insert into cash_movement (tenant_id, cash_session_id, movement_type, amount_cents, payment_method,
                reference_type, reference_id, payment_id, created_by_id, created_at, business_day)
            select tenant_id, $2, movement_type, amount_cents, payment_method, 'payment', payment_id, payment_id,
                created_by_id, created_at, business_day from cash_waiting where branch_id = $1 order by id"
        );
        self.run(sql, [session.branch_id.into(), session.id.into()]).await?;
        self.run(sql!(branch, "delete from cash_waiting where branch_id = $1"), [session.branch_id.into()]).await?;
        let sql = sql!(
            branch,
            "update money_incident set resolved_at = $3, resolved_by_id = $4
            where branch_id = $1 and kind = $2 and resolved_at is null"
        );
        let kind = IncidentKind::CashUnbooked.as_str();
        self.run(sql, [session.branch_id.into(), kind.into(), self.now().into(), by.into()]).await?;
        Ok(sum.map_or(0, |sum| sum.cents))
    }

    /// Whether the branch takes and gives no cash now: it wants a session for that, and none is open.
    ///
    /// # Errors
    /// The database failed.
    pub async fn refuses_cash(&self, branch: BranchId) -> Result<bool> {
        #[derive(FromQueryResult)]
        struct Found {
            open: i64,
        }
        if self.customs_of(branch).await?.cash_without_session.is_usual() {
            return Ok(false);
        }
        let sql = sql!(branch, "select count(*) as open from cash_session where branch_id = $1 and status = 'OPEN'");
        let found: Option<Found> = self.one(sql, [branch.into()]).await?;
        Ok(found.is_none_or(|found| found.open == 0))
    }
}
