//! All changes of an account are listed: refunds made in the provider's panel, payments that no checkout of ours asked
//! for, notices that were lost (S7, S9, S28).

use super::found::{SweepRun, list};
use crate::Result;
use chrono::{DateTime, TimeDelta, Utc};
use provider::{PaymentProvider, PaymentQuery};
use store::AccountRow;

/// How often.
const EVERY: TimeDelta = TimeDelta::hours(1);
/// The provider's index lags, and its clock is not ours: so much of the former window is listed again.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);
/// So much when an operator wants to be sure.
const FORCED_OVERLAP: TimeDelta = TimeDelta::days(2);
/// Nothing happens later than this by any clock.
const AHEAD: TimeDelta = TimeDelta::days(1);

/// Whether the account's changes were not listed for long, or it is not known yet how the provider numbers us.
pub(super) fn is_list_due(account: &AccountRow, now: DateTime<Utc>) -> bool {
    account.external_id.is_none() || is_long_ago(account, now)
}

fn is_long_ago(account: &AccountRow, now: DateTime<Utc>) -> bool {
    account.swept_until.is_none_or(|until| now - until >= EVERY)
}

impl SweepRun<'_> {
    /// Lists what changed on the account, where that is due.
    pub(super) async fn account(&mut self, account: &AccountRow) -> Result<()> {
        if account.external_id.is_none() {
            self.learn_number(account).await?;
        }
        if self.forced || is_long_ago(account, self.db.clock().now()) {
            self.changes(account).await?;
        }
        Ok(())
    }

    /// Credentials from the configuration do not say how the provider numbers us, and without that, money that went to
    /// another account cannot be told from ours (S17).
    async fn learn_number(&mut self, account: &AccountRow) -> Result<()> {
        let Some(credentials) = self.credentials(account) else { return Ok(()) };
        let number = match self.providers.of(account).whoami(&credentials).await {
            Ok(number) => number,
            Err(error) => return self.failed(account, &credentials, &error).await,
        };
        let number = &number;
        self.write("payment.account_number", |uow| async move { Ok(uow.number_account(account, number).await?) }).await
    }

    async fn changes(&mut self, account: &AccountRow) -> Result<()> {
        let Some(credentials) = self.credentials(account) else { return Ok(()) };
        // What this server was not there for is not its business.
        let first = account.created_at - OVERLAP;
        let overlap = if self.forced { FORCED_OVERLAP } else { OVERLAP };
        let now = self.db.clock().now();
        let from = account.swept_until.map_or(first, |until| (until - overlap).max(first));
        let query = |offset| PaymentQuery::UpdatedBetween { from, to: now + AHEAD, offset };
        let listed = match list(self.providers, account, &credentials, self.held, query).await? {
            Ok(listed) => listed,
            Err(error) => return self.failed(account, &credentials, &error).await,
        };
        self.enqueue(account, &listed.seen, &listed.unreadable).await?;
        self.swept.accounts += 1;
        // Of a list that was too long the beginning is done: the next sweep goes on from there.
        let until = match listed.seen.last() {
            Some(last) if listed.cut => last.stamp.at().min(now),
            _ => now,
        };
        self.write("payment.swept", |uow| async move { Ok(uow.swept(account, until).await?) }).await
    }
}
