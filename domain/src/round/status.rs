//! Round: PENDING → CONFIRMED → SUBMITTED → IN_KITCHEN → READY → SERVED; CANCELED from any of the first four.

use crate::status::text_enum;

text_enum! {
    /// Where a round is between the table's phone and the table.
    RoundStatus {
        /// Sent by a diner, waiting for a waiter's word.
        Pending = "PENDING",
        /// A waiter confirmed it.
        Confirmed = "CONFIRMED",
        /// The kitchen has its tickets.
        Submitted = "SUBMITTED",
        /// Being cooked.
        InKitchen = "IN_KITCHEN",
        /// Waiting to be carried out.
        Ready = "READY",
        /// On the table.
        Served = "SERVED",
        /// Will not be served.
        Canceled = "CANCELED",
    }
}

text_enum! {
    /// Whether a diner's round goes to the kitchen at once or waits for a waiter (a field of the branch).
    RoundConfirmation {
        /// At once.
        None = "none",
        /// A waiter confirms first.
        Waiter = "waiter",
    }
}

impl RoundStatus {
    /// Whether the kitchen has the round: if and only if its tickets exist.
    #[must_use]
    pub const fn is_in_kitchen(self) -> bool {
        match self {
            Self::Submitted | Self::InKitchen | Self::Ready | Self::Served => true,
            Self::Pending | Self::Confirmed | Self::Canceled => false,
        }
    }

    /// Whether it counts for the party: what of it is not struck is owed and shown.
    #[must_use]
    pub const fn is_owed(self) -> bool {
        match self {
            Self::Pending | Self::Confirmed | Self::Submitted | Self::InKitchen | Self::Ready | Self::Served => true,
            Self::Canceled => false,
        }
    }

    /// Whether it is on the bill: a waiter has yet to say whether a round that waits is wanted at all.
    #[must_use]
    pub const fn is_billed(self) -> bool {
        match self {
            Self::Confirmed | Self::Submitted | Self::InKitchen | Self::Ready | Self::Served => true,
            Self::Pending | Self::Canceled => false,
        }
    }

    /// Whether it waits for a waiter's word.
    #[must_use]
    pub const fn is_unconfirmed(self) -> bool {
        match self {
            Self::Pending => true,
            Self::Confirmed | Self::Submitted | Self::InKitchen | Self::Ready | Self::Served | Self::Canceled => false,
        }
    }

    /// Whether the kitchen still has to make it: what the kitchen's pace counts.
    #[must_use]
    pub const fn is_being_made(self) -> bool {
        match self {
            Self::Submitted | Self::InKitchen => true,
            Self::Pending | Self::Confirmed | Self::Ready | Self::Served | Self::Canceled => false,
        }
    }

    /// Whether the kitchen's display shows it: it is there and not on the table yet.
    #[must_use]
    pub const fn is_shown_in_kitchen(self) -> bool {
        self.is_in_kitchen() && self.is_open()
    }

    /// Whether the table still waits for it: what `open_rounds` counts (W7).
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Confirmed | Self::Submitted | Self::InKitchen | Self::Ready => true,
            Self::Served | Self::Canceled => false,
        }
    }
}
