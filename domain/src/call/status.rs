//! Service call: OPEN → ACKED → CLOSED.

use crate::status::{IllegalTransition, text_enum};

text_enum! {
    /// Where a call stands.
    CallStatus {
        /// Nobody answered yet.
        Open = "OPEN",
        /// A waiter is on the way.
        Acked = "ACKED",
        /// Done.
        Closed = "CLOSED",
    }
}

text_enum! {
    /// What the diner wants.
    CallType {
        /// A waiter at the table.
        WaiterCall = "WAITER_CALL",
        /// Paying by cash or card.
        PaymentHelp = "PAYMENT_HELP",
        /// Something else.
        Other = "OTHER",
    }
}

impl CallStatus {
    /// Whether somebody still has to come.
    #[must_use]
    pub const fn is_live(self) -> bool {
        match self {
            Self::Open | Self::Acked => true,
            Self::Closed => false,
        }
    }

    const fn refuse(self, action: &'static str) -> IllegalTransition {
        IllegalTransition { noun: "service call", from: self.as_str(), action }
    }

    /// A waiter takes the call; the second one is told that it is taken.
    ///
    /// # Errors
    /// Unless it is open.
    pub const fn acknowledge(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Open => Ok(Self::Acked),
            Self::Acked | Self::Closed => Err(self.refuse("acknowledge")),
        }
    }

    /// The wish is fulfilled, with or without an acknowledgement before.
    ///
    /// # Errors
    /// It is closed already.
    pub const fn resolve(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Open | Self::Acked => Ok(Self::Closed),
            Self::Closed => Err(self.refuse("resolve")),
        }
    }
}
