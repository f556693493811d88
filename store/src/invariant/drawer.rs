//! The drawer: a session that was counted expected what moved in it, and every payment that staff took is booked.

use super::{Invariant, differing};
use crate::sql::sql;

pub(super) static EXPECTED: Invariant = Invariant {
    name: "drawer-expected",
    rule: "I8",
    says: "the drawer was closed with {recorded} cents expected, and what moved comes to {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select s.id, s.expected_amount_cents as recorded, s.opening_amount_cents
                + cast(coalesce((select sum(m.amount_cents) from cash_movement m
                    where m.cash_session_id = s.id and m.payment_method = 'CASH'), 0) as bigint) as found
            from cash_session s where s.tenant_id = $1 and s.id > $2 and s.id <= $3 and s.status = 'CLOSED'"
        )
    ),
    knows_time: false,
};

pub(super) static ONE_OPEN: Invariant = Invariant {
    name: "drawer-two-open",
    rule: "I5",
    says: "{found} sessions of the branch's drawer are open, and there may be {recorded}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select s.id, 1 as recorded, (select count(*) from cash_session o
                where o.branch_id = s.branch_id and o.status = 'OPEN' and o.id <= s.id) as found
            from cash_session s where s.tenant_id = $1 and s.id > $2 and s.id <= $3 and s.status = 'OPEN'"
        )
    ),
    knows_time: false,
};

// A payment from before days were kept may have come while no drawer was open, and was booked nowhere then.
pub(super) static PAYMENT: Invariant = Invariant {
    name: "payment-booked",
    rule: "I8",
    says: "staff hold {recorded} cents of the payment, and the drawer's movements of it come to {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select p.id, p.net_cents + p.tip_cents as recorded,
                cast(coalesce((select sum(m.amount_cents) from cash_movement m where m.payment_id = p.id), 0)
                    + coalesce((select sum(w.amount_cents) from cash_waiting w where w.payment_id = p.id), 0) as bigint) as found
            from payment p where p.tenant_id = $1 and p.id > $2 and p.id <= $3
                and p.provider_payment_id is null and p.business_day is not null"
        )
    ),
    knows_time: false,
};

pub(super) static WAITING: Invariant = Invariant {
    name: "drawer-waiting",
    rule: "I8",
    says: "a movement waits for a drawer to be opened, and {found} is open",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select w.id, 0 as recorded,
                (select count(*) from cash_session s where s.branch_id = w.branch_id and s.status = 'OPEN') as found
            from cash_waiting w where w.tenant_id = $1 and w.id > $2 and w.id <= $3"
        )
    ),
    knows_time: false,
};
