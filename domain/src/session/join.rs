//! Who may sit down at a table by phone: a setting of the branch.

use crate::status::text_enum;

text_enum! {
    /// How a phone joins a table (a field of the branch). Staff join by number and code whatever it says.
    JoinRule {
        /// By the table's number or code, which everybody can guess: what the shipped clients do.
        Open = "open",
        /// By the secret in the table's QR code only.
        QrSecret = "qr_secret",
    }
}

impl JoinRule {
    /// Whether a table's number or its own code lets a phone in.
    #[must_use]
    pub const fn admits_by_name(self) -> bool {
        match self {
            Self::Open => true,
            Self::QrSecret => false,
        }
    }

    /// Whether party and staff are told of everybody who joins. Where anybody joins they are not: the shipped clients
    /// know no such event, and their waiters would read the table again for each phone. There the lists say who is at
    /// the table.
    #[must_use]
    pub const fn tells_of_joins(self) -> bool {
        match self {
            Self::Open => false,
            Self::QrSecret => true,
        }
    }

    /// Whether a phone that joined after the check was asked for may ask for it, too. Where anybody joins, it may: the
    /// shipped client learns the check's number in no other way.
    #[must_use]
    pub const fn admits_late_requests(self) -> bool {
        match self {
            Self::Open => true,
            Self::QrSecret => false,
        }
    }
}
