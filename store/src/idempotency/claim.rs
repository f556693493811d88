//! The claim of a key: a row whose insert makes a second delivery wait for the first, and then tells it the answer.
//!
//! It follows the first lock of a command (I4). On PostgreSQL the lock's own statement makes it, where what is locked
//! first is a session, a table or the office's business: one round trip less in everything that guests and waiters do.

use super::{Answer, Attempt, Outcome};
use crate::{
    error::{Error, Result},
    sql::{Sql, sql},
    unit_of_work::{UnitOfWork, rows},
};
use auth::{Caller, Scope};
use chrono::{DateTime, Utc};
use domain::TenantId;
use sea_orm::{DbBackend, FromQueryResult, QueryResult, Value};

/// Keys of one table that are alive at once. A table of eight sends some hundred commands in an evening; a stranger
/// with its token must not fill the disk with keys and answers. Staff are known by name and are not counted.
const KEYS_OF_A_TABLE: i64 = 5_000;

/// How far the claim of this transaction's key is.
#[derive(Debug, Default)]
pub(crate) enum Claiming {
    /// Nobody asked for one.
    #[default]
    No,
    /// To be made with the first lock that can, or by [`UnitOfWork::first_answer`].
    Wanted(Claim),
    /// Made; what the row says. `None`: it would have been one key too many.
    Made(Claim, Option<Claimed>),
}

/// A key with what makes its claim.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    tenant: TenantId,
    caller: String,
    key: String,
    fingerprint: String,
    /// As many as its caller may have; 0 for any number.
    most: i64,
}

/// What a claim's row says.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Claimed {
    fingerprint: String,
    status: Option<i32>,
    response: Option<String>,
    fresh: bool,
}

/// The same beside the columns of the row that was locked with it.
#[derive(FromQueryResult)]
struct ClaimedBeside {
    claim_fingerprint: Option<String>,
    claim_status: Option<i32>,
    claim_response: Option<String>,
    claim_fresh: Option<bool>,
}

// A key older than its life is taken over as if it were new. `fresh` tells the claimer from the repeater: only the
// claimer's row carries this transaction's instant without an answer. Nothing comes back when it would be one key too
// many.
fn claim(from: &str, [tenant, caller, key, fingerprint, now, most, oldest]: [&str; 7]) -> String {
    format!(
        "insert into idempotency_key (tenant_id, caller, key, fingerprint, created_at)
        select {tenant}, {caller}, {key}, {fingerprint}, {now} {from}
        where {most} = 0
           or exists (select 1 from idempotency_key known where known.caller = {caller} and known.key = {key})
           or {most} > (select count(*) from (
                  select 1 as one from idempotency_key own where own.caller = {caller} limit {most}) as owned)
        on conflict (caller, key) do update set
            fingerprint = case when idempotency_key.created_at < {oldest}
                then excluded.fingerprint else idempotency_key.fingerprint end,
            status = case when idempotency_key.created_at < {oldest} then null else idempotency_key.status end,
            response = case when idempotency_key.created_at < {oldest} then null else idempotency_key.response end,
            created_at = case when idempotency_key.created_at < {oldest}
                then excluded.created_at else idempotency_key.created_at end
        returning fingerprint, status, response, status is null as fresh"
    )
}

/// The claim as a part of a statement whose part before, `locked`, locks the row $1 of the business $2. What it says is
/// [`CLAIMED`], from `claim`.
pub(crate) fn claim_with_lock() -> String {
    format!("claim as ({})", claim("from locked", ["$2", "$3", "$4", "$5", "$6", "$7", "$8"]))
}

/// The columns that tell what a claim with a lock came to.
pub(crate) const CLAIMED: &str = "claim.fingerprint as claim_fingerprint, claim.status as claim_status,
    claim.response as claim_response, claim.fresh as claim_fresh";

static CLAIM: &Sql = sql!(tenant, "{}", claim("", ["$1", "$2", "$3", "$4", "$5", "$6", "$7"]));

