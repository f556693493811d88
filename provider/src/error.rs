//! What a call to a provider can come to when it does not succeed. The one distinction that money depends on: whether
//! the call may have taken effect.

use runtime::tls::TlsError;
use std::time::Duration;

/// Why a provider's client could not be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// TLS could not be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The client could not be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
}

/// A call that brought no answer to use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// **May have happened**: the request left, its answer did not arrive or could not be read (time-out, reset, a 5xx,
    /// half a body). Recover by looking (`find_checkouts`, `find_refunds`) or by repeating with the same key.
    #[error("the provider's answer was lost ({0}); the call may have taken effect")]
    Unknown(String),
    /// Did not happen, or only read: nothing listens, the name does not resolve, a read met a 5xx.
    #[error("the provider is not available ({reason})")]
    Unavailable {
        /// What went wrong, without secrets.
        reason: String,
        /// How long the provider asked to wait.
        retry_after: Option<Duration>,
    },
    /// Did not happen: too many calls (429).
    #[error("the provider asks for fewer calls")]
    RateLimited {
        /// How long the provider asked to wait.
        retry_after: Option<Duration>,
    },
    /// Did not happen: the circuit is open and the call was not made.
    #[error("the provider has been failing; next try in {} s", retry_after.as_secs())]
    BreakerOpen {
        /// When a call will be let through again.
        retry_after: Duration,
    },
    /// The provider knows no such thing, or hides it from this account (404).
    #[error("the provider does not know it")]
    NotFound,
    /// The credentials are not accepted: park the account's work and tell an operator. A 403 on one resource may also
    /// mean that it belongs to another account.
    #[error("the provider refuses the credentials ({status})")]
    Unauthorized {
        /// 401 or 403.
        status: u16,
        /// The provider's words.
        message: String,
    },
    /// Certainly did not happen and a repeat would not help: safe to forget.
    #[error("the provider refused: {code} {message}")]
    Rejected {
        /// The provider's code (`cause[0].code` where there is one), or ours when the request was not even sent.
        code: String,
        /// The provider's words.
        message: String,
    },
    /// The provider has no such thing: [`Caps`](crate::Caps) said so, and the call should not have been tried.
    #[error("the provider has no such call")]
    NotSupported,
    /// A read answered with something that cannot be understood: retry, then look at it.
    #[error("the provider's answer makes no sense: {0}")]
    Malformed(String),
}

impl CallError {
    /// Whether the call may have taken effect.
    #[must_use]
    pub const fn may_have_happened(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Whether this speaks of the provider's health rather than of the request: what the circuit breaker counts.
    #[must_use]
    pub const fn is_outage(&self) -> bool {
        matches!(self, Self::Unknown(_) | Self::Unavailable { .. } | Self::RateLimited { .. })
    }

    /// Whether the same call may succeed later without anyone acting.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        self.is_outage() || matches!(self, Self::BreakerOpen { .. } | Self::Malformed(_))
    }

    /// The least time to wait before the next try, where one is known.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } | Self::RateLimited { retry_after } => *retry_after,
            Self::BreakerOpen { retry_after } => Some(*retry_after),
            _ => None,
        }
    }
}
