//! Why the fake refuses what a test asks of it.

use crate::status::Status;

/// A refusal of the fake itself; what clients of its API are told is an HTTP answer instead.
#[derive(Debug, thiserror::Error)]
pub enum FakeError {
    /// The address cannot be listened on.
    #[error("cannot listen: {0}")]
    Listen(#[from] std::io::Error),
    /// No such seller.
    #[error("no seller {0}")]
    UnknownSeller(u64),
    /// No such preference.
    #[error("no preference {0}")]
    UnknownPreference(String),
    /// No such payment.
    #[error("no payment {0}")]
    UnknownPayment(u64),
    /// No such refund, or it is settled.
    #[error("no open refund {0}")]
    UnknownRefund(u64),
    /// The preference takes no payment now: expired, or not begun.
    #[error("preference {0} is not open")]
    PreferenceClosed(String),
    /// The preference excludes this outcome: `binary_mode`, or cash excluded.
    #[error("preference {0} does not allow this outcome")]
    OutcomeExcluded(String),
    /// The payment's state does not allow the move.
    #[error("payment {payment} is {} ({detail}): illegal move", status.as_str())]
    IllegalMove {
        /// The payment.
        payment: u64,
        /// Its status.
        status: Status,
        /// Its detail.
        detail: String,
    },
    /// The amount is not positive or more than there is.
    #[error("the amount is not between 1 and {0}")]
    Amount(i64),
    /// There is no address to send the notification to.
    #[error("no notification address for payment {0}")]
    NoAddress(u64),
}

impl FakeError {
    /// The HTTP status the control plane gives it.
    pub(crate) const fn http_status(&self) -> u16 {
        match self {
            Self::UnknownSeller(_) | Self::UnknownPreference(_) | Self::UnknownPayment(_) | Self::UnknownRefund(_) => {
                404
            }
            Self::Amount(_) => 400,
            Self::Listen(_)
            | Self::PreferenceClosed(_)
            | Self::OutcomeExcluded(_)
            | Self::IllegalMove { .. }
            | Self::NoAddress(_) => 409,
        }
    }
}
