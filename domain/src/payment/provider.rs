//! States of what we store about a provider: accounts, checkouts, notices, and the queue of what to fetch.

use crate::status::text_enum;

text_enum! {
    /// What happens to a notice whose signature does not hold (payments.md S12).
    SignatureMode {
        /// Refused with 401; the sweep covers what was lost.
        Strict = "strict",
        /// Taken as a hint to look, when there is time.
        Hint = "hint",
    }
}

text_enum! {
    /// Whether an account can be used.
    AccountStatus {
        /// Its credentials are good as far as we know.
        Active = "ACTIVE",
        /// The provider refuses them: its work is parked until they are replaced.
        Broken = "BROKEN",
        /// Taken out of use.
        Disabled = "DISABLED",
    }
}

text_enum! {
    /// Where a checkout stands. Whether it was paid is not its state: it can be paid any number of times.
    CheckoutStatus {
        /// Kept here, perhaps not yet at the provider.
        Creating = "CREATING",
        /// The payer was sent to the provider.
        Open = "OPEN",
        /// Past its time, or replaced.
        Expired = "EXPIRED",
        /// The provider refused to open it.
        Failed = "FAILED",
    }
}

text_enum! {
    /// What a notice's signature is worth.
    NoticeVerdict {
        /// The provider once notified about this id.
        Verified = "VERIFIED",
        /// Carries none that can be checked.
        Unsigned = "UNSIGNED",
        /// Carries a wrong one.
        Invalid = "INVALID",
        /// Too large to be one; only its beginning is kept.
        Oversize = "OVERSIZE",
    }
}

text_enum! {
    /// What is to be fetched from a provider.
    ResourceKind {
        /// A payment.
        Payment = "PAYMENT",
        /// A merchant order: it names payments.
        Order = "ORDER",
        /// A chargeback: it names payments.
        Chargeback = "CHARGEBACK",
    }
}

text_enum! {
    /// Where a piece of the queue stands.
    SyncStatus {
        /// Waits for its time.
        Queued = "QUEUED",
        /// A worker has it.
        Running = "RUNNING",
        /// Nothing to do until the next reason to look.
        Done = "DONE",
        /// Given up after its retries: a person looks at it.
        Dead = "DEAD",
        /// Waits for the account's credentials to be replaced.
        Parked = "PARKED",
    }
}

text_enum! {
    /// Why something is fetched.
    SyncCause {
        /// A notice with a good signature.
        Webhook = "WEBHOOK",
        /// A notice without one.
        Hint = "HINT",
        /// The payer came back.
        Return = "RETURN",
        /// The sweep found it.
        Sweep = "SWEEP",
        /// We gave money back.
        Refund = "REFUND",
        /// An operator wants it.
        Operator = "OPERATOR",
    }
}

text_enum! {
    /// Who registered a payment.
    Registrar {
        /// Comanda, from the provider's word.
        System = "SYSTEM",
        /// A diner.
        Diner = "DINER",
        /// Staff.
        Waiter = "WAITER",
    }
}

impl AccountStatus {
    /// Whether the account is in use; a disabled account is history.
    #[must_use]
    pub const fn is_in_use(self) -> bool {
        match self {
            Self::Active | Self::Broken => true,
            Self::Disabled => false,
        }
    }
}

impl CheckoutStatus {
    /// Whether the payer may still be sent to the checkout, or be on the way back from it.
    #[must_use]
    pub const fn is_payable(self) -> bool {
        match self {
            Self::Creating | Self::Open => true,
            Self::Expired | Self::Failed => false,
        }
    }
}

impl NoticeVerdict {
    /// Whether the signature proves that the provider wrote the notice.
    #[must_use]
    pub const fn is_proven(self) -> bool {
        match self {
            Self::Verified => true,
            Self::Unsigned | Self::Invalid | Self::Oversize => false,
        }
    }
}

impl SyncStatus {
    /// Whether a worker is at it or will take it.
    #[must_use]
    pub const fn is_pending(self) -> bool {
        match self {
            Self::Queued | Self::Running => true,
            Self::Done | Self::Dead | Self::Parked => false,
        }
    }

    /// Whether only a person or new credentials can make it go on.
    #[must_use]
    pub const fn is_stuck(self) -> bool {
        match self {
            Self::Dead | Self::Parked => true,
            Self::Queued | Self::Running | Self::Done => false,
        }
    }

    /// Whether something is left to do.
    #[must_use]
    pub const fn is_unfinished(self) -> bool {
        match self {
            Self::Queued | Self::Running | Self::Dead | Self::Parked => true,
            Self::Done => false,
        }
    }

    /// Whether it is still to be done, now or once its account's credentials are good again.
    #[must_use]
    pub const fn is_alive(self) -> bool {
        match self {
            Self::Queued | Self::Running | Self::Parked => true,
            Self::Done | Self::Dead => false,
        }
    }
}

impl SyncCause {
    /// Whether the cause proves nothing, because any stranger can produce it.
    #[must_use]
    pub const fn is_hint(self) -> bool {
        match self {
            Self::Hint | Self::Return => true,
            Self::Webhook | Self::Sweep | Self::Refund | Self::Operator => false,
        }
    }
}
