//! Who struck what from orders, line by line or a whole round at once. A round that is canceled keeps its lines as they
//! were; who canceled it, and when, is in the audit log. What was given away of what was served is among it; the report
//! of comps tells it apart.

use super::window::{Window, called, kept, place, within};
use crate::{
    Database,
    error::Result,
    sql::{Sql, sql},
    unit_of_work::all,
};
use wire::report::PersonVoids;

// The outer bounds say nothing new; they let the database begin with what was struck, which is little, and not with
// every round there was.
static VOIDS: &Sql = sql!(tenant, "{} select x.user_id, {} as user_name, count(*) as void_count, cast(sum(x.qty) as bigint) as total_quantity,
        cast(sum(x.qty * x.unit_price_cents) as bigint) as total_voided_cents
    from (
        select i.voided_by_id as user_id, i.qty, i.unit_price_cents
        from round_item i join round r on r.id = i.round_id join place w on w.branch_id = r.branch_id and {}
        where i.tenant_id = $1 and i.voided_business_day >= (select min(from_day) from place)
            and i.voided_business_day <= (select max(to_day) from place)
        union all
        select i.voided_by_id, i.qty, i.unit_price_cents
        from round_item i join round r on r.id = i.round_id join place w on {} where i.tenant_id = $1 and i.voided_business_day is null
            and i.voided_at >= (select min(from_at) from place) and i.voided_at < (select max(to_at) from place)
        union all
        select a.user_id, i.qty, i.unit_price_cents
        from audit_log a join round r on r.id = a.entity_id and r.tenant_id = a.tenant_id
        join round_item i on i.round_id = r.id and i.voided_at is null join place w on {} where a.tenant_id = $1 and a.entity_type = 'round' and a.action = 'CANCEL'
            and a.created_at >= (select min(from_at) from place) and a.created_at < (select max(to_at) from place)
    ) x left join app_user u on u.id = x.user_id
    group by 1, 2 order by 5 desc, 1", place(), called(), kept("i.voided_business_day"), within("r", "i.voided_at"), within("r", "a.created_at"));

impl Database {
    /// Who struck items in the window, the one who struck most money first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_voids(&self, window: &Window) -> Result<Vec<PersonVoids>> {
        all(self.reader(), VOIDS, window.values()).await
    }
}
