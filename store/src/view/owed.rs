//! What a session owes and has paid, as one expression for every view that shows it, so that no two screens disagree.

/// Total in cents of session `s`, whose check, if it has one, is `k`: what the check comes to and what was ordered
/// since (after it was withdrawn); without a check all that was ordered. What was canceled or struck counts nowhere
/// (design.md §9), and a round that waits for a waiter's word is on no check.
pub(super) const fn total_cents() -> &'static str {
    "cast(coalesce(k.total_cents, 0) + coalesce((select sum(i.qty * i.unit_price_cents)
            from round r join round_item i on i.round_id = r.id
            where r.session_id = s.id and (#billed(r, i) or k.id is null and #owed(r, i))
              and not exists (select 1 from charge c where c.round_item_id = i.id)), 0) as bigint)"
}
