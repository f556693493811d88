//! Session: OPEN → PAYING → CLOSED; PAYING → OPEN when staff withdraw the check.

use crate::status::{IllegalTransition, text_enum};

text_enum! {
    /// Where a party is in its stay.
    SessionStatus {
        /// Ordering.
        Open = "OPEN",
        /// The check was asked for: no more orders from phones.
        Paying = "PAYING",
        /// The party left.
        Closed = "CLOSED",
    }
}

text_enum! {
    /// Who opened a session or sent a round.
    OpenedBy {
        /// A diner, from the table's QR code.
        Diner = "DINER",
        /// A waiter.
        Waiter = "WAITER",
    }
}

impl SessionStatus {
    const fn refuse(self, action: &'static str) -> IllegalTransition {
        IllegalTransition { noun: "session", from: self.as_str(), action }
    }

    /// Cart writes and new rounds need an open session (diner-waiter.md §5.2).
    ///
    /// # Errors
    /// The session is paying or closed.
    pub const fn ensure_ordering(self) -> Result<(), IllegalTransition> {
        match self {
            Self::Open => Ok(()),
            Self::Paying | Self::Closed => Err(self.refuse("order in")),
        }
    }

    /// Registering a diner and calling a waiter need a party at the table.
    ///
    /// # Errors
    /// The session is closed.
    pub const fn ensure_live(self) -> Result<(), IllegalTransition> {
        if self.is_live() { Ok(()) } else { Err(self.refuse("join or use")) }
    }

    /// Whether the party is still there: a table has at most one such session.
    #[must_use]
    pub const fn is_live(self) -> bool {
        match self {
            Self::Open | Self::Paying => true,
            Self::Closed => false,
        }
    }

    /// The check is asked for; asking again changes nothing (design.md §9).
    ///
    /// # Errors
    /// The session is closed.
    pub const fn ask_for_check(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Open | Self::Paying => Ok(Self::Paying),
            Self::Closed => Err(self.refuse("ask for the check of")),
        }
    }

    /// Staff take the check back: the party may order again.
    ///
    /// # Errors
    /// No check was asked for, or the session is closed.
    pub const fn withdraw_check(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Paying => Ok(Self::Open),
            Self::Open | Self::Closed => Err(self.refuse("withdraw the check of")),
        }
    }

    /// The party is back, or never left: to its check if it has one.
    ///
    /// # Errors
    /// It is there.
    pub const fn reopen(self, billed: bool) -> Result<Self, IllegalTransition> {
        match (self, billed) {
            (Self::Closed, true) => Ok(Self::Paying),
            (Self::Closed, false) => Ok(Self::Open),
            (Self::Open | Self::Paying, _) => Err(self.refuse("reopen")),
        }
    }

    /// The party left.
    ///
    /// # Errors
    /// It is closed already.
    pub const fn close(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Open | Self::Paying => Ok(Self::Closed),
            Self::Closed => Err(self.refuse("close")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SessionStatus::{self, Closed, Open, Paying};

    #[test]
    fn a_check_is_asked_for_any_number_of_times_and_withdrawn_once() {
        let ask = |status: SessionStatus| status.ask_for_check().ok();
        assert_eq!([Open, Paying, Closed].map(ask), [Some(Paying), Some(Paying), None]);
        let withdraw = |status: SessionStatus| status.withdraw_check().ok();
        assert_eq!([Open, Paying, Closed].map(withdraw), [None, Some(Open), None]);
        let reopen = |status: SessionStatus| status.reopen(true).ok();
        assert_eq!([Open, Paying, Closed].map(reopen), [None, None, Some(Paying)]);
        assert_eq!(Closed.reopen(false).ok(), Some(Open));
    }
}
