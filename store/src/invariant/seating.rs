//! Tables and the parties at them: at most one party a table, and table, party and bill say the same of it.

use super::{Invariant, differing};
use crate::sql::sql;

pub(super) static ONE_PARTY: Invariant = Invariant {
    name: "table-two-parties",
    rule: "I5",
    says: "{found} parties are at the table, and there may be {recorded}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select id, 1 as recorded, case when parties > 1 then parties else 1 end as found from (
                select t.id, (select count(*) from table_session s where s.table_id = t.id and #live_session(s)) as parties
                from dining_table t where t.tenant_id = $1 and t.id > $2 and t.id <= $3) tables"
        )
    ),
    knows_time: false,
};

// A table that is out of service says nothing about its party.
pub(super) static TABLE: Invariant = Invariant {
    name: "table-status",
    rule: "I5",
    says: "the table is {recorded}, and its party says {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select t.id, t.status as recorded, coalesce((select max(case s.status when 'OPEN' then 'ACTIVE' else s.status end)
                from table_session s where s.table_id = t.id and #live_session(s)), 'FREE') as found
            from dining_table t where t.tenant_id = $1 and t.id > $2 and t.id <= $3 and not (t.status = 'OUT_OF_SERVICE')"
        )
    ),
    knows_time: false,
};

pub(super) static BILL: Invariant = Invariant {
    name: "session-check",
    rule: "I8",
    says: "the party is {recorded}, and {found}",
    faults: sql!(
        tenant,
        "{}",
        differing(
            "select s.id, s.status as recorded, case
                when s.status = 'PAYING' and k.id is null then 'has no check'
                when s.status = 'PAYING' and k.status = 'OPEN' then 'its check is OPEN'
                when s.status = 'OPEN' and not (k.status = 'OPEN') then 'its check is ' || k.status
                when s.status = 'CLOSED' and k.id is not null and k.closed_at is null then 'its check is not closed'
                when s.status = 'CLOSED' and s.closed_at is null then 'has no instant at which it left'
                else s.status end as found
            from table_session s left join guest_check k on k.session_id = s.id
            where s.tenant_id = $1 and s.id > $2 and s.id <= $3"
        )
    ),
    knows_time: false,
};
