//! What a sight of the provider's truth may do to what we know of a payment (payments.md §5, step 4).
//!
//! Sights come late, twice and out of order. Whatever their order, the last state in time stays, and between two of one
//! instant (the provider's clock shows whole seconds) the one that is farther along. Time is never turned back, and
//! nothing the provider says is dropped because we did not expect it: it is applied, and a person is told.
//!
//! A dispute can be opened and settled for us within one second, and then the farther one is not the later one. Here
//! the contract's rank alone would keep a payment disputed for ever, as no later stamp will come. So a legal step is
//! taken within an instant too, even one down the ranks: a sight is fetched only after the last one was committed (the
//! lease and its fence, `operations::payment::sync`), so that of two the second is the newer, unless the provider
//! itself serves the past. Such a read can then show a dispute as settled, or open again, until the next look. Money
//! stays out of it: both sides of every legal step down count the same.
//!
//! Some providers do not say when a payment last changed. Of those a sight bears the instant of its fetching, and only
//! what it says can be compared: what is the same is no news, what is a legal step is taken. A step back is not
//! believed at once, since the provider may have served a stale copy: it is applied, and a person is told, when it is
//! still there a minute later.

use super::{Failure, PaymentStatus};
use crate::Cents;
use chrono::{DateTime, TimeDelta, Utc};

/// How long a step back must stand before it is believed.
pub const DOUBT: TimeDelta = TimeDelta::minutes(1);

/// Where a sight stands in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// When the provider last changed the payment, by its own clock: it orders sights.
    Provider(DateTime<Utc>),
    /// When we fetched it, from a provider that does not say more. Fetched later is newer: looks at one payment follow
    /// one another (payments.md S2).
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

/// What the provider says of a payment at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Where it stands.
    pub status: PaymentStatus,
    /// The provider's own word for why; only a chargeback's changes what counts.
    pub detail: String,
    /// What was paid, without the payer's financing and our fees.
    pub amount: Cents,
    /// How much of it was given back in all.
    pub refunded: Cents,
    /// When the provider last changed it, or when it was seen.
    pub stamp: Stamp,
}

impl Sighting {
    /// Whether it says what `other` says, whenever that was.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.content() == other.content()
    }

    /// What it says, as a text to compare a later sight with.
    #[must_use]
    pub fn said(&self) -> String {
        let (status, detail, amount, refunded) = self.content();
        format!("{status} {} {} {detail}", amount.get(), refunded.get())
    }

    fn content(&self) -> (PaymentStatus, &str, Cents, Cents) {
        (self.status, &self.detail, self.amount, self.refunded)
    }

    /// What of it counts as money.
    #[must_use]
    pub fn credited(&self) -> Cents {
        credited(self.status, &self.detail, self.amount, self.refunded)
    }

    /// Orders sights of one instant: farther along, then more given back, then the later word of a chargeback. The rest
    /// only makes the order total, so that the outcome cannot depend on which came first; of two amounts the smaller
    /// counts, since a shortfall is seen and asked about, a surplus is not.
    fn progress(&self) -> (u8, Cents, u8, PaymentStatus, std::cmp::Reverse<Cents>, &str) {
        let stage = self.chargeback().map_or(0, Chargeback::stage);
        (self.status.rank(), self.refunded, stage, self.status, std::cmp::Reverse(self.amount), &self.detail)
    }

    /// Whether `known`, of the same instant, may have become this. What was given back never shrinks: less is the past.
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

/// What of a payment counts as money (payments.md §2): an approved or disputed one less what was given back,
/// and a chargeback only after the provider reimbursed us.
#[must_use]
pub fn credited(status: PaymentStatus, detail: &str, amount: Cents, refunded: Cents) -> Cents {
    let is_reimbursed =
        status == PaymentStatus::ChargedBack && Chargeback::from_detail(detail) == Chargeback::Reimbursed;
    let counts = status.is_money() || is_reimbursed;
    if counts { amount.saturating_sub(refunded) } else { Cents::ZERO }
}

/// Why a sight that was applied needs a person's eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Anomaly {
    /// A word this version does not know; counted as nothing.
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

/// What to do with a sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Older than what we know, or the same.
    Ignore,
    /// It is the truth now.
    Apply,
    /// It is the truth now, and somebody must look at it.
    ApplyFlagged(Anomaly),
    /// It goes back to where the payment was: what we know stays, and the provider is asked again after [`DOUBT`].
    LookAgain,
}

/// A sight that was not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubted {
    /// What it said ([`Sighting::said`]).
    pub said: String,
    /// When that was seen first.
    pub since: DateTime<Utc>,
}

/// Judges a sight by the last one that was applied, if any. It must have been fetched after that one was applied.
/// `doubted` is what was seen since and not believed.
#[must_use]
pub fn judge(known: Option<&Sighting>, seen: &Sighting, failure: Failure, doubted: Option<&Doubted>) -> Verdict {
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

/// Whether a refund that had gone out came back: the payment counts again, by what is not given back any more.
fn is_failed_refund(known: &Sighting, seen: &Sighting) -> bool {
    known.status == PaymentStatus::Refunded
        && matches!(seen.status, PaymentStatus::Approved | PaymentStatus::InMediation)
        && seen.refunded < known.refunded
}

/// Whether what was not believed was there long enough.
fn stays(doubted: Option<&Doubted>, seen: &Sighting, now: DateTime<Utc>) -> bool {
    doubted.is_some_and(|doubted| doubted.said == seen.said() && now - doubted.since >= DOUBT)
}

fn anomaly(known: Option<&Sighting>, seen: &Sighting, failure: Failure) -> Option<Anomaly> {
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
