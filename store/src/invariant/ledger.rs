//! The ledger (I8): every sum is the sum of its rows, and every state follows from the sums.

use super::{Invariant, differing};
use crate::sql::sql;

pub(super) static CHECK_TOTAL: Invariant = Invariant {
    name: "check-total",
    rule: "I8",
    says: "the check's total is {recorded} cents, and its charges come to {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select k.id, k.total_cents as recorded,
                cast(coalesce((select sum(c.amount_cents) from charge c where c.check_id = k.id), 0) as bigint) as found
            from guest_check k where k.tenant_id = $1 and k.id > $2 and k.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static CHECK_PAID: Invariant = Invariant {
    name: "check-paid",
    rule: "I8",
    says: "{recorded} cents of the check are said to be paid, and its allocations come to {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select k.id, k.paid_cents as recorded,
                cast(coalesce((select sum(l.amount_cents) from allocation l where l.check_id = k.id), 0) as bigint) as found
            from guest_check k where k.tenant_id = $1 and k.id > $2 and k.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static CHECK_BEYOND: Invariant = Invariant {
    name: "check-overpaid",
    rule: "I8",
    says: "{recorded} cents of the check are covered, and it comes to {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select k.id, k.paid_cents as recorded,
                case when k.paid_cents between 0 and k.total_cents then k.paid_cents else k.total_cents end as found
            from guest_check k where k.tenant_id = $1 and k.id > $2 and k.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static CHECK_REDUCED: Invariant = Invariant {
    name: "check-discounts",
    rule: "I8",
    says: "the check is less by {recorded} cents than what was ordered, and its discounts come to {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select k.id,
                cast(coalesce((select sum(c.gross_cents - c.amount_cents) from charge c where c.check_id = k.id), 0) as bigint)
                    as recorded,
                cast(coalesce((select sum(d.amount_cents) from check_discount d where d.check_id = k.id), 0) as bigint) as found
            from guest_check k where k.tenant_id = $1 and k.id > $2 and k.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static CHECK_WRITTEN_OFF: Invariant = Invariant {
    name: "check-written-off",
    rule: "I12",
    says: "{recorded} cents of the check are said to be written off, and its write-offs come to {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select k.id, k.written_off_cents as recorded,
                cast(coalesce((select sum(o.amount_cents) from write_off o where o.check_id = k.id), 0)
                    - coalesce((select sum(v.amount_cents) from write_off_reversal v where v.check_id = k.id), 0) as bigint)
                    as found
            from guest_check k where k.tenant_id = $1 and k.id > $2 and k.id <= $3"
        )
    ),
    knows_time: false,
};

// An open check is one that was withdrawn: its party orders again.
pub(super) static CHECK_STATUS: Invariant = Invariant {
    name: "check-status",
    rule: "I8",
    says: "the check is {recorded}, and its sums say {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select k.id, k.status || case when k.paid_at is null then ' without' else ' with' end || ' an instant of payment'
                    as recorded,
                case when k.status = 'OPEN' then 'OPEN without'
                    when k.paid_cents + k.written_off_cents >= k.total_cents then 'PAID with'
                    when k.paid_cents = 0 then 'REQUESTED without' else 'IN_PAYMENT without' end || ' an instant of payment'
                    as found
            from guest_check k where k.tenant_id = $1 and k.id > $2 and k.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static CHECK_LINES: Invariant = Invariant {
    name: "check-lines",
    rule: "I12",
    says: "the check's party was served {recorded} lines, and {found} of them are charged at their price",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select k.id, count(*) as recorded, sum(case when c.gross_cents = i.qty * i.unit_price_cents then 1 else 0 end)
                as found
            from guest_check k join round r on r.session_id = k.session_id join round_item i on i.round_id = r.id
            left join charge c on c.round_item_id = i.id and c.check_id = k.id
            where k.tenant_id = $1 and k.id > $2 and k.id <= $3 and not (k.status = 'OPEN') and #billed(r, i)
            group by k.id"
        )
    ),
    knows_time: false,
};

pub(super) static CHARGE_PAID: Invariant = Invariant {
    name: "charge-paid",
    rule: "I8",
    says: "{recorded} cents of the charge are said to be paid, and its allocations come to {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select c.id, c.paid_cents as recorded,
                cast(coalesce((select sum(l.amount_cents) from allocation l where l.charge_id = c.id), 0) as bigint) as found
            from charge c where c.tenant_id = $1 and c.id > $2 and c.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static CHARGE_BEYOND: Invariant = Invariant {
    name: "charge-overpaid",
    rule: "I8",
    says: "{recorded} cents of the charge are covered, and it is for {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select c.id, c.paid_cents as recorded,
                case when c.paid_cents between 0 and c.amount_cents then c.paid_cents else c.amount_cents end as found
            from charge c where c.tenant_id = $1 and c.id > $2 and c.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static CHARGE_GONE: Invariant = Invariant {
    name: "charge-gone",
    rule: "I12",
    says: "the charge is for {recorded} cents, and its line was struck, canceled or deleted",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select c.id, c.gross_cents as recorded,
                case when c.rounding or (i.id is not null and #owed(r, i)) then c.gross_cents else 0 end as found
            from charge c left join round_item i on i.id = c.round_item_id left join round r on r.id = i.round_id
            where c.tenant_id = $1 and c.id > $2 and c.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static CHARGE_CLAIMED: Invariant = Invariant {
    name: "charge-claimed",
    rule: "I8",
    says: "the charge is for {recorded} cents, and phones claim {found} of it",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select id, amount_cents as recorded, case when claimed > amount_cents then claimed else amount_cents end as found
            from (select c.id, c.amount_cents, cast(coalesce((select sum(m.amount_cents) from charge_claim m
                    where m.charge_id = c.id and m.expires_at > $4), 0) as bigint) as claimed
                from charge c where c.tenant_id = $1 and c.id > $2 and c.id <= $3) charges"
        )
    ),
    knows_time: true,
};

pub(super) static CLAIM: Invariant = Invariant {
    name: "claim-foreign",
    rule: "I8",
    says: "the claim is of another check than its charge, or of a diner of another table",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select m.id, 1 as recorded, case when c.check_id = m.check_id and d.session_id = k.session_id then 1 else 0 end as found
            from charge_claim m join charge c on c.id = m.charge_id join guest_check k on k.id = m.check_id
            join diner d on d.id = m.diner_id
            where m.tenant_id = $1 and m.id > $2 and m.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static PAYMENT_ALLOCATED: Invariant = Invariant {
    name: "payment-allocated",
    rule: "I8",
    says: "the payment says that it covers {recorded} cents, and its allocations come to {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select p.id, p.allocated_cents as recorded,
                cast(coalesce((select sum(l.amount_cents) from allocation l where l.payment_id = p.id), 0) as bigint) as found
            from payment p where p.tenant_id = $1 and p.id > $2 and p.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static PAYMENT_BEYOND: Invariant = Invariant {
    name: "payment-overspent",
    rule: "I8",
    says: "{recorded} cents of the payment cover charges, and it counts for {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select p.id, p.allocated_cents as recorded,
                case when p.allocated_cents between 0 and p.net_cents then p.allocated_cents else p.net_cents end as found
            from payment p where p.tenant_id = $1 and p.id > $2 and p.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static PAYMENT_WORTH: Invariant = Invariant {
    name: "payment-worth",
    rule: "I8",
    says: "{recorded} cents of the payment are left, and it counts for {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select p.id, p.amount_cents - p.refunded_cents as recorded,
                case when p.net_cents + p.tip_cents > p.amount_cents - p.refunded_cents
                    then p.net_cents + p.tip_cents else p.amount_cents - p.refunded_cents end as found
            from payment p where p.tenant_id = $1 and p.id > $2 and p.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static PAYMENT_PARTS: Invariant = Invariant {
    name: "payment-parts",
    rule: "I8",
    says: "{found} charges are covered by the payment with less than nothing",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select p.id, 0 as recorded, (select count(*) from (select 1 as one from allocation l where l.payment_id = p.id
                group by l.charge_id having sum(l.amount_cents) < 0) negative) as found
            from payment p where p.tenant_id = $1 and p.id > $2 and p.id <= $3"
        )
    ),
    knows_time: false,
};

// What a provider gave back may have been asked for at the provider's own pages, and has no row of ours then.
pub(super) static PAYMENT_REFUNDED: Invariant = Invariant {
    name: "payment-refunded",
    rule: "I8",
    says: "{recorded} cents of the payment are said to be given back, and its refunds come to {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select p.id, p.refunded_cents as recorded,
                cast(coalesce((select sum(r.amount_cents) from refund r where r.payment_id = p.id and r.status = 'DONE'), 0)
                    as bigint) as found
            from payment p where p.tenant_id = $1 and p.id > $2 and p.id <= $3 and p.provider_payment_id is null"
        )
    ),
    knows_time: false,
};
