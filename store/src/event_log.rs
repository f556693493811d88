//! The event log (I1-I3): appended as a transaction's last write, read by whoever fell behind.
//!
//! Raising `branch_stream.seq` takes that row's lock and keeps it until the commit. So the transaction that gets n + 1
//! got it after n was committed: numbers are gap-free and visible in order, and a reader that has seen n needs no more
//! than "everything after n". A cursor over an identity column would lose events (decisions/023).

use crate::{
    Database,
    error::{Error, Result},
    sql::{Sql, sql},
    unit_of_work::{all, one, rows},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    BranchId, EventId, SectorId, SessionId, TableId, TenantId,
    event::{Audience, Author, Draft, Envelope, Position, Word},
};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, QueryResult, Value};
use serde_json::{json, value::RawValue};
use std::{collections::BTreeMap, sync::Arc};

/// Most rows one read of the log returns.
pub const PAGE: u64 = 500;

/// What numbering an event gave.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Appended {
    id: EventId,
    seq: i64,
    epoch: String,
}

#[derive(FromQueryResult)]
struct Counter {
    epoch: String,
    seq: i64,
}

#[derive(FromQueryResult)]
struct EventRow {
    id: EventId,
    tenant_id: TenantId,
    branch_id: BranchId,
    seq: i64,
    epoch: String,
    r#type: String,
    table_id: Option<TableId>,
    session_id: Option<SessionId>,
    sector_id: Option<SectorId>,
    entity: String,
    actor_id: Option<i64>,
    actor_role: String,
    ts: DateTime<Utc>,
    audience: Option<String>,
}

/// A row of the log, as it is read. One that cannot be read hides no other: it has its number all the same.
#[derive(Clone, Debug)]
pub enum Logged {
    /// An event, perhaps of a type that only a later version knows.
    Event(Envelope),
    /// A row that cannot be read.
    Unreadable(Unreadable),
}

/// What is left of a row that cannot be read.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// Its number.
    pub seq: i64,
    /// The stream's incarnation.
    pub epoch: Arc<str>,
    /// The event without its payload, where only that cannot be read: it tells whom it concerns.
    pub about: Option<Box<Envelope>>,
    /// Why, for the logs.
    pub why: String,
}

impl Logged {
    /// Its number.
    #[must_use]
    pub const fn seq(&self) -> i64 {
        match self {
            Self::Event(event) => event.seq,
            Self::Unreadable(row) => row.seq,
        }
    }

    /// The stream's incarnation.
    #[must_use]
    pub const fn epoch(&self) -> &Arc<str> {
        match self {
            Self::Event(event) => &event.epoch,
            Self::Unreadable(row) => &row.epoch,
        }
    }

    /// Reads a row.
    fn read(row: &QueryResult) -> Result<Self> {
        EventRow::from_query_result(row, "").map(Self::from).or_else(|error| {
            let (seq, epoch): (i64, String) = (row.try_get("", "seq")?, row.try_get("", "epoch")?);
            Ok(Self::Unreadable(Unreadable { seq, epoch: epoch.into(), about: None, why: error.to_string() }))
        })
    }
}

impl From<EventRow> for Logged {
    fn from(row: EventRow) -> Self {
        let (entity, why) = match RawValue::from_string(row.entity) {
            Ok(entity) => (entity, None),
            Err(error) => (RawValue::NULL.to_owned(), Some(error.to_string())),
        };
        let event = Envelope {
            id: row.id,
            epoch: row.epoch.into(),
            seq: row.seq,
            kind: Word::read(&row.r#type),
            tenant_id: row.tenant_id,
            branch_id: row.branch_id,
            table_id: row.table_id,
            session_id: row.session_id,
            sector_id: row.sector_id,
            entity,
            actor: Author { user_id: row.actor_id, role: Word::read(&row.actor_role) },
            ts: row.ts,
            v: 1,
            audience: row.audience.as_deref().map(Audience::read),
        };
        match why {
            None => Self::Event(event),
            Some(why) => {
                let (seq, epoch) = (event.seq, Arc::clone(&event.epoch));
                Self::Unreadable(Unreadable { seq, epoch, about: Some(Box::new(event)), why })
            }
        }
    }
}

fn corrupt(what: String) -> Error {
    Error::Database(DbErr::Custom(format!("unreadable event: {what}")))
}

/// Raises a branch's counter and logs its events: the tail of a statement for PostgreSQL. $1 is the branch, $2 the
/// business, $3 the number of events, $4 the events as [`row_of`] writes them, $5 the instant.
pub(crate) const APPEND: &str = "stream as (
        update branch_stream set seq = seq + $3 where branch_id = $1 returning epoch, seq - $3 as base
    )
    insert into event (tenant_id, branch_id, seq, type, table_id, session_id, sector_id, entity, actor_id, actor_role, ts, audience)
    select $2, $1, stream.base + e.place, e.value->>0, (e.value->>1)::bigint, (e.value->>2)::bigint,
           (e.value->>3)::bigint, e.value->>4, (e.value->>5)::bigint, e.value->>6, $5, e.value->>7
    from stream, #rows($4) returning id, seq, (select epoch from stream) as epoch";

