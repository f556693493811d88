//! The chain of a business's audit log: each row's digest covers the row and its predecessor's digest (design.md §7).
//!
//! The head is locked when the operation has returned, after every other lock but the branch's stream, so that
//! operations of one business wait for each other's audit rows only for the length of a commit.

use super::note::Note;
use crate::{
    Database,
    error::{Error, Result},
    scoped::json_array,
    sql::{Sql, sql},
    unit_of_work::{all, one, run},
};
use chrono::{DateTime, Utc};
use domain::TenantId;
use entity::audit_log;
use sea_orm::{
    ActiveValue::NotSet, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Value,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt};

/// Rows read at once while a chain is verified.
const PAGE: u64 = 1000;

/// The head of a chain: the number and the digest of its last row.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromQueryResult)]
pub struct ChainHead {
    /// The last row's number; 0 before the first.
    pub seq: i64,
    /// Its digest, SHA-256 in hex; empty before the first.
    pub hash: String,
}

/// What is wrong with the first bad row of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// It is missing.
    Missing,
    /// It is not as it was written.
    Altered,
    /// It comes after the head.
    AfterHead,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::AfterHead => "after the head",
        })
    }
}

/// The result of verifying a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Every row is as it was written.
    Intact(ChainHead),
    /// The first row that is not, and why.
    Broken {
        /// Its number.
        seq: i64,
        /// What is wrong with it.
        why: Breach,
    },
    /// Rows without a number after the first numbered one. This program numbers every row, so something else wrote
    /// them.
    Unnumbered {
        /// How many.
        rows: i64,
    },
}

/// Computes the digest of a row from its content, its number and the digest `before`.
///
/// JSON keys are sorted and instants count in microseconds, since both databases return them so.
fn digest(before: &str, seq: i64, row: &audit_log::Model) -> String {
    let canonical = json!([
        seq,
        row.tenant_id,
        row.branch_id,
        row.user_id,
        row.user_email,
        row.action,
        row.entity_type,
        row.entity_id,
        row.old_values,
        row.new_values,
        row.ip_address,
        row.user_agent,
        row.created_at.timestamp_micros(),
    ]);
    let mut digest = Sha256::new();
    digest.update(before);
    digest.update([0]);
    digest.update(canonical.to_string());
    hex::encode(digest.finalize())
}

static BEGIN: &Sql = sql!(
    tenant,
    "insert into audit_chain (tenant_id, seq, hash) values ($1, 0, '') on conflict (tenant_id) do nothing"
);
static LOCK: &Sql = sql!(tenant, "select seq, hash from audit_chain where tenant_id = $1 #lock");
static ADVANCE: &Sql = sql!(tenant, "update audit_chain set seq = $2, hash = $3 where tenant_id = $1");

/// The columns of an audit row, in the order of [`VALUES`].
pub(crate) const COLUMNS: &str = "tenant_id, branch_id, user_id, user_email, action, entity_type, entity_id,
    old_values, new_values, ip_address, user_agent, created_at, seq, hash";

/// The values of [`COLUMNS`] from an element `e` of a JSON array, for PostgreSQL; $2 is the business, $5 the instant.
pub(crate) const VALUES: &str =
    "$2, (e.value->>0)::bigint, (e.value->>1)::bigint, e.value->>2, e.value->>3, e.value->>4,
    (e.value->>5)::bigint, nullif(e.value->6, 'null'::jsonb), nullif(e.value->7, 'null'::jsonb), e.value->>8,
    e.value->>9, $5, (e.value->>10)::bigint, e.value->>11";

/// New audit rows of one business, linked to those before, and the chain's new head.
#[derive(Debug)]
pub(crate) struct Linked {
    pub(crate) tenant: TenantId,
    head: ChainHead,
    rows: Vec<audit_log::Model>,
}

