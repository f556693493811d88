//! An operator looks for everything that could still change, due or not, without waiting for a server's queue: the
//! accounts side by side, so that one that is slow keeps no other waiting.

use super::{super::providers::Providers, SweepRun, Swept, due::stale};
use crate::{Error, Result};
use domain::CheckoutId;
use std::{collections::BTreeMap, sync::Arc};
use store::{AccountRow, CheckoutRow, Database, Errand};
use tokio::{sync::Semaphore, task::JoinSet};

/// Accounts at once.
const AT_ONCE: usize = 16;
/// Checkouts in one list.
const BATCH: i64 = 50;
/// Checkouts to be closed in one sweep.
const EXPIRING: i64 = 1_000;

/// Does something for every account in order, side by side, and says for each what came of it.
///
/// # Errors
/// The accounts cannot be read.
pub(in crate::payment) async fn each_account<T, F, Fut>(
    db: &Database,
    providers: &Providers,
    body: F,
) -> Result<Vec<Result<T>>>
where
    T: Send + 'static,
    F: Fn(Database, Providers, AccountRow) -> Fut,
    Fut: Future<Output = Result<T>> + Send + 'static,
{
    let (places, mut running) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    for account in db.active_accounts().await? {
        let places = Arc::clone(&places);
        let done = body(db.clone(), providers.clone(), account);
        running.spawn(async move {
            // The semaphore is never closed.
            let _place = places.acquire().await;
            done.await
        });
    }
    let mut all = Vec::new();
    while let Some(ended) = running.join_next().await {
        all.push(ended.unwrap_or(Err(Error::Internal("the work of an account ended early"))));
    }
    Ok(all)
}

/// Looks for everything that could still change, due or not.
///
/// # Errors
/// The database failed, after everything else was looked for.
pub async fn sweep_all(db: &Database, providers: &Providers) -> Result<Swept> {
    let mut expiring: BTreeMap<_, Vec<CheckoutRow>> = BTreeMap::new();
    for checkout in db.checkouts_to_expire(db.clock().now(), EXPIRING).await? {
        expiring.entry(checkout.account_id).or_default().push(checkout);
    }
    let expiring = Arc::new(expiring);
    let accounts = each_account(db, providers, |db, providers, account| {
        let expiring = Arc::clone(&expiring);
        async move {
            let expiring = expiring.get(&account.id).map_or(&[][..], Vec::as_slice);
            one(&db, &providers, &account, expiring).await
        }
    });
    let (mut swept, mut failed) = (Swept::default(), None);
    for account in accounts.await? {
        match account {
            Ok(account) => swept += account,
            Err(error) => failed = Some(error),
        }
    }
    let stale = stale(db).await?;
    swept += Swept { stale, enqueued: stale, ..Swept::default() };
    failed.map_or(Ok(swept), Err)
}

async fn one(db: &Database, providers: &Providers, account: &AccountRow, expiring: &[CheckoutRow]) -> Result<Swept> {
    let mut run = SweepRun { forced: true, ..SweepRun::new(db, providers, None) };
    run.run(account, &Errand::Renew).await?;
    let mut after = CheckoutId(String::new());
    loop {
        let some = db.living_checkouts(account, &after, BATCH).await?;
        let Some(last) = some.last() else { break };
        after = last.id.clone();
        for checkout in &some {
            run.look_for(account, checkout).await?;
        }
    }
    run.account(account).await?;
    for checkout in expiring {
        run.expire(account, checkout).await?;
    }
    Ok(run.swept)
}
