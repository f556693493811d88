//! Proposals to give back what of a payment covers nothing: written for all payments of a check at once.

use super::refund::{OF_EACH, UNSHOWN, Unshown};
use crate::{
    check::CheckRow,
    error::Result,
    scoped::json_array,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use domain::{Cents, PaymentId, money::MoneyError};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What becomes of the proposals of a check's payments.
#[derive(Debug, Default)]
struct Changes {
    /// Nothing is left to propose.
    dismissed: Vec<i64>,
    /// Another amount is.
    changed: Vec<(i64, i64)>,
    /// Something is for the first time; each under a key of its own, by which the provider knows it again.
    made: Vec<(i64, i64, String)>,
}

impl Changes {
    /// A proposal says what is `unapplied`, less what is on its way back already or back unseen, waits for another try,
    /// or was left with us by a manager's word; there is none when that is nothing.
    fn of(unapplied: &BTreeMap<PaymentId, Cents>, unshown: &[Unshown]) -> Result<Self, MoneyError> {
        let mut changes = Self::default();
        for payment in unshown {
            let unapplied = unapplied.get(&payment.id).copied().unwrap_or_default();
            let wanted = unapplied.saturating_sub(payment.gone()?.checked_add(payment.undecided)?);
            let id = payment.id.get();
            match payment.proposed {
                Some(_) if wanted == Cents::ZERO => changes.dismissed.push(id),
                Some(proposed) if wanted != proposed => changes.changed.push((id, wanted.get())),
                None if wanted != Cents::ZERO => changes.made.push((id, wanted.get(), Uuid::new_v4().to_string())),
                _ => {}
            }
        }
        Ok(changes)
    }
}

impl UnitOfWork {
    /// Makes the proposals of a check's payments follow from what of each covers nothing: at most four statements,
    /// however many payments there are. `refund_proposed` keeps it to one proposal a payment.
    ///
    /// # Errors
    /// The database failed.
    pub async fn propose_refunds(
        &self,
        check: &Locked<CheckRow>,
        unapplied: &BTreeMap<PaymentId, Cents>,
    ) -> Result<()> {
        if unapplied.is_empty() {
            return Ok(());
        }
        let sql = sql!(row("check_id"), "{UNSHOWN} where p.check_id = $1 {OF_EACH} order by p.id");
        let changes = Changes::of(unapplied, &self.all(sql, [check.id.into()]).await?)?;
        self.dismiss_proposals(&changes.dismissed).await?;
        self.change_proposals(check, &changes.changed).await?;
        self.make_proposals(&changes.made).await
    }

    async fn dismiss_proposals(&self, payments: &[i64]) -> Result<()> {
        if payments.is_empty() {
            return Ok(());
        }
        let sql = sql!(
            row("payment_id"),
            "update refund set status = 'DISMISSED', done_at = $1 where status = 'PROPOSED' and payment_id in #list($2)"
        );
        self.run(sql, [self.now().into(), json_array(payments.iter())]).await?;
        Ok(())
    }

    async fn change_proposals(&self, check: &Locked<CheckRow>, amounts: &[(i64, i64)]) -> Result<()> {
        if amounts.is_empty() {
            return Ok(());
        }
        let sql = sql!(
            row("check_id"),
            "update refund set amount_cents = cast(e.value->>1 as bigint)
            from #rows($1) where refund.payment_id = cast(e.value->>0 as bigint) and refund.status = 'PROPOSED'
                and exists (select 1 from payment p where p.id = refund.payment_id and p.check_id = $2)"
        );
        self.run(sql, [json_array(amounts.iter()), check.id.into()]).await?;
        Ok(())
    }

    async fn make_proposals(&self, made: &[(i64, i64, String)]) -> Result<()> {
        if made.is_empty() {
            return Ok(());
        }
        let sql = sql!(
            tenant,
            "insert into refund (tenant_id, branch_id, payment_id, key, kind, amount_cents, status, reason, attempts,
                next_at, created_at)
            select p.tenant_id, p.branch_id, p.id, e.value->>2, 'OVERPAYMENT', cast(e.value->>1 as bigint), 'PROPOSED',
                $1, 0, $2, $2
            from #rows($3) join payment p on p.id = cast(e.value->>0 as bigint) order by e.place"
        );
        let reason = "More was paid than is owed";
        self.run(sql, [reason.into(), self.now().into(), json_array(made.iter())]).await?;
        Ok(())
    }
}
