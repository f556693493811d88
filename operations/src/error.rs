//! Why an operation was refused, without a word of HTTP: a closed list, so that the API answers each on purpose.

use domain::{Cents, ChargeId, IllegalTransition, ProblemCode, check::claim::ClaimRefused, money::MoneyError};
use store::HoldsStoreError;

/// An operation's refusal or failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not found, forbidden, taken, busy, broken: what the store says.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The state does not allow it, and a shipped client knows this as 400 (diner-waiter.md §6.3).
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// The state does not allow it, in an operation no shipped client calls: 409 (design.md §5).
    #[error("{0}")]
    IllegalConflict(IllegalTransition),
    /// A rule of the business says no; `code` is stable, `detail` is for people.
    #[error("{detail}")]
    Refused {
        /// Stable, for programs.
        code: ProblemCode,
        /// For people.
        detail: String,
    },
    /// More money than is owed: 400, with what remains (W21, W23).
    #[error("only {} cents remain to be paid", remaining.get())]
    TooMuch {
        /// What is left to pay.
        remaining: Cents,
    },
    /// The order costs more than its sender saw: 409, with what it costs now.
    #[error("the order costs {} cents now, not {}", total.get(), expected.get())]
    Dearer {
        /// What the sender saw.
        expected: Cents,
        /// What it costs.
        total: Cents,
    },
    /// What is needed is out of order; later it may work: 503.
    #[error("{detail}")]
    Unavailable {
        /// Stable, for programs.
        code: ProblemCode,
        /// For people.
        detail: &'static str,
        /// When to come again, in seconds.
        retry_after: u64,
    },
    /// The payment provider refused, or its answer was lost: 502.
    #[error("{0}")]
    Upstream(&'static str),
    /// More is to be given back than is left of the payment: 400, with what is left.
    #[error("only {} cents of the payment can be given back", left.get())]
    TooMuchBack {
        /// What can still be given back.
        left: Cents,
    },
    /// Another phone pays the item, or it is paid: 409, with what nobody has claimed or paid of it.
    #[error("item {charge}: {why}")]
    ItemClaimed {
        /// The item.
        charge: ChargeId,
        /// Why, for people.
        why: ClaimRefused,
    },
    /// What is there stands against it: a name that is taken, a thing in use, a change made meanwhile. 409; `code` says
    /// which.
    #[error("{detail}")]
    Conflict {
        /// Stable, for programs.
        code: ProblemCode,
        /// For people.
        detail: String,
    },
    /// Each value is well formed, but it does not fit what is there: 422, naming the field.
    #[error("{0}")]
    Invalid(&'static str),
    /// The same, of values that only together make no sense: 422.
    #[error("{0}")]
    Unfit(String),
    /// Something the request names does not exist.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The caller's role in that branch does not allow it.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The same with a reason that programs tell apart: 403.
    #[error("{detail}")]
    Denied {
        /// Stable, for programs.
        code: ProblemCode,
        /// For people.
        detail: &'static str,
    },
    /// The caller could not prove who it is.
    #[error("{0}")]
    Unauthorized(&'static str),
    /// A value cannot be computed or written: a bug.
    #[error("{0}")]
    Internal(&'static str),
}

/// Shorthand.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Whether the thing that was named is not there.
    pub(crate) const fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound(_) | Self::Store(store::Error::NotFound(_)))
    }

    /// A business rule's refusal.
    pub fn refused(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self::Refused { code, detail: detail.into() }
    }
}

impl From<MoneyError> for Error {
    fn from(error: MoneyError) -> Self {
        Self::Store(error.into())
    }
}

impl HoldsStoreError for Error {
    fn store_error(&self) -> Option<&store::Error> {
        match self {
            Self::Store(error) => Some(error),
            Self::Illegal(_)
            | Self::IllegalConflict(_)
            | Self::Refused { .. }
            | Self::TooMuch { .. }
            | Self::Dearer { .. }
            | Self::Unavailable { .. }
            | Self::Upstream(_)
            | Self::TooMuchBack { .. }
            | Self::ItemClaimed { .. }
            | Self::Conflict { .. }
            | Self::Invalid(_)
            | Self::Unfit(_)
            | Self::NotFound(_)
            | Self::Forbidden(_)
            | Self::Denied { .. }
            | Self::Unauthorized(_)
            | Self::Internal(_) => None,
        }
    }
}
