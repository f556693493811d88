//! Money by the day on which it came or went: what every report of money adds up.

use super::window::{kept, on_days, quarter};

/// The common table `taking (payment_id, branch_id, came, day, quarter, amount_cents, net_cents, tip_cents,
/// refunded_cents, charged_back_cents)`, to follow `place`: for each payment a row of what it was when it came in, on
/// that day, and for each change since, a refund or a chargeback, a row of the difference on the day of that (I11).
pub(super) fn taking() -> String {
    // What the payment is now, less what changed since it came in.
    let at_first = |now: &str, column: &str| {
        format!(
            "{now} - (select cast(coalesce(sum(h.{column}), 0) as bigint) from payment_change h where h.payment_id = p.id)
                as {column}"
        )
    };
    let refunded =
        "case when p.status = 'REFUNDED' then p.amount_cents - p.net_cents - p.tip_cents else p.refunded_cents end";
    let charged_back = "case when p.status = 'CHARGED_BACK'
        then p.amount_cents - p.refunded_cents - p.net_cents - p.tip_cents else 0 end";
    let came = "coalesce(p.approved_at, p.created_at)";
    format!(
        "taking as (
            select p.id as payment_id, p.branch_id, 1 as came, p.business_day as day, {quarter} as quarter,
                {amount}, {net}, {tip}, {refunded}, {charged_back}
            from payment p join place w on {window}
            where p.tenant_id = $1 and p.check_id is not null
            union all
            select p.id, p.branch_id, 0, c.business_day, 0, c.amount_cents, c.net_cents, c.tip_cents, c.refunded_cents,
                c.charged_back_cents
            from payment_change c join place w on w.branch_id = c.branch_id and {changed}
                join payment p on p.id = c.payment_id
            where c.tenant_id = $1 and p.check_id is not null
        )",
        quarter = quarter(came),
        amount = at_first("p.amount_cents", "amount_cents"),
        net = at_first("p.net_cents", "net_cents"),
        tip = at_first("p.tip_cents", "tip_cents"),
        refunded = at_first(refunded, "refunded_cents"),
        charged_back = at_first(charged_back, "charged_back_cents"),
        window = on_days("p", "p.business_day", came),
        changed = kept("c.business_day"),
    )
}
