//! Discounts on a check.

use super::CheckRow;
use crate::{
    error::{Error, Result},
    scoped::admitted,
    session::Seated,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use auth::Scope;
use domain::{BranchId, Cents, ChargeId, CheckId, DiscountId, UserId, check::DiscountType};
use entity::check_discount;
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter,
};

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
    /// It is what rounding the cash took off.
    pub rounding: bool,
    /// For which charges; none where it is for the whole check.
    pub charges: Option<Vec<ChargeId>>,
}

#[derive(FromQueryResult)]
struct Address {
    check_id: CheckId,
    branch_id: BranchId,
}

impl UnitOfWork {
    /// A discount of the caller's, with its session and check locked.
    ///
    /// # Errors
    /// Not found, or not in the caller's branches.
    pub async fn lock_discount(
        &self,
        scope: &impl Scope,
        id: DiscountId,
    ) -> Result<(Locked<Seated>, Locked<CheckRow>, DiscountRow)> {
        // A discount keeps its check as long as it exists, so reading that without a lock is safe.
        let sql = sql!(
            tenant,
            "select d.check_id, k.branch_id from check_discount d join guest_check k on k.id = d.check_id
            where d.id = $1 and d.tenant_id = $2"
        );
        let address: Option<Address> = self.one(sql, [id.into(), scope.tenant_id().into()]).await?;
        let address = admitted(scope, "discount", address, |row| row.branch_id)?;
        let (session, check) = self.lock_check(scope, address.check_id).await?;
        let discount = check_discount::Entity::find_by_id(id)
            .filter(check_discount::Column::CheckId.eq(check.id))
            .one(self.tx())
            .await?;
        Ok((session, check, discount.ok_or(Error::NotFound("discount"))?))
    }

    /// Removes a discount; what that adds is written when the check is settled.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_discount(&self, check: &Locked<CheckRow>, discount: DiscountId) -> Result<()> {
        self.owes_differently(check.session_id, "check.remove_discount");
        self.run(sql!(row("id"), "delete from check_discount where id = $1"), [discount.into()]).await?;
        Ok(())
    }

    /// Adds a discount; what it takes off is written when the check is settled.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert_discount(&self, check: &Locked<CheckRow>, new: NewDiscount) -> Result<DiscountRow> {
        self.owes_differently(check.session_id, "check.discount");
        let row = check_discount::ActiveModel {
            id: NotSet,
            tenant_id: Set(check.tenant_id),
            check_id: Set(check.id),
            kind: Set(new.kind),
            value: Set(new.value),
            amount_cents: Set(Cents::ZERO),
            reason: Set(new.reason),
            granted_by_id: Set(new.granted_by),
            rounding: Set(new.rounding),
            created_at: Set(self.now()),
            charge_ids: Set(new.charges.map(|charges| serde_json::json!(charges))),
            business_day: Set(Some(self.business_day(check.branch_id).await?)),
        };
        Ok(row.insert(self.tx()).await?)
    }
}
