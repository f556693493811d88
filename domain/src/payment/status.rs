//! Where a payment stands. The words are those of payments.md §2, into which each provider's own are put; a payment
//! that staff register is APPROVED from the start.

use crate::status::{IllegalTransition, text_enum};

text_enum! {
    /// Where a payment stands.
    PaymentStatus {
        /// Waiting for the payer: a cash ticket, a transfer.
        Pending = "PENDING",
        /// The provider reviews it.
        InProcess = "IN_PROCESS",
        /// Reserved on the card, not captured.
        Authorized = "AUTHORIZED",
        /// The money is ours, less what was given back.
        Approved = "APPROVED",
        /// The payer disputes it; the money is still counted.
        InMediation = "IN_MEDIATION",
        /// Refused; a second try is another payment.
        Rejected = "REJECTED",
        /// Expired, or called off before it was paid.
        Cancelled = "CANCELLED",
        /// Given back in full.
        Refunded = "REFUNDED",
        /// Taken back by the card's issuer.
        ChargedBack = "CHARGED_BACK",
        /// A word this version does not know: kept, counted as nothing, reported.
        Unknown = "UNKNOWN",
    }
}

/// Whether a payment that failed may be paid after all under the same number: a card that is tried again on one
/// payment, a slip that is paid after it was called off. Providers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A second try is another payment.
    Final,
    /// It may be captured later.
    MayRevive,
}

impl PaymentStatus {
    /// Whether money came in and was not taken back: an approved or disputed payment.
    #[must_use]
    pub const fn is_money(self) -> bool {
        match self {
            Self::Approved | Self::InMediation => true,
            Self::Pending
            | Self::InProcess
            | Self::Authorized
            | Self::Rejected
            | Self::Cancelled
            | Self::Refunded
            | Self::ChargedBack
            | Self::Unknown => false,
        }
    }

    /// Whether the payer has done what was asked and the provider has yet to say what becomes of it.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        match self {
            Self::Pending | Self::InProcess | Self::Authorized => true,
            Self::Approved
            | Self::InMediation
            | Self::Rejected
            | Self::Cancelled
            | Self::Refunded
            | Self::ChargedBack
            | Self::Unknown => false,
        }
    }

    /// Whether money came in and went back as a whole.
    #[must_use]
    pub const fn is_taken_back(self) -> bool {
        match self {
            Self::Refunded | Self::ChargedBack => true,
            Self::Pending
            | Self::InProcess
            | Self::Authorized
            | Self::Approved
            | Self::InMediation
            | Self::Rejected
            | Self::Cancelled
            | Self::Unknown => false,
        }
    }

    /// Whether the payment failed, so that the payer may try again.
    #[must_use]
    pub const fn is_failed(self) -> bool {
        match self {
            Self::Rejected | Self::Cancelled => true,
            Self::Pending
            | Self::InProcess
            | Self::Authorized
            | Self::Approved
            | Self::InMediation
            | Self::Refunded
            | Self::ChargedBack
            | Self::Unknown => false,
        }
    }

    /// Checks the move from `self` to `next`.
    ///
    /// We see samples, not steps: `next` may lie behind states that we never saw (pending, then refunded). So this asks
    /// for a path of legal steps (payments.md §2), not for one step. Staying is legal: after a partial refund an
    /// approved payment stays approved.
    ///
    /// # Errors
    /// No path leads there: it would go backwards, or leave an end.
    pub const fn after(self, next: Self, failure: Failure) -> Result<Self, IllegalTransition> {
        let legal = match self {
            // A card is reserved after a review, or after the payer confirmed it.
            Self::Pending | Self::InProcess => !matches!(next, Self::Unknown),
            Self::Authorized => match next {
                Self::Authorized
                | Self::Approved
                | Self::InMediation
                | Self::Cancelled
                | Self::Refunded
                | Self::ChargedBack => true,
                // The capture failed, and may be tried again.
                Self::Rejected => matches!(failure, Failure::MayRevive),
                Self::Pending | Self::InProcess | Self::Unknown => false,
            },
            Self::Approved | Self::InMediation => match next {
                Self::Approved | Self::InMediation | Self::Refunded | Self::ChargedBack => true,
                Self::Pending
                | Self::InProcess
                | Self::Authorized
                | Self::Rejected
                | Self::Cancelled
                | Self::Unknown => false,
            },
            Self::Rejected | Self::Cancelled => match failure {
                Failure::Final => {
                    matches!((self, next), (Self::Rejected, Self::Rejected) | (Self::Cancelled, Self::Cancelled))
                }
                Failure::MayRevive => match next {
                    Self::Rejected
                    | Self::Cancelled
                    | Self::Authorized
                    | Self::Approved
                    | Self::InMediation
                    | Self::Refunded
                    | Self::ChargedBack => true,
                    Self::Pending | Self::InProcess | Self::Unknown => false,
                },
            },
            Self::Refunded => matches!(next, Self::Refunded),
            Self::ChargedBack => matches!(next, Self::ChargedBack),
            // The former state is not known, so no next state is known to be wrong.
            Self::Unknown => true,
        };
        if legal {
            Ok(next)
        } else {
            Err(IllegalTransition { noun: "payment", from: self.as_str(), action: next.verb() })
        }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::Pending => "make pending",
            Self::InProcess => "review",
            Self::Authorized => "authorize",
            Self::Approved => "approve",
            Self::InMediation => "dispute",
            Self::Rejected => "reject",
            Self::Cancelled => "cancel",
            Self::Refunded => "refund",
            Self::ChargedBack => "charge back",
            Self::Unknown => "misplace",
        }
    }

    /// How far along a payment is. Of two observations with the same stamp the farther one counts as the later one. An
    /// unknown status never counts as progress.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::Pending => 1,
            Self::InProcess => 2,
            Self::Authorized => 3,
            Self::Rejected | Self::Cancelled => 4,
            Self::Approved => 5,
            Self::InMediation => 6,
            Self::Refunded | Self::ChargedBack => 7,
        }
    }

    /// The one of three words that the shipped clients know (diner-waiter.md §5.7).
    #[must_use]
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Pending | Self::InProcess | Self::Authorized | Self::Unknown => "PENDING",
            Self::Approved | Self::InMediation => "APPROVED",
            Self::Rejected | Self::Cancelled | Self::Refunded | Self::ChargedBack => "REJECTED",
        }
    }
}
