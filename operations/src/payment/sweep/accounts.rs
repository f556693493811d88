//! All changes of an account are listed: refunds made in the provider's panel, payments that no checkout of ours asked
//! for, notices that were lost (S7, S9, S28).

use super::found::{Look, list};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use chrono::TimeDelta;
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

impl Look<'_> {
    pub(super) async fn accounts(&mut self) -> Result<()> {
        let now = self.db.clock().now();
        for account in self.db.active_accounts().await? {
            if account.external_id.is_none() {
                self.learn_number(&account).await?;
            }
            if !self.forced && account.swept_until.is_some_and(|until| now - until < EVERY) {
                continue;
            }
            self.account(&account).await?;
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
        keyless(self.db, "payment.account_number", Twice::FindsTheFirst, |uow| async move {
            Ok::<_, Error>(uow.number_account(account, number).await?)
        })
        .await
    }

    async fn account(&mut self, account: &AccountRow) -> Result<()> {
        let Some(credentials) = self.credentials(account) else { return Ok(()) };
        // What this server was not there for is not its business.
        let first = account.created_at - OVERLAP;
        let overlap = if self.forced { FORCED_OVERLAP } else { OVERLAP };
        let now = self.db.clock().now();
        let from = account.swept_until.map_or(first, |until| (until - overlap).max(first));
        let query = |offset| PaymentQuery::UpdatedBetween { from, to: now + AHEAD, offset };
        let listed = match list(self.providers, account, &credentials, query).await {
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
        keyless(self.db, "payment.swept", Twice::FindsTheFirst, |uow| async move {
            Ok::<_, Error>(uow.swept(account, until).await?)
        })
        .await
    }
}
