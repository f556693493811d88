//! Calling off a payment that is not decided.

use crate::status::text_enum;

text_enum! {
    /// Where calling off a payment stands.
    CancellationStatus {
        /// To be asked of the provider.
        Queued = "QUEUED",
        /// A worker has it.
        Running = "RUNNING",
        /// The provider took it, which proves nothing: what it then says of the payment does.
        Accepted = "ACCEPTED",
        /// The provider will not: the payment was decided meanwhile.
        Refused = "REFUSED",
        /// The provider was not reached, or did not understand.
        Failed = "FAILED",
    }
}

text_enum! {
    /// Why it failed, as far as whoever asked for it is told.
    CancellationFailure {
        /// The provider does not answer; nothing happened.
        Unavailable = "UNAVAILABLE",
        /// Its answer was lost; it may have happened.
        Lost = "LOST",
        /// It says that this makes no sense.
        Rejected = "REJECTED",
        /// It does not accept the account's credentials.
        Unauthorized = "UNAUTHORIZED",
    }
}

impl CancellationStatus {
    /// Whether a worker still has to do with it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Queued | Self::Running => true,
            Self::Accepted | Self::Refused | Self::Failed => false,
        }
    }
}
