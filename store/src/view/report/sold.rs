//! Orders by the day on which they were sent: what every report of orders and portions counts.

use super::window::{kept, within};

/// The common table `sold (item_id, round_id, branch_id, day)`, to follow `place`: the lines of the rounds that the
/// kitchen has or had, struck ones included, on the day that they keep. Lines from before days were kept have the day
/// on which their round was submitted, and null here.
pub(super) fn sold() -> String {
    format!(
        "sold as (
            select i.id as item_id, i.round_id, r.branch_id, i.business_day as day
            from round_item i join round r on r.id = i.round_id join place w on w.branch_id = r.branch_id and {}
            where i.tenant_id = $1 and #in_kitchen(r) and i.business_day >= (select min(from_day) from place)
                and i.business_day <= (select max(to_day) from place)
            union all
            select i.id, i.round_id, r.branch_id, i.business_day
            from round r join place w on {} join round_item i on i.round_id = r.id and i.business_day is null
            where r.tenant_id = $1 and #in_kitchen(r)
        )",
        kept("i.business_day"),
        within("r", "r.submitted_at")
    )
}
