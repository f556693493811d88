//! Discounts on a check.

use super::CheckRow;
use crate::{
    error::Result,
    unit_of_work::{Locked, UnitOfWork},
};
use domain::{Cents, UserId, check::DiscountType};
use entity::check_discount;
use sea_orm::{ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set};

/// A discount's row.
pub type DiscountRow = check_discount::Model;

/// A discount that is granted.
#[derive(Clone, Debug)]
pub struct NewDiscount {
    /// How it is said.
    pub kind: DiscountType,
    /// Percent, or cents.
    pub value: i64,
    /// Why.
    pub reason: String,
    /// By whom.
    pub granted_by: UserId,
}

impl UnitOfWork {
    /// Adds a discount; what it takes off is written when the check is settled.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_discount(&self, check: &Locked<CheckRow>, new: NewDiscount) -> Result<DiscountRow> {
        let row = check_discount::ActiveModel {
            id: NotSet,
            tenant_id: Set(check.tenant_id),
            check_id: Set(check.id),
            kind: Set(new.kind),
            value: Set(new.value),
            amount_cents: Set(Cents::ZERO),
            reason: Set(new.reason),
            granted_by_id: Set(new.granted_by),
            created_at: Set(self.now()),
        };
        Ok(row.insert(self.tx()).await?)
    }
}
