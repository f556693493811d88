//! Decides whether a fetched payment state replaces the stored one (payments.md §5, step 4).
//!
//! An [`Observation`] is a payment as the provider showed it once. Observations come late, twice and out of order.
//! Whatever their order, the state with the latest stamp wins. The provider's clock shows whole seconds: of two states
//! with the same stamp the one that is farther along wins. An older state never replaces a newer one. A state that we
//! did not expect is not dropped: it is applied, and a person is told.
//!
//! A dispute can be opened and settled in our favour within one second. Then the state that is farther along is not the
//! later one, and no later stamp will come: by the contract's rank alone the payment would stay disputed for ever. So a
//! legal step is taken within one second too, even a step down the ranks. An observation is fetched only after the last
//! one was committed (the lease and its fence, `operations::payment::sync`), so the second is the newer one, unless the
//! provider itself serves old data. Such a read can show a dispute as settled, or open again, until the next fetch. It
//! moves no money: both sides of every legal step down count the same.
//!
//! Some providers do not say when a payment last changed. Their observations bear the time of the fetch, and only the
//! content can be compared. The same content is no news. A legal step is applied. A step back is not believed at once,
//! since the provider may have served a stale copy: if it is still there a minute later, it is applied and a person is
//! told.

use super::{Failure, PaymentStatus};
use crate::Cents;
use chrono::{DateTime, TimeDelta, Utc};

/// How long a step back must stand before it is believed.
pub const DOUBT: TimeDelta = TimeDelta::minutes(1);

/// The time of an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// When the provider last changed the payment, by its own clock. It orders observations.
    Provider(DateTime<Utc>),
    /// When we fetched it, from a provider that does not say more. Fetched later is newer: fetches of one payment
    /// follow one another (payments.md S2).
    Fetched(DateTime<Utc>),
}

impl Stamp {
    /// The instant.
    #[must_use]
    pub const fn at(self) -> DateTime<Utc> {
        match self {
            Self::Provider(at) | Self::Fetched(at) => at,
        }
    }
}

/// A payment as the provider showed it at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Where it stands.
    pub status: PaymentStatus,
    /// The provider's own word for why; only a chargeback's changes what counts.
    pub detail: String,
    /// What was paid, without the payer's financing and our fees.
    pub amount: Cents,
    /// How much of it was given back in all.
    pub refunded: Cents,
    /// When the provider last changed it, or when we fetched it.
    pub stamp: Stamp,
}

impl Observation {
    /// Whether both say the same, whatever their time.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.content() == other.content()
    }

    /// The content as a text, to compare a later observation with.
    #[must_use]
    pub fn said(&self) -> String {
        let (status, detail, amount, refunded) = self.content();
        format!("{status} {} {} {detail}", amount.get(), refunded.get())
    }

    fn content(&self) -> (PaymentStatus, &str, Cents, Cents) {
        (self.status, &self.detail, self.amount, self.refunded)
    }

    /// The part of it that counts as money.
    #[must_use]
    pub fn credited(&self) -> Cents {
        credited(self.status, &self.detail, self.amount, self.refunded)
    }

    /// Orders observations with the same stamp: farther along, then more refunded, then the later stage of a
    /// chargeback.
    ///
    /// The other fields make the order total, so that the outcome cannot depend on which came first. Of two amounts the
    /// smaller wins: a shortfall is noticed and asked about, a surplus is not.
    fn progress(&self) -> (u8, Cents, u8, PaymentStatus, std::cmp::Reverse<Cents>, &str) {
        let stage = self.chargeback().map_or(0, Chargeback::stage);
        (self.status.rank(), self.refunded, stage, self.status, std::cmp::Reverse(self.amount), &self.detail)
    }

    /// Whether `known`, with the same stamp, may have become this. Refunds never shrink: a smaller sum is older.
    fn may_follow(&self, known: &Self, failure: Failure) -> bool {
        self.status != known.status
            && known.status.after(self.status, failure).is_ok()
            && self.refunded >= known.refunded
            && self.amount == known.amount
    }

    fn chargeback(&self) -> Option<Chargeback> {
        (self.status == PaymentStatus::ChargedBack).then(|| Chargeback::from_detail(&self.detail))
    }
}

/// The part of a payment that counts as money (payments.md §2).
///
/// An approved or disputed payment counts less what was refunded. A chargeback counts only after the provider
/// reimbursed us.
#[must_use]
pub fn credited(status: PaymentStatus, detail: &str, amount: Cents, refunded: Cents) -> Cents {
    let is_reimbursed =
        status == PaymentStatus::ChargedBack && Chargeback::from_detail(detail) == Chargeback::Reimbursed;
    let counts = status.is_money() || is_reimbursed;
    if counts { amount.saturating_sub(refunded) } else { Cents::ZERO }
}

