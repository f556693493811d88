//! Who gave away what was on the table, and which manager approved it.

use super::window::{Window, called, kept, place};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
};
use wire::report::PersonComps;

// The outer bounds say nothing new; they let the database begin with what was struck, which is little.
static COMPS: &Sql = sql!(
    tenant,
    "{} select i.voided_by_id as user_id, {} as user_name, i.approved_by_id, {} as approved_by_name,
        count(*) as comp_count, cast(sum(i.qty) as bigint) as total_quantity,
        cast(sum(i.qty * i.unit_price_cents) as bigint) as total_comped_cents
    from round_item i join round r on r.id = i.round_id join place w on w.branch_id = r.branch_id and {}
    join app_user m on m.id = i.approved_by_id left join app_user u on u.id = i.voided_by_id
    where i.tenant_id = $1 and #comped(r, i) and i.voided_business_day >= (select min(from_day) from place)
        and i.voided_business_day <= (select max(to_day) from place)
    group by 1, 2, 3, 4 order by 7 desc, 1, 3",
    place(),
    called(),
    called().replace("u.", "m."),
    kept("i.voided_business_day")
);

impl Database {
    /// Who gave away what was served in the window and who approved it, those of most money first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_comps(&self, window: &Window) -> Result<Vec<PersonComps>> {
        all(self.reader(), COMPS, window.values()).await
    }
}
