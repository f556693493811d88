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

    /// Cart writes and new rounds need an open session (contract §5.2).
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
        match self {
            Self::Open | Self::Paying => Ok(()),
            Self::Closed => Err(self.refuse("join or use")),
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
