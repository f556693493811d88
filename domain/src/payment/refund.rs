//! Refunds: money on its way back.

use crate::status::{IllegalTransition, text_enum};

text_enum! {
    /// Why money is given back.
    RefundKind {
        /// A manager asked for it.
        Request = "REQUEST",
        /// More was paid than owed.
        Overpayment = "OVERPAYMENT",
    }
}

text_enum! {
    /// Where a refund stands.
    RefundStatus {
        /// A task for a manager: give back, or leave it.
        Proposed = "PROPOSED",
        /// To be asked of the provider.
        Queued = "QUEUED",
        /// A worker has it.
        Running = "RUNNING",
        /// The provider took it and has not decided.
        Pending = "PENDING",
        /// The money is back.
        Done = "DONE",
        /// The provider refused.
        Failed = "FAILED",
        /// A manager left it, or what it was for is gone.
        Dismissed = "DISMISSED",
    }
}

impl RefundStatus {
    /// Whether the money is on its way back.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        match self {
            Self::Queued | Self::Running | Self::Pending => true,
            Self::Proposed | Self::Done | Self::Failed | Self::Dismissed => false,
        }
    }

    /// Whether a person may still have to do with it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Proposed | Self::Queued | Self::Running | Self::Pending | Self::Failed => true,
            Self::Done | Self::Dismissed => false,
        }
    }

    const fn refuse(self, action: &'static str) -> IllegalTransition {
        IllegalTransition { noun: "refund", from: self.as_str(), action }
    }

    /// A manager decides to give the money back; a failed one may be tried again.
    ///
    /// # Errors
    /// It is under way, done or dismissed.
    pub const fn approve(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Proposed | Self::Failed => Ok(Self::Queued),
            Self::Queued | Self::Running | Self::Pending | Self::Done | Self::Dismissed => Err(self.refuse("approve")),
        }
    }

    /// A manager decides to leave it.
    ///
    /// # Errors
    /// It is under way, done or dismissed.
    pub const fn dismiss(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Proposed | Self::Failed => Ok(Self::Dismissed),
            Self::Queued | Self::Running | Self::Pending | Self::Done | Self::Dismissed => Err(self.refuse("dismiss")),
        }
    }
}
