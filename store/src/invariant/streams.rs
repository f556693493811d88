//! Streams of events (I2): every branch has one, its numbers have no gap, and none is above the head.
//!
//! The oldest events are forgotten, so a stream may begin anywhere. What is forgotten is told by the instants of
//! several processes' clocks: at the very edge of the log a later number may go before an earlier one, and the first
//! two minutes of a log that was cut are passed over for that.

use super::{Invariant, differing};
use crate::sql::{Sql, sql};

pub(super) static STARTED: Invariant = Invariant {
    name: "stream-missing",
    rule: "I2",
    says: "the branch has {found} event streams, where it must have {recorded}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select b.id, 1 as recorded,
                (select count(*) from branch_stream s where s.branch_id = b.id and s.tenant_id = b.tenant_id) as found
            from branch b where b.tenant_id = $1 and b.id > $2 and b.id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static BEHIND: Invariant = Invariant {
    name: "stream-head",
    rule: "I2",
    says: "the branch's stream stands at {recorded}, and its log has an event {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select s.branch_id as id, s.seq as recorded,
                coalesce((select max(e.seq) from event e where e.branch_id = s.branch_id and e.seq > s.seq), s.seq) as found
            from branch_stream s where s.tenant_id = $1 and s.branch_id > $2 and s.branch_id <= $3"
        )
    ),
    knows_time: false,
};

pub(super) static GAP: Invariant = Invariant {
    name: "stream-gap",
    rule: "I2",
    says: "the events from {recorded} to {found} of the branch's stream are missing",
    faults: sql!(
        branch,
        "select e.branch_id as id, cast(e.seq + 1 as text) as recorded,
            cast(coalesce((select min(n.seq) from event n where n.branch_id = e.branch_id and n.seq > e.seq), s.seq + 1) - 1
                as text) as found
        from event e join branch_stream s on s.branch_id = e.branch_id
        where e.branch_id = $1 and e.seq > $2 and e.seq <= $3 and e.seq < s.seq
            and not exists (select 1 from event n where n.branch_id = e.branch_id and n.seq = e.seq + 1)
            and (exists (select 1 from event o where o.branch_id = e.branch_id and o.seq = 1)
                or #pg(e.ts > (select o.ts from event o where o.branch_id = $1 order by o.seq limit 1) + interval '2 minutes')
                #sqlite(julianday(e.ts) > julianday((select o.ts from event o where o.branch_id = $1 order by o.seq limit 1))
                    + 2.0 / 1440))
        order by e.seq"
    ),
    knows_time: false,
};

/// The streams of a business.
pub(super) static STREAMS: &Sql =
    sql!(tenant, "select branch_id, seq from branch_stream where tenant_id = $1 order by branch_id");

/// The next events of a branch.
pub(super) static PAGE_OF: &Sql = sql!(
    branch,
    "select max(seq) as last, count(*) as rows from
    (select seq from event where branch_id = $1 and seq > $2 and seq <= $3 order by seq limit $4) page"
);
