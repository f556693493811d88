//! Idempotency keys (I7): key, fingerprint, effect and answer commit together, so a repeat either finds all of
//! them or none.
//!
//! The key is claimed by inserting its row with or right after the first lock ([`claim`]). A second attempt that races
//! the first waits for that insert on the unique index and then reads the first one's answer.

pub(crate) mod claim;

use crate::{
    Database,
    error::{Error, Result},
    sql::sql,
    unit_of_work::UnitOfWork,
};
use auth::Scope;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use std::net::IpAddr;

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
    pub(crate) const fn kept(self) -> i32 {
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

/// An answer on its way into the row of the claimed key.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) caller: String,
    pub(crate) key: String,
    pub(crate) answer: Answer,
}

impl UnitOfWork {
    /// Keeps the answer under the claimed key; it is written with the commit, in this very transaction.
    pub fn keep_answer(&self, scope: &impl Scope, attempt: &Attempt, answer: &Answer) {
        if let Some(key) = &attempt.key {
            self.keep(Kept { caller: scope.caller().to_string(), key: key.clone(), answer: answer.clone() });
        }
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
