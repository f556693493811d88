//! The business day that a row is written on, by the calendar of its branch (I11), and what else the branch decides
//! about money that moves.

use crate::{
    error::{Error, Result},
    sql::sql,
    unit_of_work::UnitOfWork,
};
use chrono::NaiveDate;
use domain::{BranchId, cash::CashWithoutSession, timezone::business_day};
use sea_orm::FromQueryResult;

/// What a branch decides; read once in a transaction.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Customs {
    /// The IANA name of its time zone.
    pub(crate) timezone: String,
    /// What becomes of cash while no drawer session is open.
    pub(crate) cash_without_session: CashWithoutSession,
}

impl UnitOfWork {
    /// The day that is now in the branch.
    pub(crate) async fn business_day(&self, branch: BranchId) -> Result<NaiveDate> {
        Ok(business_day(self.now(), &self.customs_of(branch).await?.timezone))
    }

    /// What the branch decides.
    pub(crate) async fn customs_of(&self, branch: BranchId) -> Result<Customs> {
        let known = self.customs().get(&branch).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let sql = sql!(branch, "select timezone, cash_without_session from branch where id = $1");
        let found: Option<Customs> = self.one(sql, [branch.into()]).await?;
        let found = found.ok_or(Error::NotFound("branch"))?;
        self.customs().insert(branch, found.clone());
        Ok(found)
    }
}
