//! What a house gives up: an amount that a party left owing and nobody will pay.

use super::CheckRow;
use crate::{
    error::{Error, Result},
    scoped::json_array,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use domain::{Cents, UserId, WriteOffId};
use sea_orm::FromQueryResult;

impl UnitOfWork {
    /// Notes that `amount` of the check is given up; where the check stands then is written when it is settled.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_write_off(
        &self,
        check: &Locked<CheckRow>,
        amount: Cents,
        reason: &str,
        by: UserId,
    ) -> Result<WriteOffId> {
        #[derive(FromQueryResult)]
        struct Id {
            id: WriteOffId,
        }
        self.owes_differently(check.session_id, "check.write_off");
        let sql = sql!(row("id"), "update guest_check set written_off_cents = written_off_cents + $2 where id = $1");
        self.run(sql, [check.id.into(), amount.into()]).await?;
        let sql = sql!(
            tenant,
            "insert into write_off (tenant_id, branch_id, check_id, amount_cents, reason, written_off_by_id, created_at,
                business_day)
            values ($1, $2, $3, $4, $5, $6, $7, $8) returning id"
        );
        let values = [
            check.tenant_id.into(),
            check.branch_id.into(),
            check.id.into(),
            amount.into(),
            reason.into(),
            by.into(),
            self.now().into(),
            self.business_day(check.branch_id).await?.into(),
        ];
        let row: Option<Id> = self.one(sql, values).await?;
        row.map(|row| row.id).ok_or(Error::NotFound("check"))
    }

    /// Takes back `amount` of what was given up of the check, the newest write-off first; no more than there is. Each
    /// part is booked on today, and the write-off stays on its day. `by` is nobody where money came that nobody
    /// expected.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reverse_write_offs(
        &self,
        check: &Locked<CheckRow>,
        amount: Cents,
        by: Option<UserId>,
        cause: &str,
    ) -> Result<()> {
        #[derive(FromQueryResult)]
        struct Standing {
            id: WriteOffId,
            left_cents: Cents,
        }
        self.owes_differently(check.session_id, "check.reverse_write_off");
        let sql = sql!(
            row("check_id"),
            "select o.id, o.amount_cents - cast(coalesce((select sum(v.amount_cents) from write_off_reversal v
                where v.write_off_id = o.id), 0) as bigint) as left_cents
            from write_off o where o.check_id = $1 order by o.id desc"
        );
        let standing: Vec<Standing> = self.all(sql, [check.id.into()]).await?;
        let mut wanted = amount;
        let mut parts = Vec::new();
        for write_off in standing {
            let part = write_off.left_cents.min(wanted);
            wanted = wanted.saturating_sub(part);
            if part > Cents::ZERO {
                parts.push((write_off.id.get(), part.get()));
            }
        }
        let sql = sql!(row("id"), "update guest_check set written_off_cents = written_off_cents - $2 where id = $1");
        self.run(sql, [check.id.into(), amount.saturating_sub(wanted).into()]).await?;
        let sql = sql!(
            tenant,
            "insert into write_off_reversal (tenant_id, branch_id, check_id, write_off_id, amount_cents, cause,
                reversed_by_id, created_at, business_day)
            select $1, $2, $3, cast(e.value->>0 as bigint), cast(e.value->>1 as bigint), $5, $6, $7, $8
            from #rows($4) order by e.place"
        );
        let values = [
            check.tenant_id.into(),
            check.branch_id.into(),
            check.id.into(),
            json_array(parts.into_iter()),
            cause.into(),
            by.into(),
            self.now().into(),
            self.business_day(check.branch_id).await?.into(),
        ];
        self.run(sql, values).await?;
        Ok(())
    }
}
