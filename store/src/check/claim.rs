//! Claims: which diner says that it pays which item, until when.

use super::CheckRow;
use crate::{
    error::Result,
    scoped::json_array,
    sql::sql,
    unit_of_work::{Locked, UnitOfWork},
};
use chrono::{DateTime, Utc};
use domain::{Cents, ChargeId, ClaimId, DinerId};
use entity::charge_claim;
use sea_orm::{
    ActiveModelTrait, ActiveValue::NotSet, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
};

/// A claim's row.
pub type ClaimRow = charge_claim::Model;

/// A claim that was admitted.
#[derive(Clone, Debug)]
pub struct NewClaim {
    /// The item.
    pub charge: ChargeId,
    /// By whom.
    pub diner: DinerId,
    /// How many parts of it.
    pub numerator: u32,
    /// Out of how many.
    pub denominator: u32,
    /// What that comes to.
    pub amount: Cents,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl UnitOfWork {
    /// The check's claims that have not lapsed, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find_claims(&self, check: &Locked<CheckRow>) -> Result<Vec<ClaimRow>> {
        let query = charge_claim::Entity::find()
            .filter(charge_claim::Column::CheckId.eq(check.id))
            .filter(charge_claim::Column::ExpiresAt.gt(self.now()))
            .order_by_asc(charge_claim::Column::Id);
        Ok(query.all(self.tx()).await?)
    }

    /// Lets go what a diner claimed, and whatever lapsed; tells how many claims of the diner's there were.
    ///
    /// # Errors
    /// The database failed.
    pub async fn release_claims(&self, check: &Locked<CheckRow>, diner: DinerId) -> Result<u64> {
        let lapsed = sql!(row("check_id"), "delete from charge_claim where check_id = $1 and expires_at <= $2");
        self.run(lapsed, [check.id.into(), self.now().into()]).await?;
        self.run(
            sql!(row("check_id"), "delete from charge_claim where check_id = $1 and diner_id = $2"),
            [check.id.into(), diner.into()],
        )
        .await
    }

    /// Adds a claim; `unique (charge_id, diner_id)` backs the check that the diner has no other on it.
    ///
    /// # Errors
    /// The diner has one after all.
    pub async fn insert_claim(&self, check: &Locked<CheckRow>, new: NewClaim) -> Result<ClaimRow> {
        let row = charge_claim::ActiveModel {
            id: NotSet,
            tenant_id: Set(check.tenant_id),
            check_id: Set(check.id),
            charge_id: Set(new.charge),
            diner_id: Set(new.diner),
            numerator: Set(i32::try_from(new.numerator).unwrap_or(1)),
            denominator: Set(i32::try_from(new.denominator).unwrap_or(1)),
            amount_cents: Set(new.amount),
            expires_at: Set(new.expires_at),
        };
        Ok(row.insert(self.tx()).await?)
    }

    /// Writes what claims come to now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_claims(&self, check: &Locked<CheckRow>, claims: &[(ClaimId, Cents)]) -> Result<()> {
        if claims.is_empty() {
            return Ok(());
        }
        let rows = claims.iter().map(|(claim, amount)| (claim.get(), amount.get()));
        let sql = sql!(
            row("check_id"),
            "update charge_claim set amount_cents = cast(e.value->>1 as bigint)
            from #rows($2) where charge_claim.id = cast(e.value->>0 as bigint) and charge_claim.check_id = $1"
        );
        self.run(sql, [check.id.into(), json_array(rows)]).await?;
        Ok(())
    }

    /// Lets go whatever was claimed of charges that no longer stand.
    ///
    /// # Errors
    /// The database failed.
    pub async fn release_charges(&self, check: &Locked<CheckRow>, charges: &[ChargeId]) -> Result<()> {
        if charges.is_empty() {
            return Ok(());
        }
        let sql = sql!(row("check_id"), "delete from charge_claim where check_id = $1 and charge_id in #list($2)");
        let charges = json_array(charges.iter().map(|charge| charge.get()));
        self.run(sql, [check.id.into(), charges]).await?;
        Ok(())
    }
}