/// A lock of one row of a business, by its id ($1) and the business ($2).
#[derive(Debug)]
pub(crate) struct Lock {
    /// The lock alone.
    pub(crate) alone: &'static Sql,
    /// The lock with [`claim_with_lock`], for PostgreSQL.
    pub(crate) with_claim: &'static Sql,
}

impl Claim {
    fn values(&self, now: DateTime<Utc>) -> [Value; 6] {
        [
            self.caller.as_str().into(),
            self.key.as_str().into(),
            self.fingerprint.as_str().into(),
            now.into(),
            self.most.into(),
            super::oldest_living(now).into(),
        ]
    }
}

impl ClaimedBeside {
    fn claimed(self) -> Option<Claimed> {
        Some(Claimed {
            fingerprint: self.claim_fingerprint?,
            status: self.claim_status,
            response: self.claim_response,
            fresh: self.claim_fresh?,
        })
    }
}

impl UnitOfWork {
    /// Has the attempt's key claimed with the first lock, or right after it. To be called before that.
    pub fn claim_key(&self, scope: &impl Scope, attempt: &Attempt) {
        let Some(key) = &attempt.key else { return };
        let caller = scope.caller();
        let most = if matches!(caller, Caller::Session(_)) { KEYS_OF_A_TABLE } else { 0 };
        let claim = Claim {
            tenant: scope.tenant_id(),
            caller: caller.to_string(),
            key: key.clone(),
            fingerprint: attempt.fingerprint.clone(),
            most,
        };
        *self.claiming() = Claiming::Wanted(claim);
    }

    /// Locks a row, and claims the key with it where that is still to be done.
    pub(crate) async fn lock_row(
        &self,
        scope: &impl Scope,
        lock: &Lock,
        id: impl Into<Value> + Send,
    ) -> Result<Option<QueryResult>> {
        let own = [id.into(), scope.tenant_id().into()];
        let wanted = match &*self.claiming() {
            Claiming::Wanted(claim) if claim.tenant == scope.tenant_id() => Some(claim.clone()),
            _ => None,
        };
        let Some(claim) = wanted.filter(|_| self.backend() == DbBackend::Postgres) else {
            return Ok(rows(self.tx(), lock.alone, own).await?.pop());
        };
        let values = own.into_iter().chain(claim.values(self.now()));
        let row = rows(self.tx(), lock.with_claim, values).await?.pop();
        // Without a row nothing is locked, and nothing claimed.
        if let Some(row) = &row {
            let claimed = ClaimedBeside::from_query_result(row, "")?.claimed();
            *self.claiming() = Claiming::Made(claim, claimed);
        }
        Ok(row)
    }

    /// The answer of the attempt that had the key before; `None` for the first, or without a key. To be called right
    /// after the first lock (I4).
    ///
    /// # Errors
    /// [`Error::KeyReused`] when the key belongs to another request, [`Error::TooManyKeys`] when the table has used
    /// more than any table needs.
    pub async fn first_answer(&self) -> Result<Option<Answer>> {
        let claiming = std::mem::take(&mut *self.claiming());
        let (claim, claimed) = match claiming {
            Claiming::No => return Ok(None),
            Claiming::Made(claim, claimed) => (claim, claimed),
            Claiming::Wanted(claim) => {
                let values = std::iter::once(claim.tenant.into()).chain(claim.values(self.now()));
                let claimed = self.one(CLAIM, values).await?;
                (claim, claimed)
            }
        };
        let claimed = claimed.ok_or(Error::TooManyKeys)?;
        if claimed.fingerprint != claim.fingerprint {
            return Err(Error::KeyReused);
        }
        if claimed.fresh {
            return Ok(None);
        }
        let outcome = Outcome::read(claimed.status);
        Ok(Some(Answer { outcome, body: claimed.response.unwrap_or_default().into() }))
    }
}
