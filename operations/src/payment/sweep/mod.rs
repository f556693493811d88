//! What no notice told us is looked for (S28): payments of our checkouts, refunds and payments made elsewhere on our
//! accounts, payments that count and were not asked about for long. It only finds; what it finds goes into the queue.
//!
//! [`sweep`] asks no provider: it puts what is due into the queue, as errands of its account, and [`Sweeps`] does them.
//! So a provider that is slow with one account keeps no other waiting. Both may run anywhere, twice, or be killed:
//! asking twice is asking once, and an errand finds out for itself whether it is due.

mod accounts;
mod all;
mod checkouts;
mod due;
mod found;

use super::{
    providers::Providers,
    renew::{IN_TIME, renew},
};
use crate::{
    Error, Result,
    command::{Twice, keyless},
    work::{Held, Work},
};
pub(super) use all::each_account;
pub use all::sweep_all;
use chrono::TimeDelta;
pub use due::sweep;
pub(super) use due::{Queued, ask};
use found::SweepRun;
pub(super) use found::{is_news, list};
use serde::Serialize;
use std::{ops::AddAssign, time::Duration};
use store::{AccountRow, Database, Errand, Piece, Queue, SWEEPS, WorkOutcome};

/// What a sweep came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Checkouts looked for.
    pub checkouts: usize,
    /// Of those, found at the provider though its answer was lost.
    pub adopted: usize,
    /// Checkouts closed to further payments.
    pub expired: usize,
    /// Accounts whose changes were listed.
    pub accounts: usize,
    /// Payments asked about because that is long ago.
    pub stale: usize,
    /// Looks put into the queue.
    pub enqueued: usize,
    /// Calls that failed; the next sweep makes them again.
    pub failed: usize,
}

impl AddAssign for Swept {
    fn add_assign(&mut self, other: Self) {
        self.checkouts += other.checkouts;
        self.adopted += other.adopted;
        self.expired += other.expired;
        self.accounts += other.accounts;
        self.stale += other.stale;
        self.enqueued += other.enqueued;
        self.failed += other.failed;
    }
}

/// The work of the queue of errands.
#[derive(Clone, Debug)]
pub struct Sweeps(pub Providers);

#[async_trait::async_trait]
impl Work for Sweeps {
    fn queue(&self) -> &'static Queue {
        &SWEEPS
    }

    fn lease(&self) -> TimeDelta {
        self.0.lease()
    }

    fn pause(&self) -> Duration {
        self.0.settings().retry_base
    }

    /// It is due again with the next sweep anyway.
    fn gives_up(&self) -> bool {
        false
    }

    async fn carry_out(&self, db: &Database, piece: &Piece) -> Result<()> {
        let (account, errand) = Errand::of(piece)?;
        let account = db.account(account).await?;
        let held = Some(Held { db, piece, lease: self.lease() });
        let mut run = SweepRun::new(db, &self.0, held);
        run.run(&account, &errand).await?;
        let why = run.why.as_deref();
        keyless(db, "payment.errand_done", Twice::GoodOnce, |uow| async move {
            let outcome = match why {
                None => WorkOutcome::Done,
                // Until it succeeds it stands for its checkout, so that the next sweep finds others to close.
                Some(why) if matches!(errand_of(piece), Some(Errand::Expire(_))) => WorkOutcome::Again {
                    at: uow.now() + self.again(piece),
                    attempts: piece.attempts.saturating_add(1),
                    error: Some(why),
                    in_turn: true,
                },
                Some(why) => WorkOutcome::Dropped(why),
            };
            Ok::<(), Error>(uow.finish_work(piece, outcome).await?)
        })
        .await
    }
}

fn errand_of(piece: &Piece) -> Option<Errand> {
    Errand::of(piece).ok().map(|(_, errand)| errand)
}

impl Sweeps {
    /// The pause after another failure of a piece that is tried for ever.
    fn again(&self, piece: &Piece) -> TimeDelta {
        let doublings = u32::try_from(piece.attempts.clamp(0, 4)).unwrap_or(0);
        TimeDelta::from_std(self.pause() * 2_u32.pow(doublings)).unwrap_or(TimeDelta::hours(1))
    }
}

impl SweepRun<'_> {
    /// Does an errand, where it is due still.
    async fn run(&mut self, account: &AccountRow, errand: &Errand) -> Result<()> {
        match errand {
            Errand::Renew => self.renew(account).await,
            Errand::List => self.account(account).await,
            Errand::Compare => self.compare(account).await,
            Errand::Look(checkout) => match self.db.checkout(checkout).await? {
                Some(checkout) if checkout.sweep_at.is_some() => self.look_for(account, &checkout).await,
                _ => Ok(()),
            },
            Errand::Expire(checkout) => match self.db.checkout(checkout).await? {
                Some(checkout) => self.expire(account, &checkout).await,
                None => Ok(()),
            },
        }
    }

    /// Renews the account's token where it ends soon. What fails is tried again by the next sweep, for a month.
    async fn renew(&mut self, account: &AccountRow) -> Result<()> {
        let soon = self.db.clock().now() + IN_TIME;
        if account.token_expires_at.is_none_or(|ends| ends >= soon) {
            return Ok(());
        }
        match renew(self.db, self.providers, account).await {
            // Credentials that cannot be opened were reported where they were tried.
            Ok(_) | Err(Error::Unavailable { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Compares the account's last full days with the provider's books, where that was not done yet.
    async fn compare(&mut self, account: &AccountRow) -> Result<()> {
        if let Err(error) = super::reconcile::compare_due(self.db, self.providers, account, self.held).await? {
            self.swept.failed += 1;
            self.why = Some(error.to_string());
            tracing::warn!(account = account.id.get(), %error, "a day could not be compared; the next sweep tries again");
        }
        Ok(())
    }
}
