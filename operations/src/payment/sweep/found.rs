//! What a search found is compared with what we know; what differs, or is unknown, is queued to be fetched.

use super::Swept;
use crate::{
    Error, Result,
    command::{Twice, keyless},
    payment::{
        apply::{doubted, sighting},
        broken::{self, Standing},
        providers::Providers,
    },
};
use chrono::TimeDelta;
use domain::payment::{
    ResourceKind, SyncCause, SyncStatus,
    truth::{Verdict, judge},
};
use provider::{CallError, Credentials, Page, PaymentProvider, PaymentQuery, Snapshot};
use std::collections::BTreeSet;
use store::{AccountRow, Database};

/// The index may change between two pages: so many of the former page are asked for again.
const OVERLAP: u32 = 10;
/// Pages of one search at most; what is beyond them, the next one finds.
const MAX_PAGES: usize = 400;
/// A look that was given up is not taken up by a sweep before this: what failed five times a minute ago fails again.
const REVIVED_AFTER: TimeDelta = TimeDelta::minutes(10);

/// One run of the sweep.
pub(super) struct Look<'a> {
    pub(super) db: &'a Database,
    pub(super) providers: &'a Providers,
    pub(super) forced: bool,
    pub(super) swept: Swept,
}

impl Look<'_> {
    /// The account's credentials; none where they cannot be opened, which keeps no other account waiting.
    pub(super) fn credentials(&mut self, account: &AccountRow) -> Option<Credentials> {
        let opened = self.providers.credentials(account).ok();
        self.swept.failed += usize::from(opened.is_none());
        opened
    }

    /// Notes a call that failed; what it was for is done again later.
    pub(super) async fn failed(
        &mut self,
        account: &AccountRow,
        credentials: &Credentials,
        error: &CallError,
    ) -> Result<()> {
        self.swept.failed += 1;
        tracing::warn!(account = account.id.get(), %error, "a sweep's call failed; the next sweep makes it again");
        if broken::standing(self.db, self.providers, account, credentials, error).await? == Standing::Refused {
            broken::set_broken(self.db, account, error).await?;
        }
        Ok(())
    }

    /// Queues what of the snapshots is news, and the ids that could not be read.
    pub(super) async fn enqueue(
        &mut self,
        account: &AccountRow,
        seen: &[Snapshot],
        unreadable: &BTreeSet<String>,
    ) -> Result<()> {
        let mut news: BTreeSet<&str> = unreadable.iter().map(String::as_str).collect();
        for snapshot in seen {
            if is_news(self.db, self.providers, account, snapshot).await? {
                news.insert(&snapshot.payment_id);
            }
        }
        for id in news {
            if !self.is_free(account, id).await? {
                continue;
            }
            keyless(self.db, "payment.sweep_found", Twice::FindsTheFirst, |uow| async move {
                uow.enqueue_sync(account, ResourceKind::Payment, id, SyncCause::Sweep).await?;
                Ok::<(), Error>(())
            })
            .await?;
            self.swept.enqueued += 1;
        }
        Ok(())
    }

    /// Whether nobody is about to look anyway: a sweep must not bring retries forward for ever.
    async fn is_free(&self, account: &AccountRow, id: &str) -> Result<bool> {
        let Some(job) = self.db.sync_of(account.id, ResourceKind::Payment, id).await? else { return Ok(true) };
        Ok(match job.status {
            SyncStatus::Done => true,
            SyncStatus::Dead => self.forced || self.db.clock().now() - job.updated_at >= REVIVED_AFTER,
            SyncStatus::Queued | SyncStatus::Running => self.forced,
            SyncStatus::Parked => false,
        })
    }
}

/// Whether the provider says something of a payment that we do not know.
pub(in crate::payment) async fn is_news(
    db: &Database,
    providers: &Providers,
    account: &AccountRow,
    seen: &Snapshot,
) -> Result<bool> {
    let known = db.provided_payment(account, &seen.payment_id).await?;
    let (before, doubted) = (known.as_ref().and_then(sighting), known.as_ref().and_then(doubted));
    let failure = providers.of(account).caps().failure;
    Ok(judge(before.as_ref(), &seen.sighting(), failure, doubted.as_ref()) != Verdict::Ignore)
}

/// All that a search finds, each payment once.
pub(in crate::payment) struct Listed {
    pub(in crate::payment) seen: Vec<Snapshot>,
    pub(in crate::payment) unreadable: BTreeSet<String>,
    /// Whether the list was too long to be read to its end.
    pub(in crate::payment) cut: bool,
}

/// Reads all pages of a search; `query` says it from an offset on.
pub(in crate::payment) async fn list(
    providers: &Providers,
    account: &AccountRow,
    credentials: &Credentials,
    query: impl Fn(u32) -> PaymentQuery,
) -> Result<Listed, CallError> {
    let mut listed = Listed { seen: Vec::new(), unreadable: BTreeSet::new(), cut: false };
    let (mut offset, mut ids) = (0, BTreeSet::new());
    for _ in 0..MAX_PAGES {
        let Page { items, unreadable, next_offset } =
            providers.of(account).find_payments(credentials, &query(offset)).await?;
        listed.unreadable.extend(unreadable);
        let former = offset;
        for item in items {
            if ids.insert(item.payment_id.clone()) {
                listed.seen.push(item);
            }
        }
        match next_offset {
            None => return Ok(listed),
            Some(next) if next > former.saturating_add(2 * OVERLAP) => offset = next - OVERLAP,
            Some(next) => offset = next.max(former + 1),
        }
    }
    listed.cut = true;
    Ok(listed)
}
