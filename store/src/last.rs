//! What a transaction writes last: its audit rows, its answer, its events. One statement on PostgreSQL, after the one
//! that locks the audit chain's head, where there is something for the audit log.
//!
//! The branch's stream is the last row that is locked (I2, I4); all else that the statement changes is held by then.

use crate::{
    audit::{Note, chain},
    error::Result,
    event_log::{self, Batch},
    idempotency::Kept,
    sql::{Sql, sql},
    unit_of_work::{all, run},
};
use chrono::{DateTime, Utc};
use domain::event::{Draft, Envelope};
use sea_orm::{ConnectionTrait, DbBackend, Value};

/// What an operation leaves to be written when it has returned.
#[derive(Debug)]
pub(crate) struct Last {
    /// What staff changed.
    pub(crate) notes: Vec<Note>,
    /// The answer, under the claimed key.
    pub(crate) answer: Option<Kept>,
    /// What happened.
    pub(crate) drafts: Vec<Draft>,
    /// The transaction's instant.
    pub(crate) now: DateTime<Utc>,
}

static ANSWER: &Sql =
    sql!(row("caller"), "update idempotency_key set status = $3, response = $4 where caller = $1 and key = $2");

/// The events' and the answer's, as in [`ALL`]: the command of a guest changes nothing that staff is audited for, and
/// a write of no rows has its price all the same.
static ANSWERED: &Sql = sql!(
    tenant,
    "#pg(with answered as (
        update idempotency_key set status = $8, response = $9 where caller = $6 and key = $7
    ), {})",
    event_log::APPEND
);

/// $1 to $5 are the events', as [`event_log::APPEND`] says; $6 to $9 the answer's, $10 to $12 the chain's.
static ALL: &Sql = sql!(
    tenant,
    "#pg(with answered as (
        update idempotency_key set status = $8, response = $9 where caller = $6 and key = $7
    ), head as (
        update audit_chain set seq = $10, hash = $11 where tenant_id = $2
    ), noted as (
        insert into audit_log ({}) select {} from #rows($12)
    ), {})",
    chain::COLUMNS,
    chain::VALUES,
    event_log::APPEND
);

impl Last {
    /// Writes it and gives the numbered events.
    pub(crate) async fn write(self, tx: &impl ConnectionTrait) -> Result<Vec<Envelope>> {
        let Self { notes, answer, drafts, now } = self;
        let mut linked = chain::link(tx, notes, now).await?;
        let mut batches = event_log::batches(drafts)?;
        if linked.is_empty() && batches.is_empty() && answer.is_none() {
            return Ok(Vec::new());
        }
        if linked.is_empty() && answer.is_none() {
            return event_log::append(tx, batches, now).await;
        }
        if tx.get_database_backend() != DbBackend::Postgres {
            for linked in linked {
                linked.write(tx).await?;
            }
            if let Some(answer) = answer {
                run(tx, ANSWER, answer_values(Some(&answer))).await?;
            }
            return event_log::append(tx, batches, now).await;
        }
        // Hardly anything concerns two businesses or two branches; what does goes the long way for all but the last.
        let batch = batches.pop();
        let last = beside(&mut linked, batch.as_ref());
        for linked in linked {
            linked.write(tx).await?;
        }
        let mut logged = event_log::append(tx, batches, now).await?;
        let events = Batch::values(batch.as_ref(), last.as_ref().map(|linked| linked.tenant), now)?;
        let values = events.into_iter().chain(answer_values(answer.as_ref()));
        let appended = match &last {
            None => all(tx, ANSWERED, values).await?,
            Some(last) => all(tx, ALL, values.chain(last.values())).await?,
        };
        if let Some(batch) = batch {
            batch.numbered(appended, now, &mut logged)?;
        }
        Ok(logged)
    }
}

/// The audit rows that go into the statement of these events: it names one business, so they must be of the same.
fn beside(linked: &mut Vec<chain::Linked>, batch: Option<&Batch>) -> Option<chain::Linked> {
    linked.pop_if(|linked| batch.is_none_or(|batch| batch.tenant == linked.tenant))
}

fn answer_values(kept: Option<&Kept>) -> [Value; 4] {
    let body = kept.map(|kept| String::from_utf8_lossy(&kept.answer.body).into_owned());
    [
        kept.map(|kept| kept.caller.clone()).into(),
        kept.map(|kept| kept.key.clone()).into(),
        kept.map(|kept| kept.answer.outcome.kept()).into(),
        body.into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{BranchId, TenantId};

    #[test]
    fn nothing_of_a_business_is_written_under_another() {
        let batch = |tenant| Batch::empty(BranchId(1), TenantId(tenant));
        let linked = || vec![chain::Linked::empty(TenantId(1)), chain::Linked::empty(TenantId(2))];
        let taken = |batch: Option<&Batch>| {
            let mut linked = linked();
            let taken = beside(&mut linked, batch);
            (taken.map(|linked| linked.tenant.get()), linked.len())
        };
        assert_eq!(taken(Some(&batch(2))), (Some(2), 1));
        assert_eq!(taken(Some(&batch(1))), (None, 2));
        assert_eq!(taken(None), (Some(2), 1));
    }
}
