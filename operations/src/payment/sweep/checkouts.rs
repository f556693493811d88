//! Checkouts are looked for: those whose creation was lost on the way (S10), payments nobody told us of (S28), and
//! those that should not be paid any more (S3).

use super::found::{Look, list};
use crate::{
    Error, Result,
    command::{Twice, keyless},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{CheckoutId, payment::CheckoutStatus};
use provider::{CallError, Credentials, LostCheckout, PaymentProvider, PaymentQuery};
use store::{AccountRow, CheckoutRow};

/// How many in one round.
const AT_ONCE: i64 = 50;
/// Who takes a checkout and does not come back is replaced after this.
const TAKEN: TimeDelta = TimeDelta::minutes(2);
/// The provider's list of checkouts lags: one that it does not show for so long was never made.
const LOST: TimeDelta = TimeDelta::minutes(10);

/// When a checkout is looked for next. Most payments come within minutes; a cash slip is paid after days.
fn next_look(checkout: &CheckoutRow, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let expired = now.signed_duration_since(checkout.expires_at);
    let pause = if now.signed_duration_since(checkout.created_at) < TimeDelta::minutes(10) {
        TimeDelta::minutes(2)
    } else if expired < TimeDelta::hours(24) {
        TimeDelta::minutes(5)
    } else if expired < TimeDelta::days(7) {
        TimeDelta::hours(1)
    } else {
        return None;
    };
    Some(now + pause)
}

impl Look<'_> {
    pub(super) async fn checkouts(&mut self) -> Result<()> {
        if !self.forced {
            let again = self.db.clock().now() + TAKEN;
            let due = keyless(self.db, "payment.sweep_take", Twice::FindsTheFirst, |uow| async move {
                Ok::<_, Error>(uow.take_checkouts(AT_ONCE, again).await?)
            })
            .await?;
            return self.each(&due).await;
        }
        let mut after = CheckoutId(String::new());
        loop {
            let some = self.db.living_checkouts(&after, AT_ONCE).await?;
            let Some(last) = some.last() else { return Ok(()) };
            after = last.id.clone();
            self.each(&some).await?;
        }
    }

    async fn each(&mut self, checkouts: &[CheckoutRow]) -> Result<()> {
        for checkout in checkouts {
            let account = self.db.account(checkout.account_id).await?;
            let Some(credentials) = self.credentials(&account) else { continue };
            self.swept.checkouts += 1;
            if let Err(error) = self.one(&account, &credentials, checkout).await? {
                self.failed(&account, &credentials, &error).await?;
            }
            let (id, at) = (&checkout.id, next_look(checkout, self.db.clock().now()));
            keyless(self.db, "payment.sweep_schedule", Twice::FindsTheFirst, |uow| async move {
                Ok::<_, Error>(uow.schedule_sweep(id, at).await?)
            })
            .await?;
        }
        Ok(())
    }

    async fn one(
        &mut self,
        account: &AccountRow,
        credentials: &Credentials,
        checkout: &CheckoutRow,
    ) -> Result<Result<(), CallError>> {
        if self.may_be_two(account, checkout)
            && let Err(error) = self.adopt(account, credentials, checkout).await?
        {
            return Ok(Err(error));
        }
        let query = |offset| PaymentQuery::Reference { reference: checkout.id.to_string(), offset };
        let listed = match list(self.providers, account, credentials, query).await {
            Ok(listed) => listed,
            Err(error) => return Ok(Err(error)),
        };
        // A search that ignores its filter must not make other people's payments ours.
        let ours: Vec<_> =
            listed.seen.into_iter().filter(|seen| seen.reference.as_deref() == Some(checkout.id.as_str())).collect();
        self.enqueue(account, &ours, &listed.unreadable).await?;
        Ok(Ok(()))
    }

    /// Creating a checkout is not idempotent: where an answer was lost there may be two, of which one is enough.
    fn may_be_two(&self, account: &AccountRow, checkout: &CheckoutRow) -> bool {
        let caps = self.providers.of(account).caps();
        let age = self.db.clock().now().signed_duration_since(checkout.created_at);
        match checkout.status {
            CheckoutStatus::Creating => true,
            CheckoutStatus::Open => caps.lost_checkout == LostCheckout::Find && (self.forced || age < LOST),
            CheckoutStatus::Expired | CheckoutStatus::Failed => false,
        }
    }

    async fn adopt(
        &mut self,
        account: &AccountRow,
        credentials: &Credentials,
        checkout: &CheckoutRow,
    ) -> Result<Result<(), CallError>> {
        let provider = self.providers.of(account);
        let found = match provider.caps().lost_checkout {
            // Opening it again is whoever's who asks again. The payer was never sent there, so nobody pays on it.
            LostCheckout::Repeat => Vec::new(),
            LostCheckout::Find => match provider.find_checkouts(credentials, checkout.id.as_str()).await {
                Ok(found) => found,
                Err(error) => return Ok(Err(error)),
            },
        };
        let lost = self.db.clock().now().signed_duration_since(checkout.created_at) > LOST;
        let creating = checkout.status == CheckoutStatus::Creating;
        let (id, newest) = (&checkout.id, found.first());
        if creating {
            keyless(self.db, "payment.sweep_adopt", Twice::FindsTheFirst, |uow| async move {
                match newest {
                    Some(newest) => uow.open_checkout(id, &newest.provider_ref, &newest.redirect_url).await?,
                    None if lost => uow.end_checkout(id, CheckoutStatus::Failed).await?,
                    None => {}
                }
                Ok::<(), Error>(())
            })
            .await?;
            self.swept.adopted += usize::from(newest.is_some());
        }
        let kept = match &checkout.provider_ref {
            Some(known) if !creating => Some(known.as_str()),
            _ => newest.map(|newest| newest.provider_ref.as_str()),
        };
        let now = self.db.clock().now();
        let revocable = provider.caps().revocable;
        for other in found.iter().filter(|_| revocable).filter(|other| Some(other.provider_ref.as_str()) != kept) {
            if other.expires_at.is_some_and(|end| end <= now) {
                continue;
            }
            // Best effort: what is paid on it all the same finds its check by the reference.
            match provider.expire_checkout(credentials, &other.provider_ref).await {
                Ok(()) => self.swept.expired += 1,
                Err(_) => self.swept.failed += 1,
            }
        }
        Ok(Ok(()))
    }

    pub(super) async fn expire(&mut self) -> Result<()> {
        let now = self.db.clock().now();
        for checkout in self.db.checkouts_to_expire(now, AT_ONCE).await? {
            let account = self.db.account(checkout.account_id).await?;
            let Some(credentials) = self.credentials(&account) else { continue };
            if let Some(provider_ref) = &checkout.provider_ref
                && checkout.expires_at > now
                && self.providers.of(&account).caps().revocable
                && let Err(error) = self.providers.of(&account).expire_checkout(&credentials, provider_ref).await
            {
                self.failed(&account, &credentials, &error).await?;
                // It ends by its own time at the latest; until then it is worth another try.
                if error.is_transient() {
                    continue;
                }
            }
            let id = &checkout.id;
            keyless(self.db, "payment.sweep_expire", Twice::FindsTheFirst, |uow| async move {
                Ok::<_, Error>(uow.end_checkout(id, CheckoutStatus::Expired).await?)
            })
            .await?;
            self.swept.expired += 1;
        }
        Ok(())
    }
}