static APPEND_POSTGRES: &Sql = sql!(tenant, "#pg(with {APPEND})");

static RAISE_SQLITE: &Sql = sql!(
    branch,
    "#sqlite(update branch_stream set seq = seq + $2 where branch_id = $1 returning epoch, seq - $2 as seq)"
);

static APPEND_SQLITE: &Sql = sql!(tenant, "#sqlite(insert into event
        (tenant_id, branch_id, seq, type, table_id, session_id, sector_id, entity, actor_id, actor_role, ts, audience)
    select $2, $1, $3 + e.place, e.value->>0, e.value->>1, e.value->>2, e.value->>3, e.value->>4, e.value->>5, e.value->>6, $5, e.value->>7
    from #rows($4) where true returning id, seq, $6 as epoch)");

/// The events of one transaction in one branch, on their way into the log.
#[derive(Debug)]
pub(crate) struct Batch {
    branch: BranchId,
    pub(crate) tenant: TenantId,
    drafts: Vec<Draft>,
    /// Each draft's payload.
    entities: Vec<String>,
}

/// The events by branch, in the order in which the branches' counters are locked (I2).
pub(crate) fn batches(drafts: Vec<Draft>) -> Result<Vec<Batch>> {
    let mut branches: BTreeMap<BranchId, Batch> = BTreeMap::new();
    for draft in drafts {
        let (branch, tenant) = (draft.place.branch_id, draft.place.tenant_id);
        let entity = draft.event.entity_json().map_err(|e| corrupt(e.to_string()))?;
        let batch = branches.entry(branch).or_insert_with(|| Batch::empty(branch, tenant));
        batch.drafts.push(draft);
        batch.entities.push(entity);
    }
    Ok(branches.into_values().collect())
}

/// Numbers and logs the batches, a statement or two each.
pub(crate) async fn append(
    tx: &impl ConnectionTrait,
    batches: Vec<Batch>,
    now: DateTime<Utc>,
) -> Result<Vec<Envelope>> {
    let mut logged = Vec::new();
    for batch in batches {
        let appended = if tx.get_database_backend() == DbBackend::Postgres {
            all(tx, APPEND_POSTGRES, Batch::values(Some(&batch), None, now)?).await?
        } else {
            batch.append_on_sqlite(tx, now).await?
        };
        batch.numbered(appended, now, &mut logged)?;
    }
    Ok(logged)
}

impl Batch {
    pub(crate) const fn empty(branch: BranchId, tenant: TenantId) -> Self {
        Self { branch, tenant, drafts: Vec::new(), entities: Vec::new() }
    }

    fn rows(&self) -> Result<String> {
        let rows: Vec<_> =
            self.drafts.iter().zip(&self.entities).map(|(draft, entity)| row_of(draft, entity)).collect();
        serde_json::to_string(&rows).map_err(|e| corrupt(e.to_string()))
    }

    fn count(&self) -> i64 {
        i64::try_from(self.drafts.len()).unwrap_or(i64::MAX)
    }

    /// What [`APPEND`] takes; of no batch at all, for a statement that may be about something else of `tenant`.
    pub(crate) fn values(batch: Option<&Self>, tenant: Option<TenantId>, now: DateTime<Utc>) -> Result<[Value; 5]> {
        let rows = batch.map_or_else(|| Ok("[]".to_owned()), Self::rows)?;
        let tenant = tenant.or_else(|| batch.map(|batch| batch.tenant)).map(TenantId::get);
        Ok([
            batch.map(|batch| batch.branch.get()).into(),
            tenant.into(),
            batch.map_or(0, Self::count).into(),
            rows.into(),
            now.into(),
        ])
    }

    async fn append_on_sqlite(&self, tx: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Vec<Appended>> {
        let counter: Option<Counter> = one(tx, RAISE_SQLITE, [self.branch.into(), self.count().into()]).await?;
        let Counter { epoch, seq } = counter.ok_or_else(|| self.has_no_stream())?;
        let values =
            [self.branch.into(), self.tenant.into(), seq.into(), self.rows()?.into(), now.into(), epoch.into()];
        all(tx, APPEND_SQLITE, values).await
    }

    /// Adds the events as they were numbered to `logged`.
    pub(crate) fn numbered(
        self,
        mut appended: Vec<Appended>,
        now: DateTime<Utc>,
        logged: &mut Vec<Envelope>,
    ) -> Result<()> {
        if appended.len() != self.drafts.len() {
            return Err(self.has_no_stream());
        }
        appended.sort_unstable_by_key(|row| row.seq);
        let epoch: Arc<str> = appended.first().map_or_else(|| "".into(), |row| row.epoch.as_str().into());
        for ((row, draft), entity) in appended.into_iter().zip(self.drafts).zip(self.entities) {
            logged.push(envelope_of(&row, epoch.clone(), &draft, entity, now)?);
        }
        Ok(())
    }

    fn has_no_stream(&self) -> Error {
        corrupt(format!("branch {} has no stream", self.branch))
    }
}

/// A draft as the statements read it: by position, the shortest JSON there is.
fn row_of(draft: &Draft, entity: &str) -> serde_json::Value {
    let Draft { event, place, actor } = draft;
    let (table, session, sector) = (place.table_id, place.session_id, place.sector_id);
    let (kind, role) = (event.kind(), actor.role.as_str());
    json!([kind.as_str(), table, session, sector, entity, actor.user_id, role, kind.audience().text()])
}

/// What a numbered draft looks like from outside; the same that a later read of the log would give.
fn envelope_of(row: &Appended, epoch: Arc<str>, draft: &Draft, entity: String, now: DateTime<Utc>) -> Result<Envelope> {
    Ok(Envelope {
        id: row.id,
        epoch,
        seq: row.seq,
        kind: draft.event.kind().into(),
        tenant_id: draft.place.tenant_id,
        branch_id: draft.place.branch_id,
        table_id: draft.place.table_id,
        session_id: draft.place.session_id,
        sector_id: draft.place.sector_id,
        entity: RawValue::from_string(entity).map_err(|e| corrupt(e.to_string()))?,
        actor: draft.actor.into(),
        ts: now,
        v: 1,
        audience: Some(draft.event.kind().audience()),
    })
}

/// By how much the clocks of two API processes may differ.
const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(60);
/// So few rows are read rather than halved again.
const CLOSE_ENOUGH: i64 = 64;

const COLUMNS: &str =
    "e.id, e.tenant_id, e.branch_id, e.seq, s.epoch, e.type, e.table_id, e.session_id, e.sector_id, e.entity,
    e.actor_id, e.actor_role, e.ts, e.audience from event e join branch_stream s on s.branch_id = e.branch_id";

/// One statement, so that a branch whose stream is being raised gets its epoch right after that commit.
pub(crate) static NEW_EPOCH: &Sql = sql!(
    unscoped("an operator's word on the whole database, after a restore"),
    "update branch_stream set epoch = #pg(gen_random_uuid()::text)#sqlite(lower(hex(randomblob(16))))"
);

impl Database {
    /// At most [`PAGE`] events of the branch after `seq`, in order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn events_after(&self, branch: BranchId, seq: i64) -> Result<Vec<Logged>> {
        let sql = sql!(branch, "select {COLUMNS} where e.branch_id = $1 and e.seq > $2 order by e.seq limit {PAGE}");
        self.events(sql, vec![branch.into(), seq.into()]).await
    }

    /// At most [`PAGE`] events of the branch from the instant `since` on, in order (the clients' clock catch-up).
    ///
    /// # Errors
    /// The database failed.
    pub async fn events_since(&self, branch: BranchId, since: DateTime<Utc>) -> Result<Vec<Logged>> {
        let before = self.number_before(branch, since - CLOCK_SKEW).await?;
        let sql = sql!(
            branch,
            "select {COLUMNS} where e.branch_id = $1 and e.seq > $3 and e.ts >= $2 order by e.seq limit {PAGE}"
        );
        self.events(sql, vec![branch.into(), since.into(), before.into()]).await
    }

    /// A number before which everything is older than `since`, found by bisection: numbers rise with time but for the
    /// skew of the API processes' clocks. Some twenty reads by the key, in place of all that the retention keeps or of
    /// an index on the instant that every event would have to write.
    async fn number_before(&self, branch: BranchId, since: DateTime<Utc>) -> Result<i64> {
        #[derive(FromQueryResult)]
        struct Step {
            seq: i64,
            is_older: bool,
        }
        let sql = sql!(
            branch,
            "select seq, ts < $3 as is_older from event where branch_id = $1 and seq > $2 order by seq limit 1"
        );
        let head = self.stream_head(branch).await?.map_or(0, |head| head.seq);
        let oldest = self.oldest_event(branch).await?.unwrap_or(head);
        let (mut before, mut end) = (oldest - 1, head);
        while end - before > CLOSE_ENOUGH {
            let middle = before + (end - before) / 2;
            match one::<Step>(self.reader(), sql, [branch.into(), middle.into(), since.into()]).await? {
                Some(step) if step.is_older && step.seq <= end => before = step.seq,
                _ => end = middle,
            }
        }
        Ok(before)
    }

    async fn events(&self, sql: &Sql, values: Vec<Value>) -> Result<Vec<Logged>> {
        rows(self.reader(), sql, values).await?.iter().map(Logged::read).collect()
    }

    /// Where the branch's stream stands; `None` for a branch that does not exist.
    ///
    /// # Errors
    /// The database failed.
    pub async fn stream_head(&self, branch: BranchId) -> Result<Option<Position>> {
        Ok(self.stream_heads(&[branch]).await?.pop().map(|(_, position)| position))
    }

    /// Where several streams stand, in one query: what the gateway compares with what it delivered, once a second.
    ///
    /// # Errors
    /// The database failed.
    pub async fn stream_heads(&self, branches: &[BranchId]) -> Result<Vec<(BranchId, Position)>> {
        #[derive(FromQueryResult)]
        struct Head {
            branch_id: BranchId,
            epoch: String,
            seq: i64,
        }
        let ids = serde_json::to_string(branches).map_err(|e| corrupt(e.to_string()))?;
        let sql =
            sql!(row("branch_id"), "select branch_id, epoch, seq from branch_stream where branch_id in #list($1)");
        let rows = rows(self.reader(), sql, [ids.into()]).await?;
        // A stream that cannot be read stops no other.
        let heads = rows.iter().filter_map(|row| {
            let head = Head::from_query_result(row, "");
            head.inspect_err(|error| tracing::error!(%error, "the head of a stream cannot be read")).ok()
        });
        Ok(heads.map(|head| (head.branch_id, Position { epoch: head.epoch.into(), seq: head.seq })).collect())
    }

    /// The number of the oldest event still kept; `None` when nothing is. A consumer behind it must re-read (I3).
    ///
    /// # Errors
    /// The database failed.
    pub async fn oldest_event(&self, branch: BranchId) -> Result<Option<i64>> {
        #[derive(FromQueryResult)]
        struct Oldest {
            seq: i64,
        }
        let sql = sql!(branch, "select seq from event where branch_id = $1 order by seq limit 1");
        Ok(one::<Oldest>(self.reader(), sql, [branch.into()]).await?.map(|row| row.seq))
    }

    /// Begins a new epoch in every stream, and tells in how many: for after a restore or a fail-over to an older state.
    /// Whoever resumes with a position of the old one is told to re-read, as its numbers may mean other events now.
    /// The numbers go on from where the restored state stands.
    ///
    /// # Errors
    /// The database failed.
    pub async fn begin_epoch(&self) -> Result<u64> {
        self.transaction("stream.begin_epoch", |uow| async move { uow.run(NEW_EPOCH, []).await }).await
    }

    /// Begins a new epoch in a stream that went back: it is still in the epoch of `delivered` and stands below its
    /// number. Tells whether it did.
    ///
    /// Reads may come from a standby that is behind. This is one statement under the stream's lock, on a server that
    /// takes writes: of several gateways that see it one begins the epoch, and a stream that did not go back keeps its.
    ///
    /// # Errors
    /// The database failed, or takes no writes.
    pub async fn begin_epoch_after(&self, branch: BranchId, delivered: &Position) -> Result<bool> {
        let sql = sql!(
            branch,
            "update branch_stream set epoch = #pg(gen_random_uuid()::text)#sqlite(lower(hex(randomblob(16))))
            where branch_id = $1 and epoch = $2 and seq < $3"
        );
        let changed = self.transaction("stream.begin_epoch_after", |uow| async move {
            uow.run(sql, [branch.into(), delivered.epoch.as_ref().into(), delivered.seq.into()]).await
        });
        Ok(changed.await? > 0)
    }

    /// How many streams there are, and the number of the longest.
    ///
    /// # Errors
    /// The database failed.
    pub async fn streams(&self) -> Result<(i64, i64)> {
        #[derive(FromQueryResult)]
        struct Streams {
            count: i64,
            longest: i64,
        }
        let sql = sql!(
            unscoped("the streams of all businesses, counted for an operator"),
            "select count(*) as count, coalesce(max(seq), 0) as longest from branch_stream"
        );
        Ok(one::<Streams>(self.reader(), sql, []).await?.map_or((0, 0), |streams| (streams.count, streams.longest)))
    }

    /// Forgets events older than `before`, a bounded number a statement, and tells how many. Ids rise with time, so the
    /// oldest are found without an index on the instant.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_events(&self, before: DateTime<Utc>) -> Result<u64> {
        let sql = sql!(
            unscoped("what is past its life is forgotten in all businesses"),
            "/* housekeeping */ delete from event where id in (
            select id from (select id, ts from event order by id limit 5000) oldest where ts < $1)"
        );
        self.forget(sql, &[before.into()]).await
    }
}

#[cfg(test)]
mod tests;
