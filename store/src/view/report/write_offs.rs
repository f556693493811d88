//! Who gave up what parties left owing.

use super::window::{Window, called, kept, place};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
};
use wire::report::PersonWriteOffs;

static WRITE_OFFS: &Sql = sql!(
    tenant,
    "{} select o.written_off_by_id as user_id, {} as user_name, count(*) as write_off_count,
        count(distinct o.check_id) as check_count, cast(sum(o.amount_cents) as bigint) as total_written_off_cents
    from write_off o join place w on w.branch_id = o.branch_id and {} join app_user u on u.id = o.written_off_by_id
    where o.tenant_id = $1 group by 1, 2 order by 5 desc, 1",
    place(),
    called(),
    kept("o.business_day")
);

impl Database {
    /// Who wrote debts off in the window, whoever gave up most first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_write_offs(&self, window: &Window) -> Result<Vec<PersonWriteOffs>> {
        all(self.reader(), WRITE_OFFS, window.values()).await
    }
}
