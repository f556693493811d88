//! The business day that a row is written on, by the calendar of its branch (I11).

use crate::{
    error::{Error, Result},
    sql::sql,
    unit_of_work::UnitOfWork,
};
use chrono::NaiveDate;
use domain::{BranchId, timezone::business_day};
use sea_orm::FromQueryResult;

impl UnitOfWork {
    /// The day that is now in the branch.
    pub(crate) async fn business_day(&self, branch: BranchId) -> Result<NaiveDate> {
        Ok(business_day(self.now(), &self.timezone_of(branch).await?))
    }

    /// The IANA name of the branch's time zone.
    pub(crate) async fn timezone_of(&self, branch: BranchId) -> Result<String> {
        #[derive(FromQueryResult)]
        struct Row {
            timezone: String,
        }
        let row: Option<Row> =
            self.one(sql!(branch, "select timezone from branch where id = $1"), [branch.into()]).await?;
        row.map(|row| row.timezone).ok_or(Error::NotFound("branch"))
    }
}
