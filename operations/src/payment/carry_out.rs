//! Refunds are carried out at the provider.
//!
//! A refund's row, with its key, is there before the provider hears of it, and every try uses that key: whatever is
//! lost on the way, there is never a second refund (S11). No money moves here: the refund is noted, a look at the
//! payment is queued, and what the provider then says lowers what the payment is worth, as for a refund made in its
//! panel (S7).

use super::{
    broken::{CredentialHealth, credential_health, set_broken},
    providers::Providers,
};
use crate::{
    Error, Result,
    command::{Twice, keyless},
    work::Work,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Cents,
    payment::{IncidentKind, RefundStatus, ResourceKind, SyncCause},
};
use provider::{CallError, Credentials, PaymentProvider, Refund, RefundOrder, RefundOutcome};
use std::time::Duration;
use store::{AccountRow, Database, Incident, PaymentRow, Piece, Queue, REFUNDS, RefundRow, RefundStep, WorkOutcome};

/// A refund the provider has not decided is asked about every so many first pauses, and more seldom as it grows old.
const PENDING_PAUSES: u32 = 6;

/// The work of the queue of refunds. A piece is never given up: a refund fails by the provider's word, which is then a
/// manager's, and not because something of ours broke.
#[derive(Clone, Debug)]
pub struct Refunds(pub Providers);

#[async_trait::async_trait]
impl Work for Refunds {
    fn queue(&self) -> &'static Queue {
        &REFUNDS
    }

    fn lease(&self) -> TimeDelta {
        self.0.lease()
    }

    fn pause(&self) -> Duration {
        self.0.settings().retry_base
    }

    fn gives_up(&self) -> bool {
        false
    }

    async fn carry_out(&self, db: &Database, piece: &Piece) -> Result<()> {
        let (providers, lease) = (&self.0, self.lease());
        let taken = keyless(db, "refund.take", Twice::GoodOnce, |uow| async move {
            let refund = uow.take_refund(piece, lease).await?;
            if refund.is_none() {
                uow.finish_work(piece, WorkOutcome::Done).await?;
            }
            Ok::<_, Error>(refund)
        })
        .await?;
        match taken {
            Some(refund) => one(db, providers, piece, &refund).await,
            None => Ok(()),
        }
    }
}

/// A leased refund and whom it goes through.
struct RefundCall<'a> {
    db: &'a Database,
    providers: &'a Providers,
    piece: &'a Piece,
    refund: &'a RefundRow,
    payment: &'a PaymentRow,
    account: &'a AccountRow,
    credentials: &'a Credentials,
    /// The provider's number of the payment.
    number: &'a str,
}

async fn one(db: &Database, providers: &Providers, piece: &Piece, refund: &RefundRow) -> Result<()> {
    let (payment, account) = db.refunded_payment(refund).await?;
    let credentials = providers.credentials(&account)?;
    let number = payment.provider_payment_id.as_deref().ok_or(Error::NotFound("payment"))?;
    let (payment, account, credentials) = (&payment, &account, &credentials);
    let task = RefundCall { db, providers, piece, refund, payment, account, credentials, number };
    match task.call().await {
        Ok(outcome) => task.write(&task.step(outcome)).await,
        Err(error) => task.failed(&error).await,
    }
}

/// What a try came to, with doubts settled.
enum Attempted {
    Done(String),
    Pending(String),
    Refused(String),
    /// Somebody else gave all of it back.
    Gone,
    Again(String),
}

