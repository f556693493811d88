//! Rows of payments: inserted, locked and changed under their check's lock.

use crate::{
    check::CheckRow,
    error::{Error, Result},
    scoped::admitted,
    session::Seated,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{
    BranchId, Cents, ChargeId, CheckId, DinerId, PaymentId, UserId,
    payment::{PaymentStatus, Registrar, Tender},
};
use entity::payment;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};
use serde::{Deserialize, Serialize};

/// A payment's row.
pub type PaymentRow = payment::Model;

/// A part of a charge that a payer chose to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The charge.
    pub charge_id: ChargeId,
    /// How much of it, in cents.
    pub amount_cents: Cents,
}

/// A payment that staff register.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// How it is tendered.
    pub tender: Tender,
    /// For the bill, in cents.
    pub bill: Cents,
    /// For the staff, in cents.
    pub tip: Cents,
    /// Cash handed over, where it was counted.
    pub received: Option<Cents>,
    /// Which diner pays.
    pub diner: Option<DinerId>,
    /// Who registers it.
    pub registered_by: UserId,
    /// A remark.
    pub notes: Option<String>,
}

/// The sums of a payment that count now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// Where it stands.
    pub status: PaymentStatus,
    /// What was tendered in all, tip included.
    pub amount: Cents,
    /// Given back in all.
    pub refunded: Cents,
    /// Counts towards the bill.
    pub net: Cents,
    /// Counts as a tip.
    pub tip: Cents,
}

impl Worth {
    /// What counts of a payment now.
    #[must_use]
    pub(crate) fn of(payment: &PaymentRow) -> Self {
        Self {
            status: payment.status,
            amount: payment.amount_cents,
            refunded: payment.refunded_cents,
            net: payment.net_cents,
            tip: payment.tip_cents,
        }
    }

    /// Whether any of it counts.
    pub(crate) fn counts(&self) -> bool {
        self.net > Cents::ZERO || self.tip > Cents::ZERO
    }
}

/// The session and the check that a payment is for.
pub type Bill = (Locked<Seated>, Locked<CheckRow>);

#[derive(FromQueryResult)]
struct Address {
    check_id: Option<CheckId>,
    branch_id: BranchId,
}

impl UnitOfWork {
    /// Inserts a payment that staff took.
    ///
    /// # Errors
    /// The sum does not fit.
    pub async fn insert_payment(&self, check: &Locked<CheckRow>, new: NewPayment) -> Result<PaymentRow> {
        self.owes_differently(check.session_id, "payment.register");
        let row = payment::ActiveModel {
            tenant_id: Set(check.tenant_id),
            branch_id: Set(check.branch_id),
            check_id: Set(Some(check.id)),
            tender: Set(new.tender),
            status: Set(PaymentStatus::Approved),
            detail: Set(String::new()),
            currency: Set(check.currency.as_str().to_owned()),
            amount_cents: Set(new.bill.checked_add(new.tip)?),
            refunded_cents: Set(Cents::ZERO),
            tip_cents: Set(new.tip),
            net_cents: Set(new.bill),
            allocated_cents: Set(Cents::ZERO),
            diner_id: Set(new.diner),
            targets: Set(serde_json::Value::Array(Vec::new())),
            registered_by: Set(Registrar::Waiter),
            registered_by_id: Set(Some(new.registered_by)),
            received_cents: Set(new.received),
            notes: Set(new.notes),
            created_at: Set(self.now()),
            approved_at: Set(Some(self.now())),
            business_day: Set(Some(self.business_day(check.branch_id).await?)),
            ..Default::default()
        };
        let row = row.insert(self.tx()).await?;
        if row.tip_cents > Cents::ZERO {
            self.follow_tip(row.id, row.tender.method()).await?;
        }
        Ok(row)
    }

    /// Locks a payment of the caller's; before it its session and check, if it has found one.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches. One that finds its check at this very moment is a conflict, and the
    /// transaction runs again.
    pub async fn lock_payment(&self, scope: &impl Scope, id: PaymentId) -> Result<(Option<Bill>, Locked<PaymentRow>)> {
        // A payment that has a check keeps it for ever, so reading that without a lock is safe.
        let sql = sql!(tenant, "select check_id, branch_id from payment where id = $1 and tenant_id = $2");
        let address: Option<Address> = self.one(sql, [id.into(), scope.tenant_id().into()]).await?;
        let address = admitted(scope, "payment", address, |row| row.branch_id)?;
        let bill = match address.check_id {
            Some(check) => Some(self.lock_check(scope, check).await?),
            None => None,
        };
        let payment = payment::Entity::find_by_id(id)
            .filter(payment::Column::TenantId.eq(scope.tenant_id()))
            .lock_exclusive()
            .one(self.tx())
            .await?;
        let payment = payment.map(Locked::new).ok_or(Error::NotFound("payment"))?;
        if payment.check_id == address.check_id { Ok((bill, payment)) } else { Err(Error::Moved) }
    }

    /// Reads a payment of a locked check, as it is now.
    ///
    /// # Errors
    /// It is not one of the check's.
    pub async fn find_payment(&self, check: &Locked<CheckRow>, id: PaymentId) -> Result<PaymentRow> {
        let query = payment::Entity::find_by_id(id).filter(payment::Column::CheckId.eq(check.id));
        query.one(self.tx()).await?.ok_or(Error::NotFound("payment"))
    }

    /// Sets the sums of a payment that count from now on. What is allocated beyond them must be taken back before.
    ///
    /// # Errors
    /// More is allocated.
    pub async fn set_payment_worth(&self, payment: &Locked<PaymentRow>, worth: Worth) -> Result<()> {
        let sql = sql!(
            row("id"),
            "update payment set status = $2, amount_cents = $3, refunded_cents = $4, net_cents = $5, tip_cents = $6,
            business_day = $7 where id = $1"
        );
        let day = self.note_change(payment, worth).await?;
        let values = [
            payment.id.into(),
            worth.status.as_str().into(),
            worth.amount.into(),
            worth.refunded.into(),
            worth.net.into(),
            worth.tip.into(),
            day.into(),
        ];
        self.run(sql, values).await?;
        if worth.tip > Cents::ZERO || payment.tip_cents > Cents::ZERO {
            self.follow_tip(payment.id, payment.tender.method()).await?;
        }
        Ok(())
    }
}
