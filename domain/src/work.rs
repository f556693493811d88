//! Background work: where a piece of it stands.

use crate::status::text_enum;

text_enum! {
    /// Where a piece of the queue stands.
    #[schema(as = SyncStatus)]
    WorkStatus {
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

impl WorkStatus {
    /// Whether a worker has it or will have it.
    #[must_use]
    pub const fn is_pending(self) -> bool {
        match self {
            Self::Queued | Self::Running => true,
            Self::Done | Self::Dead | Self::Parked => false,
        }
    }

    /// Whether only a person, or new credentials, get it going again.
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

    /// Whether it would be done if its account were in order.
    #[must_use]
    pub const fn is_alive(self) -> bool {
        match self {
            Self::Queued | Self::Running | Self::Parked => true,
            Self::Done | Self::Dead => false,
        }
    }
}
