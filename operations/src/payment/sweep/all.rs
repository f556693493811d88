//! An operator looks for everything that could still change, due or not, without waiting for a server's queue: the
//! accounts side by side, so that one that is slow keeps no other waiting.

use super::{super::providers::Providers, Look, Swept, due::stale};
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

/// Looks for everything that could still change, due or not.
///
/// # Errors
/// The database failed, after everything else was looked for.
pub async fn sweep_all(db: &Database, providers: &Providers) -> Result<Swept> {
    let mut expiring: BTreeMap<_, Vec<CheckoutRow>> = BTreeMap::new();
    for checkout in db.checkouts_to_expire(db.clock().now(), EXPIRING).await? {
        expiring.entry(checkout.account_id).or_default().push(checkout);
    }
    let (places, mut running) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    for account in db.active_accounts().await? {
        let (db, providers, places) = (db.clone(), providers.clone(), Arc::clone(&places));
        let expiring = expiring.remove(&account.id).unwrap_or_default();
        running.spawn(async move {
            // The semaphore is never closed.
            let _place = places.acquire().await;
            one(&db, &providers, &account, &expiring).await
        });
    }
    let (mut swept, mut failed) = (Swept::default(), None);
    while let Some(ended) = running.join_next().await {
        match ended.unwrap_or(Err(Error::Internal("the sweep of an account ended early"))) {
            Ok(account) => swept += account,
            Err(error) => failed = Some(error),
        }
    }
    let stale = stale(db).await?;
    swept += Swept { stale, enqueued: stale, ..Swept::default() };
    failed.map_or(Ok(swept), Err)
}

async fn one(db: &Database, providers: &Providers, account: &AccountRow, expiring: &[CheckoutRow]) -> Result<Swept> {
    let mut look = Look { forced: true, ..Look::new(db, providers, None) };
    look.run(account, &Errand::Renew).await?;
    let mut after = CheckoutId(String::new());
    loop {
        let some = db.living_checkouts(account, &after, BATCH).await?;
        let Some(last) = some.last() else { break };
        after = last.id.clone();
        for checkout in &some {
            look.look_for(account, checkout).await?;
        }
    }
    look.account(account).await?;
    for checkout in expiring {
        look.expire(account, checkout).await?;
    }
    Ok(look.swept)
}
