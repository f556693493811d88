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

impl SyncCause {
    /// How urgent it is: 0 is what the provider or we ourselves told of; what anybody can make up goes after it and
    /// takes none of its places.
    #[must_use]
    pub const fn rank(self) -> i16 {
        match self {
            Self::Webhook | Self::Sweep | Self::Refund | Self::Operator => 0,
            Self::Return => 1,
            Self::Hint => 2,
        }
    }

    /// The cause of that text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|cause| cause.as_str() == text)
    }
}

impl ResourceKind {
    /// The kind of that text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}
