//! What a payment comes to count for after the day it came in: a refund, a chargeback, a dispute that was won. Each
//! change is kept with a business day of its own, so that no day that is over changes (I11).

use super::{PaymentRow, Worth};
use crate::{
    error::Result,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use chrono::NaiveDate;
use domain::{payment::PaymentStatus, timezone::business_day};

/// What came in, by what became of it. The first is the sum of the others where the payment counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parts {
    amount: i64,
    net: i64,
    tip: i64,
    refunded: i64,
    charged_back: i64,
}

impl Parts {
    fn of(worth: &Worth) -> Self {
        let [amount, net, tip, refunded] = [worth.amount, worth.net, worth.tip, worth.refunded].map(|part| part.get());
        // What a payment that counts for nothing any more was given back or taken is all that it does not count for.
        let gone = amount - net - tip;
        let refunded = if worth.status == PaymentStatus::ChargedBack { refunded } else { gone };
        Self { amount, net, tip, refunded, charged_back: gone - refunded }
    }
}

impl UnitOfWork {
    /// Notes what is different about a payment that counted before; returns the business day on which it first did.
    pub(super) async fn note_change(&self, payment: &Locked<PaymentRow>, worth: Worth) -> Result<Option<NaiveDate>> {
        let was = Worth::of(payment);
        let counted = payment.business_day.is_some() || was.counts();
        let (before, after) = (Parts::of(&was), Parts::of(&worth));
        if before == after || !counted && !worth.counts() {
            return Ok(payment.business_day);
        }
        let zone = self.customs_of(payment.branch_id).await?.timezone;
        let today = business_day(self.now(), &zone);
        if !counted {
            return Ok(Some(today));
        }
        let sql = sql!(
            tenant,
            "insert into payment_change (tenant_id, branch_id, payment_id, business_day, amount_cents, net_cents,
                tip_cents, refunded_cents, charged_back_cents, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        );
        let values = [
            payment.tenant_id.into(),
            payment.branch_id.into(),
            payment.id.into(),
            today.into(),
            (after.amount - before.amount).into(),
            (after.net - before.net).into(),
            (after.tip - before.tip).into(),
            (after.refunded - before.refunded).into(),
            (after.charged_back - before.charged_back).into(),
            self.now().into(),
        ];
        self.run(sql, values).await?;
        // One from before days were kept has that of the instant at which it came in.
        let came_at = payment.approved_at.unwrap_or(payment.created_at);
        Ok(Some(payment.business_day.unwrap_or_else(|| business_day(came_at, &zone))))
    }
}
