//! Who took what off checks.

use super::window::{Window, called, on_days, place};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
};
use wire::report::PersonDiscounts;

static DISCOUNTS: &Sql = sql!(tenant, "{} select d.granted_by_id as user_id, {} as user_name, count(*) as discount_count, count(distinct d.check_id) as check_count,
        cast(sum(d.amount_cents) as bigint) as total_discount_cents
    from check_discount d join guest_check k on k.id = d.check_id join place w on {} join app_user u on u.id = d.granted_by_id
    where d.tenant_id = $1 and not d.rounding group by 1, 2 order by 5 desc, 1", place(), called(), on_days("k", "d.business_day", "d.created_at"));

impl Database {
    /// Who granted discounts in the window, the most generous first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_discounts(&self, window: &Window) -> Result<Vec<PersonDiscounts>> {
        all(self.reader(), DISCOUNTS, window.values()).await
    }
}
