//! Tips: a payment's tip is what the payment says, and what was shared out is the whole tip.

use super::{Invariant, differing};
use crate::sql::sql;

pub(super) static PAYMENT: Invariant = Invariant {
    name: "payment-tip",
    rule: "I8",
    says: "the payment has a tip of {recorded} cents, and the tips of the house say {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select p.id, p.tip_cents as recorded,
                cast(coalesce((select sum(t.amount_cents) from tip t where t.payment_id = p.id), 0) as bigint) as found
            from payment p where p.tenant_id = $1 and p.id > $2 and p.id <= $3"
        )
    ),
    knows_time: false,
};

// A tip whose payment changed after it was shared out waits for a manager to share it out anew.
pub(super) static SHARES: Invariant = Invariant {
    name: "tip-shares",
    rule: "I8",
    says: "{recorded} cents of the tip are shared out, and its shares come to {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select t.id, case when t.distributed_at is null then 0 else t.amount_cents end as recorded,
                cast(coalesce((select sum(h.amount_cents) from tip_share h where h.tip_id = t.id), 0) as bigint) as found
            from tip t where t.tenant_id = $1 and t.id > $2 and t.id <= $3
                and not exists (select 1 from payment_change c where c.payment_id = t.payment_id
                    and c.created_at >= t.distributed_at)"
        )
    ),
    knows_time: false,
};