/// Why a person must look at an observation that was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Anomaly {
    /// A status this version does not know; counted as nothing.
    #[error("the provider uses a status that is not known")]
    UnknownStatus,
    /// No path of legal steps leads there.
    #[error("the payment went from {from} to {to}")]
    IllegalMove {
        /// Where it stood.
        from: PaymentStatus,
        /// Where it stands.
        to: PaymentStatus,
    },
    /// A chargeback with a detail this version does not know; counted as nothing.
    #[error("the provider uses a chargeback detail that is not known")]
    UnknownDetail,
    /// A chargeback that was decided was decided again, or is open again.
    #[error("a decided chargeback changed")]
    ChargebackChanged,
    /// Less is given back than was.
    #[error("the refunded amount shrank")]
    RefundShrank,
    /// The payment itself became another amount.
    #[error("the amount changed")]
    AmountChanged,
    /// More was given back than paid.
    #[error("more was refunded than paid")]
    RefundTooLarge,
}

/// What to do with an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Drop it: older than what we know, or the same.
    Ignore,
    /// Store it.
    Apply,
    /// Store it, and tell a person.
    ApplyFlagged(Anomaly),
    /// Keep what we know and fetch again after [`DOUBT`]: the payment seems to have gone back.
    LookAgain,
}

/// An observation that was not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubted {
    /// What it said ([`Observation::said`]).
    pub said: String,
    /// When that was seen first.
    pub since: DateTime<Utc>,
}

/// Compares an observation with the last one that was applied, if any.
///
/// `seen` must have been fetched after `known` was applied. `doubted` is what was seen since and not believed.
#[must_use]
pub fn judge(known: Option<&Observation>, seen: &Observation, failure: Failure, doubted: Option<&Doubted>) -> Verdict {
    let anomaly = anomaly(known, seen, failure);
    let applied = anomaly.map_or(Verdict::Apply, Verdict::ApplyFlagged);
    let Some(known) = known else { return applied };
    match seen.stamp {
        Stamp::Provider(at) if at > known.stamp.at() => applied,
        Stamp::Provider(at) if at == known.stamp.at() => {
            let news = seen.progress() > known.progress() || seen.may_follow(known, failure);
            if news { applied } else { Verdict::Ignore }
        }
        Stamp::Provider(_) => Verdict::Ignore,
        Stamp::Fetched(_) if seen.says_the_same(known) => Verdict::Ignore,
        Stamp::Fetched(now) => match anomaly {
            Some(Anomaly::IllegalMove { .. }) if is_failed_refund(known, seen) => {
                Verdict::ApplyFlagged(Anomaly::RefundShrank)
            }
            Some(Anomaly::IllegalMove { .. }) if !stays(doubted, seen, now) => Verdict::LookAgain,
            _ => applied,
        },
    }
}

/// Whether a refund that was sent came back. The payment then counts again for what is not refunded any more.
fn is_failed_refund(known: &Observation, seen: &Observation) -> bool {
    known.status == PaymentStatus::Refunded
        && matches!(seen.status, PaymentStatus::Approved | PaymentStatus::InMediation)
        && seen.refunded < known.refunded
}

/// Whether the same state was doubted before, [`DOUBT`] ago or longer.
fn stays(doubted: Option<&Doubted>, seen: &Observation, now: DateTime<Utc>) -> bool {
    doubted.is_some_and(|doubted| doubted.said == seen.said() && now - doubted.since >= DOUBT)
}

fn anomaly(known: Option<&Observation>, seen: &Observation, failure: Failure) -> Option<Anomaly> {
    if seen.status == PaymentStatus::Unknown {
        return Some(Anomaly::UnknownStatus);
    }
    if let Some(known) = known
        && known.status.after(seen.status, failure).is_err()
    {
        return Some(Anomaly::IllegalMove { from: known.status, to: seen.status });
    }
    if seen.chargeback() == Some(Chargeback::Unknown) {
        return Some(Anomaly::UnknownDetail);
    }
    if let Some(known) = known {
        if let (Some(before), Some(now)) = (known.chargeback(), seen.chargeback())
            && !before.may_become(now)
        {
            return Some(Anomaly::ChargebackChanged);
        }
        if seen.refunded < known.refunded {
            return Some(Anomaly::RefundShrank);
        }
        if seen.amount != known.amount {
            return Some(Anomaly::AmountChanged);
        }
    }
    (seen.refunded > seen.amount).then_some(Anomaly::RefundTooLarge)
}

/// The details of a chargeback, the only ones that change what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chargeback {
    /// Not decided.
    InProcess,
    /// Decided for the payer.
    Settled,
    /// Decided for us.
    Reimbursed,
    Unknown,
}

impl Chargeback {
    fn from_detail(detail: &str) -> Self {
        match detail {
            "in_process" => Self::InProcess,
            "settled" => Self::Settled,
            "reimbursed" => Self::Reimbursed,
            _ => Self::Unknown,
        }
    }

    const fn stage(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::InProcess => 1,
            Self::Settled | Self::Reimbursed => 2,
        }
    }

    const fn may_become(self, next: Self) -> bool {
        match self {
            Self::InProcess | Self::Unknown => true,
            Self::Settled => matches!(next, Self::Settled),
            Self::Reimbursed => matches!(next, Self::Reimbursed),
        }
    }
}

#[cfg(test)]
mod tests;
