//! What a search found is compared with what we know; what differs, or is unknown, is queued to be fetched.

use super::Swept;
use crate::{
    Result,
    command::{Twice, keyless},
    payment::{
        apply::{doubted, sighting},
        broken::{self, CredentialHealth},
        providers::Providers,
    },
    work::{Held, hold},
};
use chrono::TimeDelta;
use domain::{
    payment::{
        ResourceKind, SyncCause,
        truth::{Verdict, judge},
    },
    work::WorkStatus,
};
use provider::{CallError, Credentials, Page, PaymentProvider, PaymentQuery, Snapshot};
use std::collections::BTreeSet;
use store::{AccountRow, Database, UnitOfWork};

/// The index may change between two pages: so many of the former page are asked for again.
const OVERLAP: u32 = 10;
/// Pages of one search at most; what is beyond them, the next one finds.
const MAX_PAGES: usize = 400;
/// A look that was given up is not taken up by a sweep before this: what failed five times a minute ago fails again.
const REVIVED_AFTER: TimeDelta = TimeDelta::minutes(10);

/// One errand of the sweep, or an operator's look at an account.
pub(super) struct SweepRun<'a> {
    pub(super) db: &'a Database,
    pub(super) providers: &'a Providers,
    /// Whether what is not due is looked for, too.
    pub(super) forced: bool,
    /// The piece of the queue, where it is one.
    pub(super) held: Option<Held<'a>>,
    pub(super) swept: Swept,
    /// Why the last call failed.
    pub(super) why: Option<String>,
}

impl<'a> SweepRun<'a> {
    pub(super) fn new(db: &'a Database, providers: &'a Providers, held: Option<Held<'a>>) -> Self {
        Self { db, providers, forced: false, held, swept: Swept::default(), why: None }
    }
}

impl SweepRun<'_> {
    /// Writes in a transaction that also finds the lease still held, where there is one, and has it last anew.
    pub(super) async fn write<T, F, Fut>(&self, name: &'static str, body: F) -> Result<T>
    where
        F: Fn(UnitOfWork) -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        let (body, held) = (&body, self.held);
        keyless(self.db, name, Twice::FindsTheFirst, |uow| async move {
            let written = body(uow.clone()).await?;
            // The queue's row is locked last (I4).
            if let Some(Held { piece, lease, .. }) = held {
                uow.hold_work(piece, lease).await?;
            }
            Ok(written)
        })
        .await
    }

    /// The account's credentials; none where they cannot be opened, which keeps no other account waiting.
    pub(super) fn credentials(&mut self, account: &AccountRow) -> Option<Credentials> {
        let opened = self.providers.credentials(account).ok();
        if opened.is_none() {
            self.swept.failed += 1;
            self.why = Some("the credentials cannot be opened".to_owned());
        }
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
        self.why = Some(error.to_string());
        tracing::warn!(account = account.id.get(), %error, "a sweep's call failed; the next sweep makes it again");
        if broken::credential_health(self.db, self.providers, account, credentials, error).await?
            == CredentialHealth::Refused
        {
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
            self.write("payment.sweep_found", |uow| async move {
                Ok(uow.enqueue_sync(account, ResourceKind::Payment, id, SyncCause::Sweep).await?)
            })
            .await?;
            self.swept.enqueued += 1;
        }
        Ok(())
    }

    /// Whether nobody is about to look anyway: a sweep must not bring retries forward for ever.
    async fn is_free(&self, account: &AccountRow, id: &str) -> Result<bool> {
        let Some(job) = self.db.sync_of(account, ResourceKind::Payment, id).await? else { return Ok(true) };
        Ok(match job.status {
            WorkStatus::Done => true,
            WorkStatus::Dead => self.forced || self.db.clock().now() - job.updated_at >= REVIVED_AFTER,
            WorkStatus::Queued | WorkStatus::Running => self.forced,
            WorkStatus::Parked => false,
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

/// Reads all pages of a search; `query` says it from an offset on. The piece of work that it is for is held from page
/// to page.
pub(in crate::payment) async fn list(
    providers: &Providers,
    account: &AccountRow,
    credentials: &Credentials,
    held: Option<Held<'_>>,
    query: impl Fn(u32) -> PaymentQuery,
) -> Result<Result<Listed, CallError>> {
    let mut listed = Listed { seen: Vec::new(), unreadable: BTreeSet::new(), cut: false };
    let (mut offset, mut ids) = (0, BTreeSet::new());
    for _ in 0..MAX_PAGES {
        let Page { items, unreadable, next_offset } =
            match providers.of(account).find_payments(credentials, &query(offset)).await {
                Ok(page) => page,
                Err(error) => return Ok(Err(error)),
            };
        hold(held).await?;
        listed.unreadable.extend(unreadable);
        let former = offset;
        for item in items {
            if ids.insert(item.payment_id.clone()) {
                listed.seen.push(item);
            }
        }
        match next_offset {
            None => return Ok(Ok(listed)),
            Some(next) if next > former.saturating_add(2 * OVERLAP) => offset = next - OVERLAP,
            Some(next) => offset = next.max(former + 1),
        }
    }
    listed.cut = true;
    Ok(Ok(listed))
}