impl RefundCall<'_> {
    async fn call(&self) -> Result<Attempted, CallError> {
        let provider = self.providers.of(self.account);
        if let Some(known) = &self.refund.provider_refund_id {
            // Asked for and taken; only the decision is missing.
            let listed = provider.find_refunds(self.credentials, self.number).await?;
            let found = listed.into_iter().find(|listed| listed.refund_id == *known);
            return Ok(found.map_or(Attempted::Pending(known.clone()), attempted_of));
        }
        let order = RefundOrder {
            key: self.refund.key.clone(),
            payment_id: self.number.to_owned(),
            amount: Some(self.refund.amount_cents),
        };
        Ok(match provider.refund(self.credentials, &order).await? {
            RefundOutcome::Done { refund_id } => Attempted::Done(refund_id),
            RefundOutcome::Pending { refund_id } => Attempted::Pending(refund_id),
            RefundOutcome::Rejected { code, message } => Attempted::Refused(format!("{code} {message}")),
            RefundOutcome::Retry { code } => Attempted::Again(code),
            RefundOutcome::AlreadyDone => self.settled_before().await?,
        })
    }

    /// Nothing is left to give back, or this order cannot be told from another: the list and our other refunds tell.
    async fn settled_before(&self) -> Result<Attempted, CallError> {
        let listed = self.providers.of(self.account).find_refunds(self.credentials, self.number).await?;
        let others = self.db.other_refund_ids(self.payment.id, self.refund.id).await;
        let others = others.map_err(|error| CallError::Unavailable { reason: error.to_string(), retry_after: None })?;
        Ok(matched(listed, &others, self.refund, self.payment.amount_cents))
    }

    fn step(&self, came: Attempted) -> RefundStep {
        let now = self.db.clock().now();
        let step =
            |status, number, error| RefundStep { status, provider_refund_id: number, attempts: 0, next_at: now, error };
        match came {
            Attempted::Done(number) => step(RefundStatus::Done, Some(number), None),
            Attempted::Pending(number) => {
                RefundStep { next_at: self.asked_again(now), ..step(RefundStatus::Pending, Some(number), None) }
            }
            Attempted::Refused(error) => step(RefundStatus::Failed, None, Some(error)),
            Attempted::Gone => step(RefundStatus::Dismissed, None, Some("Nothing is left to give back".to_owned())),
            Attempted::Again(code) => {
                let error = CallError::Unavailable { reason: code, retry_after: None };
                self.retried(&error, now)
            }
        }
    }

    fn asked_again(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let least = TimeDelta::from_std(self.providers.settings().retry_base * PENDING_PAUSES).unwrap_or_default();
        let age = now.signed_duration_since(self.refund.created_at);
        now + (age / 10).clamp(least, TimeDelta::hours(6).max(least))
    }

    fn retried(&self, error: &CallError, now: DateTime<Utc>) -> RefundStep {
        let retry = self.providers.retry_at(self.refund.attempts, error, now);
        RefundStep {
            // One that the provider has taken is never given up: only its decision is missing.
            status: match (retry, &self.refund.provider_refund_id) {
                (_, Some(_)) => RefundStatus::Pending,
                (Some(_), None) => RefundStatus::Queued,
                (None, None) => RefundStatus::Failed,
            },
            provider_refund_id: None,
            attempts: if retry.is_some() { self.refund.attempts + 1 } else { 0 },
            next_at: retry.unwrap_or_else(|| self.asked_again(now)),
            error: Some(error.to_string()),
        }
    }

    async fn failed(&self, error: &CallError) -> Result<()> {
        let now = self.db.clock().now();
        // Neither a token that is being renewed nor an account out of order counts against the refund: it waits.
        let step = self.retried(error, now);
        let waits = RefundStep { status: waiting(self.refund), attempts: self.refund.attempts, ..step };
        match credential_health(self.db, self.providers, self.account, self.credentials, error).await? {
            CredentialHealth::Good => {}
            CredentialHealth::Renewing => return self.write(&waits).await,
            CredentialHealth::Refused => {
                set_broken(self.db, self.account, error).await?;
                // Leased again once the credentials are replaced, since only accounts in order are worked for.
                return self.write(&RefundStep { next_at: now, ..waits }).await;
            }
        }
        let step = match error {
            CallError::Rejected { .. } | CallError::NotFound | CallError::Unauthorized { .. } => {
                self.step(Attempted::Refused(error.to_string()))
            }
            _ => self.retried(error, now),
        };
        self.write(&step).await
    }

    async fn write(&self, step: &RefundStep) -> Result<()> {
        let RefundCall { piece, refund, payment, account, number, .. } = *self;
        let looks = matches!(step.status, RefundStatus::Done | RefundStatus::Dismissed | RefundStatus::Failed);
        keyless(self.db, "refund.carry_out", Twice::GoodOnce, |uow| async move {
            uow.step_refund(refund, step).await?;
            // The incident refers to check and payment, and so waits for whoever has them; the queue's rows are locked
            // after those everywhere (I4).
            if step.status == RefundStatus::Failed {
                let incident = Incident {
                    tenant: refund.tenant_id,
                    branch: Some(refund.branch_id),
                    account: Some(account.id),
                    check: payment.check_id,
                    payment: Some(payment.id),
                    detail: format!(
                        "{} cents could not be given back: {}",
                        refund.amount_cents.get(),
                        step.error.as_deref().unwrap_or("no reason was given")
                    ),
                };
                // A manager may try again; that it fails again is news.
                let key = format!("refund:{}:{}.{}", refund.id, piece.id, piece.fence);
                uow.note_incident(IncidentKind::RefundFailed, &key, incident).await?;
            }
            if looks {
                uow.enqueue_sync(account, ResourceKind::Payment, number, SyncCause::Refund).await?;
            }
            Ok(uow.finish_work(piece, step.outcome()).await?)
        })
        .await
    }
}

