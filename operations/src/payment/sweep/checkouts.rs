//! Checkouts are looked for: those whose creation was lost on the way (S10), payments nobody told us of (S28), and
//! those that should not be paid any more (S3).

use super::found::{SweepRun, list};
use crate::{Result, work::hold};
use chrono::{DateTime, TimeDelta, Utc};
use domain::payment::CheckoutStatus;
use provider::{CallError, Credentials, LostCheckout, PaymentProvider, PaymentQuery};
use store::{AccountRow, CheckoutRow};

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

impl SweepRun<'_> {
    /// Looks for a checkout, and says when it is looked for next.
    pub(super) async fn look_for(&mut self, account: &AccountRow, checkout: &CheckoutRow) -> Result<()> {
        let Some(credentials) = self.credentials(account) else { return Ok(()) };
        self.swept.checkouts += 1;
        if let Err(error) = self.one(account, &credentials, checkout).await? {
            self.failed(account, &credentials, &error).await?;
        }
        let (id, at) = (&checkout.id, next_look(checkout, self.db.clock().now()));
        self.write("payment.sweep_schedule", |uow| async move { Ok(uow.schedule_sweep(id, at).await?) }).await
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
        let listed = match list(self.providers, account, credentials, self.held, query).await? {
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
            self.write("payment.sweep_adopt", |uow| async move {
                match newest {
                    Some(newest) => uow.open_checkout(id, &newest.provider_ref, &newest.redirect_url).await?,
                    None if lost => uow.end_checkout(id, CheckoutStatus::Failed).await?,
                    None => {}
                }
                Ok(())
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
            hold(self.held).await?;
            match provider.expire_checkout(credentials, &other.provider_ref).await {
                Ok(()) => self.swept.expired += 1,
                Err(_) => self.swept.failed += 1,
            }
        }
        Ok(Ok(()))
    }

    /// Closes a checkout that should not be paid any more.
    pub(super) async fn expire(&mut self, account: &AccountRow, checkout: &CheckoutRow) -> Result<()> {
        if checkout.status != CheckoutStatus::Open {
            return Ok(());
        }
        let Some(credentials) = self.credentials(account) else { return Ok(()) };
        let provider = self.providers.of(account);
        if let Some(provider_ref) = &checkout.provider_ref
            && checkout.expires_at > self.db.clock().now()
            && provider.caps().revocable
            && let Err(error) = provider.expire_checkout(&credentials, provider_ref).await
        {
            self.failed(account, &credentials, &error).await?;
            // It ends by its own time at the latest; until then it is worth another try.
            if error.is_transient() {
                return Ok(());
            }
            self.why = None;
        }
        let id = &checkout.id;
        self.write(
            "payment.sweep_expire",
            |uow| async move { Ok(uow.end_checkout(id, CheckoutStatus::Expired).await?) },
        )
        .await?;
        self.swept.expired += 1;
        Ok(())
    }
}
