//! What a house gives up: an amount that a party left owing and nobody will pay.

use super::CheckRow;
use crate::{
    error::{Error, Result},
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
}