/// Links a transaction's audit rows, each to the one before, under the lock of its chain's head; several businesses in
/// id order (I4).
pub(crate) async fn link(tx: &impl ConnectionTrait, notes: Vec<Note>, now: DateTime<Utc>) -> Result<Vec<Linked>> {
    let mut tenants: BTreeMap<TenantId, Vec<Note>> = BTreeMap::new();
    for note in notes {
        tenants.entry(note.tenant_id).or_default().push(note);
    }
    let mut linked = Vec::new();
    for (tenant, notes) in tenants {
        let mut head = lock(tx, tenant).await?;
        let mut rows = Vec::with_capacity(notes.len());
        for note in notes {
            let mut row = note.into_row(now);
            head = ChainHead { hash: digest(&head.hash, head.seq + 1, &row), seq: head.seq + 1 };
            row.seq = Some(head.seq);
            row.hash = Some(head.hash.clone());
            rows.push(row);
        }
        linked.push(Linked { tenant, head, rows });
    }
    Ok(linked)
}

impl Linked {
    #[cfg(test)]
    pub(crate) fn empty(tenant: TenantId) -> Self {
        Self { tenant, head: ChainHead::default(), rows: Vec::new() }
    }

    /// Writes the rows and moves the head, a statement each.
    pub(crate) async fn write(self, tx: &impl ConnectionTrait) -> Result<()> {
        run(tx, ADVANCE, [self.tenant.into(), self.head.seq.into(), self.head.hash.into()]).await?;
        let rows = self.rows.into_iter().map(|row| {
            let mut row = audit_log::ActiveModel::from(row);
            row.id = NotSet;
            row
        });
        audit_log::Entity::insert_many(rows).exec_without_returning(tx).await?;
        Ok(())
    }

    /// The head's number and digest, and the rows for [`VALUES`].
    pub(crate) fn values(&self) -> [Value; 3] {
        let rows = self.rows.iter().map(|row| {
            json!([
                row.branch_id,
                row.user_id,
                row.user_email,
                row.action,
                row.entity_type,
                row.entity_id,
                row.old_values,
                row.new_values,
                row.ip_address,
                row.user_agent,
                row.seq,
                row.hash,
            ])
        });
        [self.head.seq.into(), self.head.hash.clone().into(), json_array(rows)]
    }
}

async fn lock(tx: &impl ConnectionTrait, tenant: TenantId) -> Result<ChainHead> {
    if let Some(head) = one(tx, LOCK, [tenant.into()]).await? {
        return Ok(head);
    }
    run(tx, BEGIN, [tenant.into()]).await?;
    one(tx, LOCK, [tenant.into()]).await?.ok_or(Error::NotFound("tenant"))
}

/// Finds the first row of `rows` that does not follow `head`, and moves `head` along the good ones.
fn walk(head: &mut ChainHead, rows: &[audit_log::Model]) -> Option<Verified> {
    for row in rows {
        let seq = head.seq + 1;
        if row.seq != Some(seq) {
            return Some(Verified::Broken { seq, why: Breach::Missing });
        }
        let hash = digest(&head.hash, seq, row);
        if row.hash.as_ref() != Some(&hash) {
            return Some(Verified::Broken { seq, why: Breach::Altered });
        }
        *head = ChainHead { seq, hash };
    }
    None
}

#[derive(FromQueryResult)]
struct Count {
    count: i64,
}

impl Database {
    /// Verifies the whole chain of a business.
    ///
    /// The head is read first: rows that are written meanwhile belong to the next verification.
    ///
    /// # Errors
    /// The database failed.
    pub async fn verify_audit(&self, tenant: TenantId) -> Result<Verified> {
        let head: ChainHead =
            one(self.reader(), sql!(tenant, "select seq, hash from audit_chain where tenant_id = $1"), [tenant.into()])
                .await?
                .unwrap_or_default();
        let mut at = ChainHead::default();
        while at.seq < head.seq {
            let rows = audit_log::Entity::find()
                .filter(audit_log::Column::TenantId.eq(tenant))
                .filter(audit_log::Column::Seq.gt(at.seq))
                .filter(audit_log::Column::Seq.lte(head.seq))
                .order_by_asc(audit_log::Column::Seq)
                .limit(PAGE)
                .all(self.reader())
                .await?;
            if rows.is_empty() {
                return Ok(Verified::Broken { seq: at.seq + 1, why: Breach::Missing });
            }
            if let Some(broken) = walk(&mut at, &rows) {
                return Ok(broken);
            }
        }
        if at != head {
            return Ok(Verified::Broken { seq: head.seq, why: Breach::Altered });
        }
        self.beyond(tenant, head).await
    }

