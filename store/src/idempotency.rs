//! Idempotency keys (I7): key, fingerprint, effect and answer commit together, so a repeat either finds all of
//! them or none.
//!
//! The key is claimed by inserting its row right after the first lock. A second attempt that races the first waits for
//! that insert on the unique index and then reads the first one's answer.

use crate::{
    Database,
    error::{Error, Result},
    sql::{Sql, sql},
    unit_of_work::UnitOfWork,
};
use auth::{Caller, Scope};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::FromQueryResult;
use serde::Serialize;
use std::net::IpAddr;

/// Keys of one table that are alive at once. A table of eight sends some hundred commands in an evening; a stranger
/// with its token must not fill the disk with keys and answers. Staff are known by name and are not counted.
const KEYS_OF_A_TABLE: i64 = 5_000;

/// How long a key answers for its request, in hours (I7).
const LIFE_HOURS: i64 = 24;

/// One delivery of a command by a client, which may well deliver it again.
#[derive(Clone, Debug, Default)]
pub struct Attempt {
    /// What the client says makes two deliveries the same command (`X-Idempotency-Key`).
    pub key: Option<String>,
    /// Digest of method, path, query and body: the same key with another fingerprint is a client's mistake.
    pub fingerprint: String,
    /// From where, for the audit log.
    pub ip: Option<IpAddr>,
    /// By what, for the audit log.
    pub user_agent: Option<String>,
}

/// What a command came to. The API says it in HTTP's numbers, which are also what the column `status` keeps since the
/// first release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Something is different now, or is as it was asked to be.
    Changed,
    /// Something new exists.
    Made,
    /// It is written down that it shall be done; a worker does it.
    Accepted,
    /// It is done, and there is nothing to tell.
    Nothing,
}

impl Outcome {
    const fn kept(self) -> i32 {
        match self {
            Self::Changed => 200,
            Self::Made => 201,
            Self::Accepted => 202,
            Self::Nothing => 204,
        }
    }

    const fn read(kept: Option<i32>) -> Self {
        match kept {
            Some(201) => Self::Made,
            Some(202) => Self::Accepted,
            Some(204) => Self::Nothing,
            _ => Self::Changed,
        }
    }
}

/// A command's answer, kept as the bytes that went out the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What the command came to.
    pub outcome: Outcome,
    /// JSON; empty with [`Outcome::Nothing`].
    pub body: Bytes,
}

impl Answer {
    /// An answer with a JSON body.
    ///
    /// # Errors
    /// The value cannot be written as JSON, which is a bug.
    pub fn json(outcome: Outcome, value: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_vec(value)
            .map_err(|e| Error::Database(sea_orm::DbErr::Custom(format!("unwritable answer: {e}"))))?;
        Ok(Self { outcome, body: body.into() })
    }

    /// Done, nothing to say.
    #[must_use]
    pub const fn empty() -> Self {
        Self { outcome: Outcome::Nothing, body: Bytes::new() }
    }
}

#[derive(FromQueryResult)]
struct Claim {
    fingerprint: String,
    status: Option<i32>,
    response: Option<String>,
    fresh: bool,
}

// A key older than its life is taken over as if it were new. `fresh` tells the claimer from the repeater: only the
// claimer's row carries this transaction's instant without an answer.
// Nothing comes back when it would be one key too many ($7; 0 for as many as one likes).
static CLAIM: &Sql = sql!(tenant, "insert into idempotency_key (tenant_id, caller, key, fingerprint, created_at)
    select $1, $2, $3, $4, $5
    where $7 = 0 or exists (select 1 from idempotency_key known where known.caller = $2 and known.key = $3)
       or $7 > (select count(*) from (select 1 as one from idempotency_key own where own.caller = $2 limit $7) as owned)
    on conflict (caller, key) do update set
        fingerprint = case when idempotency_key.created_at < $6 then excluded.fingerprint else idempotency_key.fingerprint end,
        status = case when idempotency_key.created_at < $6 then null else idempotency_key.status end,
        response = case when idempotency_key.created_at < $6 then null else idempotency_key.response end,
        created_at = case when idempotency_key.created_at < $6 then excluded.created_at else idempotency_key.created_at end
    returning fingerprint, status, response, status is null as fresh");

impl UnitOfWork {
    /// Claims the attempt's key, or returns the answer of the attempt that did. To be called right after the first
    /// lock (I4). Without a key there is nothing to claim.
    ///
    /// # Errors
    /// [`Error::KeyReused`] when the key belongs to another request, [`Error::TooManyKeys`] when the table has used
    /// more than any table needs.
    pub async fn first_answer(&self, scope: &impl Scope, attempt: &Attempt) -> Result<Option<Answer>> {
        let Some(key) = &attempt.key else { return Ok(None) };
        let now = self.now();
        let caller = scope.caller();
        let most = if matches!(caller, Caller::Session(_)) { KEYS_OF_A_TABLE } else { 0 };
        let values = [
            scope.tenant_id().into(),
            caller.to_string().into(),
            key.as_str().into(),
            attempt.fingerprint.as_str().into(),
            now.into(),
            oldest_living(now).into(),
            most.into(),
        ];
        let claim: Option<Claim> = self.one(CLAIM, values).await?;
        let claim = claim.ok_or(Error::TooManyKeys)?;
        if claim.fingerprint != attempt.fingerprint {
            return Err(Error::KeyReused);
        }
        if claim.fresh {
            return Ok(None);
        }
        let outcome = Outcome::read(claim.status);
        Ok(Some(Answer { outcome, body: claim.response.unwrap_or_default().into() }))
    }

    /// Keeps the answer under the claimed key and returns it, so that the last line of an operation reads `answer`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn answer(&self, scope: &impl Scope, attempt: &Attempt, answer: Answer) -> Result<Answer> {
        if let Some(key) = &attempt.key {
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            self.run(
                sql!(
                    row("caller"),
                    "update idempotency_key set status = $3, response = $4 where caller = $1 and key = $2"
                ),
                [scope.caller().to_string().into(), key.as_str().into(), answer.outcome.kept().into(), body.into()],
            )
            .await?;
        }
        Ok(answer)
    }
}

fn oldest_living(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::hours(LIFE_HOURS)
}

impl Database {
    /// Forgets keys past their life and tells how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_idempotency_keys(&self) -> Result<u64> {
        let sql = sql!(
            unscoped("what is past its life is forgotten in all businesses"),
            "/* housekeeping */ delete from idempotency_key where id in (
            select id from idempotency_key where created_at < $1 order by created_at limit 5000)"
        );
        self.forget(sql, &[oldest_living(self.clock().now()).into()]).await
    }
}
