//! The cash register: what goes into the drawer, what comes out, and what must be in it when it is counted.

use crate::{Cents, IllegalTransition, money::MoneyError, status::text_enum, text::Refused};

text_enum! {
    /// Why money moved.
    MovementType {
        /// A payment of guests, for the bill.
        Sale = "SALE",
        /// A payment that went back.
        Refund = "REFUND",
        /// Paid out for the house.
        Expense = "EXPENSE",
        /// Put into the drawer.
        Deposit = "DEPOSIT",
        /// Taken out of it.
        Withdrawal = "WITHDRAWAL",
        /// A tip that came with a payment.
        TipIn = "TIP_IN",
    }
}

text_enum! {
    /// Where a session of the register stands.
    CashSessionStatus {
        /// In use.
        Open = "OPEN",
        /// Counted.
        Closed = "CLOSED",
    }
}

text_enum! {
    /// What becomes of cash that staff take while no session of the register is open (a field of the branch).
    CashWithoutSession {
        /// It is taken, an incident says so, and the next session books it.
        Warn = "warn",
        /// It is not taken.
        Refuse = "refuse",
    }
}

impl CashWithoutSession {
    /// Whether it is what a branch does that was not told otherwise.
    #[must_use]
    pub const fn is_usual(&self) -> bool {
        matches!(self, Self::Warn)
    }
}

impl MovementType {
    /// Whether it takes money out.
    #[must_use]
    pub const fn is_out(self) -> bool {
        match self {
            Self::Refund | Self::Expense | Self::Withdrawal => true,
            Self::Sale | Self::Deposit | Self::TipIn => false,
        }
    }

    /// The movement as a signed amount of cents: what goes out is negative, whether the caller writes the sign or not.
    ///
    /// # Errors
    /// Nothing moves, or the sign says in where the type says out.
    pub fn signed(self, cents: i64) -> Result<i64, Refused> {
        match (self.is_out(), cents) {
            (_, 0 | i64::MIN) => Err(Refused::new("must not be zero")),
            (true, cents) => Ok(-cents.abs()),
            (false, 1..) => Ok(cents),
            (false, _) => Err(Refused::new("must be more than zero for money that comes in")),
        }
    }
}

impl CashSessionStatus {
    /// Something is to be booked, or the drawer to be counted.
    ///
    /// # Errors
    /// It was counted already.
    pub const fn ensure_open(self, action: &'static str) -> Result<(), IllegalTransition> {
        match self {
            Self::Open => Ok(()),
            Self::Closed => Err(IllegalTransition { noun: "cash session", from: Self::Closed.as_str(), action }),
        }
    }
}

/// What must be in the drawer, in cents: what it was opened with and every movement of cash since. Negative when more
/// was taken out than ever came in, which only a mistake in booking explains.
///
/// # Errors
/// The sum does not fit.
pub fn expected(opening: Cents, moved: i64) -> Result<i64, MoneyError> {
    opening.get().checked_add(moved).ok_or(MoneyError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_out_is_negative_either_way() {
        assert_eq!(MovementType::Expense.signed(500).unwrap(), -500);
        assert_eq!(MovementType::Expense.signed(-500).unwrap(), -500);
        assert_eq!(MovementType::Sale.signed(500).unwrap(), 500);
        assert!(MovementType::Sale.signed(-500).is_err());
        assert!(MovementType::ALL.iter().all(|kind| kind.signed(0).is_err() && kind.signed(i64::MIN).is_err()));
    }

    #[test]
    fn a_drawer_can_be_short() {
        assert_eq!(expected(Cents::new(100).unwrap(), -300).unwrap(), -200);
        assert!(expected(Cents::new(1).unwrap(), i64::MAX).is_err());
    }
}
