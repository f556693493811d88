//! Rounds and the kitchen's tickets: the kitchen has a round if and only if its tickets exist (I1), and none is cooked
//! for nobody.

use super::{Invariant, differing};
use crate::sql::sql;

pub(super) static TICKETS: Invariant = Invariant {
    name: "round-tickets",
    rule: "I1",
    says: "the kitchen must have {recorded} lines of the round on its tickets, and has {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select r.id,
                (select count(*) from round_item i where i.round_id = r.id and i.voided_at is null and #in_kitchen(r)) as recorded,
                (select count(*) from round_item i join kitchen_ticket_item l on l.round_item_id = i.id
                    join kitchen_ticket k on k.id = l.ticket_id
                    where i.round_id = r.id and k.round_id = r.id and i.voided_at is null) as found
            from round r where r.tenant_id = $1 and r.id > $2 and r.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static STRAY: Invariant = Invariant {
    name: "ticket-stray",
    rule: "I1",
    says: "the round has {found} tickets that the kitchen must not see, or that hold another round's lines",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select r.id, 0 as recorded,
                (select count(*) from kitchen_ticket k where k.round_id = r.id and (not (#in_kitchen(r))
                    or exists (select 1 from kitchen_ticket_item l join round_item i on i.id = l.round_item_id
                        where l.ticket_id = k.id and not (i.round_id = r.id)))) as found
            from round r where r.tenant_id = $1 and r.id > $2 and r.id <= $3"
        )
    ),
    knows_time: false,
};

// A dish that is given away on the table is struck from a round that was served, and its ticket stays.
pub(super) static EMPTY: Invariant = Invariant {
    name: "ticket-empty",
    rule: "I1",
    says: "the round has {found} tickets on which nothing is left to make",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select r.id, 0 as recorded,
                (select count(*) from kitchen_ticket k where k.round_id = r.id and #open_round(r)
                    and not exists (select 1 from kitchen_ticket_item l join round_item i on i.id = l.round_item_id
                        where l.ticket_id = k.id and i.voided_at is null)) as found
            from round r where r.tenant_id = $1 and r.id > $2 and r.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static STATUS: Invariant = Invariant {
    name: "round-status",
    rule: "I1",
    says: "the round is ready or served, and {found} of its tickets are not",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select r.id, 0 as recorded,
                (select count(*) from kitchen_ticket k where k.round_id = r.id
                    and (r.status = 'READY' and #ticket_being_made(k.status) or r.status = 'SERVED' and #open_ticket(k))) as found
            from round r where r.tenant_id = $1 and r.id > $2 and r.id <= $3"
        )
    ),
    knows_time: false,
};