fn waiting(refund: &RefundRow) -> RefundStatus {
    if refund.provider_refund_id.is_some() { RefundStatus::Pending } else { RefundStatus::Queued }
}

fn attempted_of(listed: Refund) -> Attempted {
    match listed.status {
        provider::RefundStatus::Approved => Attempted::Done(listed.refund_id),
        provider::RefundStatus::Rejected => Attempted::Refused("the provider decided against it".to_owned()),
        provider::RefundStatus::InProcess | provider::RefundStatus::Unknown => Attempted::Pending(listed.refund_id),
    }
}

/// Which of the payment's refunds is this one: the first of its amount that is none of our others.
fn matched(listed: Vec<Refund>, others: &[String], refund: &RefundRow, paid: Cents) -> Attempted {
    let given: i64 = listed
        .iter()
        .filter(|listed| listed.status != provider::RefundStatus::Rejected)
        .map(|listed| listed.amount.get())
        .sum();
    let own = listed.into_iter().find(|listed| {
        listed.status != provider::RefundStatus::Rejected
            && listed.amount == refund.amount_cents
            && !others.contains(&listed.refund_id)
    });
    match own {
        Some(own) => attempted_of(own),
        None if given >= paid.get() => Attempted::Gone,
        None => Attempted::Refused("the payment is in no state to be given back".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{BranchId, PaymentId, RefundId, TenantId, payment::RefundKind};

    fn row(cents: i64) -> RefundRow {
        let now = DateTime::UNIX_EPOCH;
        RefundRow {
            id: RefundId(1),
            tenant_id: TenantId(1),
            branch_id: BranchId(1),
            payment_id: PaymentId(1),
            key: "k".into(),
            kind: RefundKind::Request,
            amount_cents: Cents::new(cents).expect("an amount"),
            status: RefundStatus::Running,
            reason: String::new(),
            requested_by_id: None,
            provider_refund_id: None,
            attempts: 0,
            next_at: now,
            last_error: None,
            created_at: now,
            done_at: None,
            business_day: None,
        }
    }

    fn listed(id: &str, cents: i64, status: provider::RefundStatus) -> Refund {
        Refund { refund_id: id.into(), amount: Cents::new(cents).expect("an amount"), status, created_at: None }
    }

    #[test]
    fn a_listed_refund_is_ours_only_if_it_is_no_other_of_ours() {
        use provider::RefundStatus::{Approved, InProcess, Rejected};
        let paid = Cents::new(1_000).expect("an amount");
        let list = || vec![listed("a", 500, Approved), listed("b", 500, InProcess), listed("c", 300, Rejected)];
        assert!(matches!(matched(list(), &[], &row(500), paid), Attempted::Done(id) if id == "a"));
        assert!(matches!(matched(list(), &["a".into()], &row(500), paid), Attempted::Pending(id) if id == "b"));
        let both = ["a".to_owned(), "b".to_owned()];
        assert!(matches!(matched(list(), &both, &row(500), paid), Attempted::Gone));
        assert!(matches!(matched(list(), &[], &row(300), paid), Attempted::Gone));
        assert!(matches!(matched(Vec::new(), &[], &row(300), paid), Attempted::Refused(_)));
    }
}
