//! Check: REQUESTED → IN_PAYMENT → PAID, and back when a refund re-opens it; OPEN while withdrawn by staff.
//!
//! Where a check stands follows from its sums ([`CheckStatus::of`]); the methods below only say what may be done to it.

use crate::{
    Cents,
    status::{IllegalTransition, text_enum},
};

text_enum! {
    /// Where a check stands.
    CheckStatus {
        /// Withdrawn by staff: the party orders again.
        Open = "OPEN",
        /// Asked for, nothing paid.
        Requested = "REQUESTED",
        /// Paid in part.
        InPayment = "IN_PAYMENT",
        /// Nothing is owed.
        Paid = "PAID",
    }
}

impl CheckStatus {
    /// Where a check of `total`, of which `paid` is covered, stands. A check of nothing is paid
    /// (diner-waiter.md §5.7), so that its table can be closed.
    #[must_use]
    pub fn of(withdrawn: bool, total: Cents, paid: Cents) -> Self {
        if withdrawn {
            Self::Open
        } else if paid >= total {
            Self::Paid
        } else if paid == Cents::ZERO {
            Self::Requested
        } else {
            Self::InPayment
        }
    }

    const fn refuse(self, action: &'static str) -> IllegalTransition {
        IllegalTransition { noun: "check", from: self.as_str(), action }
    }

    /// Whether money may be tendered towards it.
    ///
    /// # Errors
    /// It is withdrawn or paid.
    pub const fn ensure_payable(self) -> Result<(), IllegalTransition> {
        match self {
            Self::Requested | Self::InPayment => Ok(()),
            Self::Open | Self::Paid => Err(self.refuse("pay")),
        }
    }

    /// Staff take it back, so that the party can order again. What was paid stays with it.
    ///
    /// # Errors
    /// It is withdrawn already, or paid.
    pub const fn withdraw(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Requested | Self::InPayment => Ok(Self::Open),
            Self::Open | Self::Paid => Err(self.refuse("withdraw")),
        }
    }

    /// It is asked for, perhaps again: a withdrawn one comes back as its sums say, any other stays (design.md §9).
    #[must_use]
    pub fn request(self, total: Cents, paid: Cents) -> Self {
        match self {
            Self::Open => Self::of(false, total, paid),
            Self::Requested | Self::InPayment | Self::Paid => self,
        }
    }

    /// Whether nothing is owed: the table may be cleared.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        match self {
            Self::Paid => true,
            Self::Open | Self::Requested | Self::InPayment => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CheckStatus::{self, InPayment, Open, Paid, Requested};
    use crate::Cents;

    fn cents(n: i64) -> Cents {
        Cents::new(n).unwrap()
    }

    #[test]
    fn the_sums_say_where_it_stands() {
        let of = |withdrawn, total, paid| CheckStatus::of(withdrawn, cents(total), cents(paid));
        assert_eq!(of(false, 1000, 0), Requested);
        assert_eq!(of(false, 1000, 1), InPayment);
        assert_eq!(of(false, 1000, 999), InPayment);
        assert_eq!(of(false, 1000, 1000), Paid);
        assert_eq!(of(false, 0, 0), Paid);
        assert_eq!(of(true, 1000, 500), Open);
    }

    #[test]
    fn only_what_is_owed_can_be_paid_or_withdrawn() {
        let all = [Open, Requested, InPayment, Paid];
        assert_eq!(all.map(|status| status.ensure_payable().is_ok()), [false, true, true, false]);
        assert_eq!(all.map(|status| status.withdraw().ok()), [None, Some(Open), Some(Open), None]);
        assert_eq!(all.map(CheckStatus::is_settled), [false, false, false, true]);
        assert_eq!(Paid.withdraw().unwrap_err().to_string(), "cannot withdraw a check that is PAID");
    }

    #[test]
    fn asking_again_changes_nothing() {
        for (total, paid) in [(1000, 0), (1000, 400), (1000, 1000)] {
            let (total, paid) = (cents(total), cents(paid));
            let asked = Open.request(total, paid);
            assert_eq!(asked, CheckStatus::of(false, total, paid));
            assert_eq!(asked.request(total, paid), asked);
        }
    }
}
