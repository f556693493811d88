//! Applies a fetched payment to the ledger, in one transaction.
//!
//! Locks are taken in the one order (I4): session, check, checkout, payment, charges, the job's row, the stream. The
//! check's allocation follows from all its payments; here only this payment's worth changes.

use super::{
    fetched::{FetchedPayment, Mismatch},
    incidents::{Finding, note},
    lease::lost_is_fine,
    receive::is_plain,
};
use crate::{
    Error, Result,
    check::Settled,
    command::{Act, Twice, keyless},
};
use auth::System;
use chrono::{DateTime, Utc};
use domain::{
    Cents, PaymentId,
    check::CheckStatus,
    event::Event,
    payment::{
        Failure, PaymentStatus, SyncCause,
        tip::worth,
        truth::{DOUBT, Doubted, Observation, Stamp, Verdict, judge},
    },
};
use provider::{Credentials, Snapshot};
use store::{
    AccountRow, CheckRow, CheckoutRow, Database, Facts, Locked, PaymentRow, SyncRow, UnitOfWork, WorkOutcome, Worth,
};

/// The payment after a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Our payment.
    pub payment: PaymentId,
    /// Where it stands.
    pub status: PaymentStatus,
}

pub(super) async fn apply(
    db: &Database,
    account: &AccountRow,
    credentials: &Credentials,
    failure: Failure,
    job: &SyncRow,
    seen: &Snapshot,
) -> Result<Option<Applied>> {
    keyless(db, "payment.sync", Twice::GoodOnce, |uow| async move {
        let fetched = FetchedPayment { account, credentials, failure, seen, cause: job.cause };
        let (applied, again) = fetched.write(&uow).await?;
        let error = Some("the payment went back; asked again before it is believed");
        let outcome = again.map_or(WorkOutcome::Done, |at| WorkOutcome::Again {
            at,
            attempts: job.attempts + 1,
            error,
            in_turn: true,
        });
        uow.finish_work(job, outcome).await?;
        Ok(Some(applied))
    })
    .await
    .or_else(lost_is_fine)
}

