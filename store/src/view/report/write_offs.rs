//! Who gave up what parties left owing, and what of it was owed or paid after all.

use super::window::{Window, called, kept, place};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
};
use wire::report::PersonWriteOffs;

// A reversal counts for whoever had given the amount up, on its own day; the audit log has who took it back.
static WRITE_OFFS: &Sql = sql!(
    tenant,
    "{} select x.user_id, {} as user_name, cast(sum(x.given_up) as bigint) as write_off_count,
        count(distinct x.check_id) as check_count, cast(sum(x.given_up_cents) as bigint) as total_written_off_cents,
        cast(sum(x.back) as bigint) as reversal_count, cast(sum(x.back_cents) as bigint) as total_reversed_cents
    from (
        select o.written_off_by_id as user_id, o.check_id, 1 as given_up, o.amount_cents as given_up_cents, 0 as back,
            0 as back_cents
        from write_off o join place w on w.branch_id = o.branch_id and {} where o.tenant_id = $1
        union all
        select o.written_off_by_id, null, 0, 0, 1, v.amount_cents
        from write_off_reversal v join write_off o on o.id = v.write_off_id
        join place w on w.branch_id = v.branch_id and {} where v.tenant_id = $1
    ) x join app_user u on u.id = x.user_id
    group by 1, 2 order by 5 desc, 7 desc, 1",
    place(),
    called(),
    kept("o.business_day"),
    kept("v.business_day")
);

impl Database {
    /// Who wrote debts off in the window, or had written off what was reversed in it, whoever gave up most first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_write_offs(&self, window: &Window) -> Result<Vec<PersonWriteOffs>> {
        all(self.reader(), WRITE_OFFS, window.values()).await
    }
}
