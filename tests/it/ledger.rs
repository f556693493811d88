//! What must hold of everybody's money whenever nobody is in the middle of something (I8). Called at the end of
//! every test that moves money.

use crate::scene::assert_gap_free;
use harness::App;

/// Each is a count of what is wrong.
const WRONG: [(&str, &str); 12] = [
    ("checks that do not say what their lines cost", "select count(*) from guest_check k
        where k.total_cents <> (select coalesce(sum(amount_cents), 0) from charge c where c.check_id = k.id)"),
    ("checks that do not say what the ledger says", "select count(*) from guest_check k
        where k.paid_cents <> (select coalesce(sum(amount_cents), 0) from allocation a where a.check_id = k.id)
            or k.paid_cents > k.total_cents or k.paid_cents < 0"),
    ("charges that do not say what the ledger says", "select count(*) from charge c
        where c.paid_cents <> (select coalesce(sum(amount_cents), 0) from allocation a where a.charge_id = c.id)
            or c.paid_cents < 0 or c.paid_cents > c.amount_cents or c.amount_cents > c.gross_cents"),
    ("payments that do not say what the ledger says", "select count(*) from payment p
        where p.allocated_cents <> (select coalesce(sum(amount_cents), 0) from allocation a where a.payment_id = p.id)
            or p.allocated_cents > p.net_cents or p.net_cents + p.tip_cents > p.amount_cents - p.refunded_cents"),
    ("pairs of payment and charge below zero", "select count(*) from
        (select 1 as one from allocation group by payment_id, charge_id having sum(amount_cents) < 0) as pairs"),
    ("checks whose status does not follow from their sums", "select count(*) from guest_check
        where status <> 'OPEN' and status <> case when paid_cents + written_off_cents >= total_cents then 'PAID'
            when paid_cents = 0 then 'REQUESTED' else 'IN_PAYMENT' end"),
    ("paid checks without an instant, or others with one", "select count(*) from guest_check
        where (status = 'PAID') <> (paid_at is not null)"),
    ("discounts that are not what the check is less by", "select count(*) from guest_check k
        where k.total_cents + (select coalesce(sum(amount_cents), 0) from check_discount d where d.check_id = k.id)
            <> (select coalesce(sum(gross_cents), 0) from charge c where c.check_id = k.id)"),
    // Money for a dish that was struck is idle until it is given back, and somebody is asked to.
    ("idle money beside an unpaid line", "select count(*) from payment p join guest_check k on k.id = p.check_id
        where k.paid_cents < k.total_cents and k.status <> 'OPEN'
            and p.net_cents - p.allocated_cents > (select coalesce(sum(r.amount_cents), 0) from refund r
                where r.payment_id = p.id and r.kind = 'OVERPAYMENT' and r.status in ('PROPOSED', 'DISMISSED'))"),
    ("sessions that do not say what their check says", "select count(*) from table_session s
        left join guest_check k on k.session_id = s.id
        where s.status = 'PAYING' and (k.id is null or k.status = 'OPEN')
            or s.status = 'OPEN' and k.status <> 'OPEN'
            or s.status = 'CLOSED' and k.id is not null and k.closed_at is null"),
    ("lines that stand and are not charged, or are charged twice", "select count(*) from guest_check k
        join round r on r.session_id = k.session_id join round_item i on i.round_id = r.id
        where k.status <> 'OPEN' and r.status not in ('PENDING', 'CANCELED') and i.voided_at is null
            and (select count(*) from charge c where c.round_item_id = i.id and c.gross_cents = i.qty * i.unit_price_cents) <> 1"),
    ("lines that are canceled, struck or gone, and still charged", "select count(*) from charge c
        left join round_item i on i.id = c.round_item_id left join round r on r.id = i.round_id
        where c.gross_cents <> 0 and not c.rounding and (i.id is null or i.voided_at is not null or r.status = 'CANCELED')"),
];

/// Σ allocations of a check = what it says is paid ≤ its total; 0 ≤ Σ of a charge ≤ its amount; Σ of a payment ≤ its
/// net; every state follows from the sums; the branch's stream has no gaps.
pub(crate) async fn assert_ledger(app: &App) {
    for (what, query) in WRONG {
        assert_eq!(app.sql_i64(query).await, 0, "{what}");
    }
    assert_gap_free(app).await;
}
