//! Tips, the pools that share them out, and the shares.
//!
//! A tip that came with a payment is as large as the payment says at every moment: [`UnitOfWork::follow_tip`] is called
//! by whatever writes what a payment is worth, in the same transaction.

mod pool;
mod read;

pub use pool::TipPoolRow;
pub use read::TipFilter;

use crate::{
    error::{Error, Result},
    scoped::admitted,
    sql::{Sql, sql},
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use chrono::{DateTime, Utc};
use domain::{
    BranchId, Cents, CheckId, PaymentId, Role, SessionId, TenantId, TipId, TipPoolId, UserId, tips::MoneyMethod,
};
use sea_orm::FromQueryResult;
use wire::tip::TipShare;

/// A tip's row.
#[derive(Clone, Debug, FromQueryResult)]
pub struct TipRow {
    /// The tip.
    pub id: TipId,
    /// The business.
    pub tenant_id: TenantId,
    /// Where it was left.
    pub branch_id: BranchId,
    /// How much, in cents.
    pub amount_cents: Cents,
    /// Who served.
    pub waiter_id: Option<UserId>,
    /// When it was shared out.
    pub distributed_at: Option<DateTime<Utc>>,
}

/// A tip that is entered by hand.
#[derive(Clone, Debug)]
pub struct NewTip {
    /// How much, in cents.
    pub amount: Cents,
    /// How it was left.
    pub method: MoneyMethod,
    /// Who served.
    pub waiter: Option<UserId>,
    /// At whose visit.
    pub session: Option<SessionId>,
    /// With which check.
    pub check: Option<CheckId>,
}

/// A payment's tip counts while the money is there; what it was stays as a row of nothing when it went back.
static FOLLOW: &Sql = sql!(tenant, "insert into tip
        (tenant_id, branch_id, amount_cents, payment_method, waiter_id, session_id, check_id, payment_id, created_at)
    select p.tenant_id, p.branch_id, p.tip_cents, $2, coalesce(s.assigned_waiter_id, s.opened_by_waiter_id, p.registered_by_id),
           k.session_id, p.check_id, p.id, $3
    from payment p
    left join guest_check k on k.id = p.check_id
    left join table_session s on s.id = k.session_id
    where p.id = $1 and (p.tip_cents > 0 or exists (select 1 from tip where tip.payment_id = $1))
    on conflict (payment_id) do update set amount_cents = excluded.amount_cents");

static INSERT: &Sql = sql!(
    tenant,
    "insert into tip
        (tenant_id, branch_id, amount_cents, payment_method, waiter_id, session_id, check_id, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    returning id, tenant_id, branch_id, amount_cents, waiter_id, distributed_at"
);

static LOCK: &Sql = sql!(
    tenant,
    "select id, tenant_id, branch_id, amount_cents, waiter_id, distributed_at from tip
    where tenant_id = $1 and id = $2 #lock"
);

static SHARE: &Sql = sql!(
    tenant,
    "insert into tip_share (tenant_id, tip_id, role, amount_cents, user_id, created_at)
    values ($1, $2, $3, $4, $5, $6) returning id, role, amount_cents, user_id"
);

impl UnitOfWork {
    /// Makes the tip of a payment what the payment says now.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn follow_tip(&self, payment: PaymentId, method: MoneyMethod) -> Result<()> {
        let values = [payment.into(), method.as_str().into(), self.now().into()];
        self.run(FOLLOW, values).await.map(drop)
    }

    /// Enters a tip by hand.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_tip(&self, tenant: TenantId, branch: BranchId, new: &NewTip) -> Result<TipRow> {
        let values = [
            tenant.into(),
            branch.into(),
            new.amount.into(),
            new.method.as_str().into(),
            new.waiter.into(),
            new.session.into(),
            new.check.into(),
            self.now().into(),
        ];
        self.one(INSERT, values).await?.ok_or(Error::NotFound("tip"))
    }

    /// Locks a tip of the caller's branches.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn lock_tip(&self, scope: &impl Scope, id: TipId) -> Result<Locked<TipRow>> {
        let row: Option<TipRow> = self.one(LOCK, [scope.tenant_id().into(), id.into()]).await?;
        admitted(scope, "tip", row, |row| row.branch_id).map(Locked::new)
    }

    /// The parts that a tip was shared out in, by their roles.
    ///
    /// # Errors
    /// The database failed.
    pub async fn shares_of(&self, tip: &Locked<TipRow>) -> Result<Vec<TipShare>> {
        let sql = sql!(
            tenant,
            "select id, role, amount_cents, user_id from tip_share where tenant_id = $1 and tip_id = $2 order by role"
        );
        self.all(sql, [tip.tenant_id.into(), tip.id.into()]).await
    }

    /// Forgets the parts of a tip that is shared out anew.
    ///
    /// # Errors
    /// The database failed.
    pub async fn take_shares_back(&self, tip: &Locked<TipRow>) -> Result<()> {
        let sql = sql!(tenant, "delete from tip_share where tenant_id = $1 and tip_id = $2");
        self.run(sql, [tip.tenant_id.into(), tip.id.into()]).await.map(drop)
    }

    /// Shares a tip out.
    ///
    /// # Errors
    /// It was shared out already.
    pub async fn share_tip(
        &self,
        tip: &Locked<TipRow>,
        pool: TipPoolId,
        parts: &[(Role, Cents)],
    ) -> Result<Vec<TipShare>> {
        let mut shares = Vec::new();
        for (role, amount) in parts {
            let whose = tip.waiter_id.filter(|_| *role == Role::Waiter);
            let values = [
                tip.tenant_id.into(),
                tip.id.into(),
                role.as_str().into(),
                (*amount).into(),
                whose.into(),
                self.now().into(),
            ];
            shares.extend(self.one::<TipShare>(SHARE, values).await?);
        }
        let done = sql!(row("id"), "update tip set distributed_at = $2, pool_id = $3 where id = $1");
        self.run(done, [tip.id.into(), self.now().into(), pool.into()]).await?;
        Ok(shares)
    }

    /// The branch of a session or a check of the caller's business, and the session: where a tip by hand belongs when
    /// only that is said.
    ///
    /// # Errors
    /// Neither is found.
    pub async fn place_of_tip(
        &self,
        scope: &impl Scope,
        session: Option<SessionId>,
        check: Option<CheckId>,
    ) -> Result<(BranchId, SessionId, Option<UserId>)> {
        #[derive(FromQueryResult)]
        struct At {
            branch_id: BranchId,
            session_id: SessionId,
            waiter_id: Option<UserId>,
        }
        let sql = sql!(
            tenant,
            "select s.branch_id, s.id as session_id, coalesce(s.assigned_waiter_id, s.opened_by_waiter_id) as waiter_id
            from table_session s left join guest_check k on k.session_id = s.id
            where s.tenant_id = $1 and (s.id = $2 or $2 = -1) and (k.id = $3 or $3 = -1) and ($2 <> -1 or $3 <> -1)"
        );
        // What is said and cannot exist must not count as not said.
        let said = |id: Option<i64>| id.map_or(-1, |id| id.max(0));
        let values =
            [scope.tenant_id().into(), said(session.map(SessionId::get)).into(), said(check.map(CheckId::get)).into()];
        let at: Option<At> = self.one(sql, values).await?;
        let at = admitted(scope, "session", at, |at| at.branch_id)?;
        Ok((at.branch_id, at.session_id, at.waiter_id))
    }
}