    /// Finds rows after the head and unnumbered rows, which this program never writes.
    async fn beyond(&self, tenant: TenantId, head: ChainHead) -> Result<Verified> {
        let above = sql!(
            tenant,
            "select count(*) as count from audit_log l join audit_chain c on c.tenant_id = l.tenant_id
            where l.tenant_id = $1 and l.seq > c.seq"
        );
        let above: Option<Count> = one(self.reader(), above, [tenant.into()]).await?;
        if above.is_some_and(|rows| rows.count > 0) {
            return Ok(Verified::Broken { seq: head.seq + 1, why: Breach::AfterHead });
        }
        let bare = sql!(
            tenant,
            "select count(*) as count from audit_log where tenant_id = $1 and seq is null
            and id > (select min(id) from audit_log where tenant_id = $1 and seq is not null)"
        );
        let bare: Option<Count> = one(self.reader(), bare, [tenant.into()]).await?;
        match bare {
            Some(Count { count: rows @ 1.. }) => Ok(Verified::Unnumbered { rows }),
            _ => Ok(Verified::Intact(head)),
        }
    }

    /// Lists every business with its slug, the name its operator knows it by.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tenants(&self) -> Result<Vec<(TenantId, String)>> {
        #[derive(FromQueryResult)]
        struct Row {
            id: TenantId,
            slug: String,
        }
        let rows: Vec<Row> = all(
            self.reader(),
            sql!(
                unscoped("an operator verifies the chains of all businesses"),
                "select id, slug from tenant order by id"
            ),
            [],
        )
        .await?;
        Ok(rows.into_iter().map(|row| (row.id, row.slug)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::AuditId;

    fn rows(count: i64) -> Vec<audit_log::Model> {
        let mut head = ChainHead::default();
        let mut rows = Vec::new();
        for seq in 1..=count {
            let mut row = audit_log::Model {
                id: AuditId(seq),
                tenant_id: TenantId(1),
                branch_id: None,
                user_id: None,
                user_email: Some("ana@demo.com".into()),
                action: "UPDATE".into(),
                entity_type: "product".into(),
                entity_id: Some(seq),
                old_values: Some(json!({ "price_cents": 100 })),
                new_values: Some(json!({ "price_cents": 100 + seq })),
                ip_address: None,
                user_agent: None,
                created_at: DateTime::from_timestamp(1_700_000_000 + seq, 0).unwrap(),
                seq: Some(seq),
                hash: None,
            };
            head = ChainHead { hash: digest(&head.hash, seq, &row), seq };
            row.hash = Some(head.hash.clone());
            rows.push(row);
        }
        rows
    }

    fn found(rows: &[audit_log::Model]) -> Option<Verified> {
        walk(&mut ChainHead::default(), rows)
    }

    #[test]
    fn what_was_written_is_intact() {
        assert_eq!(found(&rows(5)), None);
    }

    #[test]
    fn every_field_that_is_altered_is_found() {
        let alter: [fn(&mut audit_log::Model); 6] = [
            |row| row.new_values = Some(json!({ "price_cents": 1 })),
            |row| row.old_values = None,
            |row| row.user_email = Some("otra@demo.com".into()),
            |row| row.action = "CREATE".into(),
            |row| row.entity_id = Some(99),
            |row| row.created_at += chrono::TimeDelta::microseconds(1),
        ];
        for alter in alter {
            let mut rows = rows(5);
            alter(&mut rows[2]);
            assert_eq!(found(&rows), Some(Verified::Broken { seq: 3, why: Breach::Altered }));
        }
    }

    #[test]
    fn a_row_taken_out_or_slipped_in_is_found() {
        let mut less = rows(5);
        less.remove(1);
        assert_eq!(found(&less), Some(Verified::Broken { seq: 2, why: Breach::Missing }));
        // Renumbering what follows does not hide it: the digests cover the numbers and their predecessors.
        less.iter_mut().zip(1..).for_each(|(row, seq)| row.seq = Some(seq));
        assert_eq!(found(&less), Some(Verified::Broken { seq: 2, why: Breach::Altered }));
    }
}