impl FetchedPayment<'_> {
    /// Writes the payment. Returns it, and when to fetch it again if this observation is not believed yet.
    async fn write(&self, uow: &UnitOfWork) -> Result<Written> {
        let tenant = self.account.tenant_id;
        let reference = self.seen.reference.as_deref().filter(|text| is_plain(text)).unwrap_or_default();
        // A payment that has found its checkout keeps it, whatever reference the provider shows later: the sums that
        // the checkout asked for divide the payment into bill and tip.
        let known = uow.check_of_provided(self.account, &self.seen.payment_id).await?;
        let (check, reference) = match &known {
            Some((check, checkout)) => (Some(*check), checkout.as_str()),
            None => (uow.check_of_checkout(tenant, reference).await?, reference),
        };
        let Some(check) = check else { return self.write_orphan(uow).await };
        let (session, check) = uow.lock_check(&System::of(tenant), check).await?;
        let checkout = uow.lock_checkout(tenant, reference).await?;
        let payment = match (self.known(uow).await?, &checkout) {
            (Some(orphan), Some(checkout)) if orphan.check_id.is_none() => {
                uow.adopt_payment(&orphan, checkout).await?;
                self.known(uow).await?
            }
            (payment, _) => payment,
        };
        let by = System::of(tenant);
        let (act, of) = (Act::of_worker(uow, &by), (&session, &check));
        let next = match self.judged(payment.as_deref(), checkout.as_deref()) {
            Judged::News(next) => Some(next),
            Judged::Known => None,
            Judged::Doubtful(said) => return doubt(uow, payment, &said).await,
        };
        let Some(next) = next else {
            let applied = mark_seen_again(uow, payment).await?;
            if self.cause == SyncCause::Refund {
                // The refund's notice was faster than our own fetch. The part that counted as on its way back is back
                // now, so the proposed refunds are computed again.
                let withdrawn = check.status == CheckStatus::Open;
                act.tell_paid(of, &act.settle_check(of, withdrawn, None, "payment.sync").await?);
            }
            return Ok((applied, None));
        };
        let (payment, before) = match payment {
            Some(payment) => {
                uow.set_facts(&payment, &self.facts(next.worth)).await?;
                let before = PaymentRow::clone(&payment);
                (payment, Some(before))
            }
            None => {
                let unworthy = Worth { net: Cents::ZERO, tip: Cents::ZERO, ..next.worth };
                let checkout = checkout.as_deref();
                uow.insert_provided_payment(self.account, checkout, &self.facts(next.worth), unworthy).await?;
                let payment = self.known(uow).await?;
                (payment.ok_or(Error::Internal("a payment vanished"))?, None)
            }
        };
        let withdrawn = check.status == CheckStatus::Open;
        let settled = act.settle_check(of, withdrawn, Some((&payment, next.worth)), "payment.sync").await?;
        let after = uow.find_payment(&check, payment.id).await?;
        for event in events(&check, before.as_ref(), &after, &settled)? {
            act.emit(session.place(), event);
        }
        act.tell_paid(of, &settled);
        let finding = Finding { check: &check, before: before.as_ref(), after: &after, settled: &settled };
        note(uow, self, checkout.as_deref(), &next.verdict, next.mismatch, Some(&finding)).await?;
        Ok((Applied { payment: after.id, status: after.status }, None))
    }

    /// Locks the payment, if we know it. If its own account is not in use any more, it moves to the account that sees
    /// it now.
    async fn known(&self, uow: &UnitOfWork) -> Result<Option<Locked<PaymentRow>>> {
        let payment = uow.lock_provided_payment(self.account, &self.seen.payment_id).await?;
        if let Some(payment) = payment.as_ref().filter(|payment| payment.account_id != Some(self.account.id)) {
            uow.move_payment(payment, self.account).await?;
        }
        Ok(payment)
    }

    /// Writes money that no checkout of ours asked for: it is recorded, shown, and covers nothing (S9).
    async fn write_orphan(&self, uow: &UnitOfWork) -> Result<Written> {
        let payment = self.known(uow).await?;
        let next = match self.judged(payment.as_deref(), None) {
            Judged::News(next) => next,
            Judged::Known => return Ok((mark_seen_again(uow, payment).await?, None)),
            Judged::Doubtful(said) => return doubt(uow, payment, &said).await,
        };
        let id = match payment {
            Some(payment) => {
                uow.set_facts(&payment, &self.facts(next.worth)).await?;
                uow.set_payment_worth(&payment, next.worth).await?;
                payment.id
            }
            None => uow.insert_provided_payment(self.account, None, &self.facts(next.worth), next.worth).await?.id,
        };
        note(uow, self, None, &next.verdict, next.mismatch, None).await?;
        Ok((Applied { payment: id, status: next.worth.status }, None))
    }

    /// Computes what the payment is worth from now on, if this observation is news.
    fn judged(&self, known: Option<&PaymentRow>, checkout: Option<&CheckoutRow>) -> Judged {
        let seen = self.seen.sighting();
        let before = known.and_then(sighting);
        let doubted = known.and_then(doubted);
        let verdict = judge(before.as_ref(), &seen, self.failure, doubted.as_ref());
        if verdict == Verdict::LookAgain {
            return Judged::Doubtful(seen.said());
        }
        if verdict == Verdict::Ignore && before.is_some_and(|before| !is_same_observation(&before, &seen)) {
            return Judged::Known;
        }
        let mismatch = self.mismatch();
        let credited = if mismatch.is_some() { Cents::ZERO } else { seen.credited() };
        let divided = match checkout {
            Some(checkout) => worth(credited, seen.amount, checkout.amount_cents, checkout.tip_cents),
            None => worth(credited, seen.amount, seen.amount, Cents::ZERO),
        };
        let worth = Worth {
            status: seen.status,
            amount: seen.amount,
            refunded: seen.refunded,
            net: divided.bill,
            tip: divided.tip,
        };
        // The same observation can be worth something else: the payment has found its checkout, or was misread before.
        let same = |known: &PaymentRow| known.net_cents == worth.net && known.tip_cents == worth.tip;
        if verdict == Verdict::Ignore && known.is_some_and(same) {
            return Judged::Known;
        }
        Judged::News(NextState { worth, verdict, mismatch })
    }

    /// Finds money that cannot pay this bill: in another currency, or to another account (S17, S19).
    fn mismatch(&self) -> Option<Mismatch> {
        let ours = self.credentials.seller.as_deref().or(self.account.external_id.as_deref());
        match (ours, self.seen.account.as_deref()) {
            (Some(ours), Some(theirs)) if ours != theirs => return Some(Mismatch::Account),
            _ => {}
        }
        (self.seen.currency != Some(self.account.currency)).then_some(Mismatch::Currency)
    }

    fn facts(&self, worth: Worth) -> Facts {
        let counts = worth.net > Cents::ZERO || worth.tip > Cents::ZERO;
        Facts {
            provider_payment_id: self.seen.payment_id.clone(),
            detail: self.seen.detail.clone(),
            currency: self.seen.currency_text.clone(),
            method: self.seen.method.clone(),
            updated_at: self.seen.stamp.at(),
            approved_at: if counts { self.seen.approved_at.or(Some(self.seen.stamp.at())) } else { None },
            snapshot: self.seen.raw.replace('\0', ""),
        }
    }
}

/// The events for the table: money came in, was refused, or went back.
fn events(check: &CheckRow, before: Option<&PaymentRow>, after: &PaymentRow, settled: &Settled) -> Result<Vec<Event>> {
    let counted = |row: &PaymentRow| row.net_cents.checked_add(row.tip_cents);
    let (had, has) = (before.map_or(Ok(Cents::ZERO), counted)?, counted(after)?);
    let refunded_before = before.map_or(Cents::ZERO, |row| row.refunded_cents);
    let back = after.refunded_cents.saturating_sub(refunded_before);
    let reason = (!after.detail.is_empty()).then(|| after.detail.clone());
    let whole = (after.amount_cents, after.tip_cents);
    let about = |sums, reason| settled.of_payment(check, after, sums, reason);
    let moved = before.is_none_or(|row| row.status != after.status);
    let mut events = Vec::new();
    if had == Cents::ZERO && has > Cents::ZERO {
        events.push(Event::PaymentApproved(about(whole, None)));
    }
    if back > Cents::ZERO && (had > Cents::ZERO || has > Cents::ZERO) {
        events.push(Event::PaymentRefunded(about((back, Cents::ZERO), reason.clone())));
    }
    match after.status {
        PaymentStatus::Rejected if moved => events.push(Event::PaymentRejected(about(whole, reason))),
        PaymentStatus::Cancelled if moved => events.push(Event::PaymentFailed(about(whole, reason))),
        PaymentStatus::ChargedBack if had > Cents::ZERO && has == Cents::ZERO => {
            events.push(Event::PaymentFailed(about(whole, Some("charged_back".to_owned()))));
        }
        _ => {}
    }
    Ok(events)
}

/// The payment as it was written, and when to fetch it again because an observation is not believed yet.
type Written = (Applied, Option<DateTime<Utc>>);

/// The verdict on a fetched payment.
enum Judged {
    News(NextState),
    Known,
    /// It went a step back; its content as a text.
    Doubtful(String),
}

/// The next state of a payment.
struct NextState {
    worth: Worth,
    verdict: Verdict,
    mismatch: Option<Mismatch>,
}

async fn mark_seen_again(uow: &UnitOfWork, payment: Option<Locked<PaymentRow>>) -> Result<Applied> {
    let payment = payment.ok_or(Error::Internal("a first sight was ignored"))?;
    uow.mark_seen(&payment).await?;
    Ok(Applied { payment: payment.id, status: payment.status })
}

async fn doubt(uow: &UnitOfWork, payment: Option<Locked<PaymentRow>>, said: &str) -> Result<Written> {
    let payment = payment.ok_or(Error::Internal("a first sight was doubted"))?;
    let since = uow.doubt(&payment, said).await?;
    Ok((Applied { payment: payment.id, status: payment.status }, Some(since + DOUBT)))
}

/// Whether two observations show one state. Without the provider's stamp only their content can be compared.
fn is_same_observation(before: &Observation, seen: &Observation) -> bool {
    let same_instant = match seen.stamp {
        Stamp::Provider(at) => before.stamp.at() == at,
        Stamp::Fetched(_) => true,
    };
    same_instant && seen.says_the_same(before)
}

/// The observation since then that is not believed.
pub(super) fn doubted(payment: &PaymentRow) -> Option<Doubted> {
    Some(Doubted { said: payment.doubted.clone()?, since: payment.doubted_since? })
}

/// The last observation that was applied.
pub(super) fn sighting(payment: &PaymentRow) -> Option<Observation> {
    Some(Observation {
        status: payment.status,
        detail: payment.detail.clone(),
        amount: payment.amount_cents,
        refunded: payment.refunded_cents,
        stamp: Stamp::Provider(payment.provider_updated_at?),
    })
}
