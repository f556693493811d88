//! How money is tendered, and the change of a cash payment.

use crate::{Cents, status::text_enum, tips::MoneyMethod};

text_enum! {
    /// How a payment is tendered.
    Tender {
        /// Notes and coins.
        Cash = "CASH",
        /// The restaurant's own card terminal.
        CardPhysical = "CARD_PHYSICAL",
        /// A bank transfer that staff saw arrive.
        TransferExternal = "TRANSFER_EXTERNAL",
        /// A voucher, a house account.
        OtherManual = "OTHER_MANUAL",
        /// From a phone, through the provider.
        MercadoPago = "MERCADO_PAGO",
    }
}

impl Tender {
    /// Whether staff register it and vouch for it.
    #[must_use]
    pub const fn is_manual(self) -> bool {
        match self {
            Self::Cash | Self::CardPhysical | Self::TransferExternal | Self::OtherManual => true,
            Self::MercadoPago => false,
        }
    }

    /// What tips and the cash register call it.
    #[must_use]
    pub const fn method(self) -> MoneyMethod {
        match self {
            Self::Cash => MoneyMethod::Cash,
            Self::CardPhysical => MoneyMethod::Card,
            Self::TransferExternal => MoneyMethod::Transfer,
            Self::OtherManual => MoneyMethod::Other,
            Self::MercadoPago => MoneyMethod::MercadoPago,
        }
    }

    /// The one of two words that the shipped diner app knows (M16): whether a phone paid, or somebody at the table.
    #[must_use]
    pub const fn wire_provider(self) -> &'static str {
        if self.is_manual() { Self::Cash.as_str() } else { Self::MercadoPago.as_str() }
    }
}

/// Less was handed over than is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} cents are missing", missing.get())]
pub struct TooLittle {
    /// How much more it takes.
    pub missing: Cents,
}

/// The change for `received` when `due` is paid.
///
/// # Errors
/// It is not enough.
pub fn change(received: Cents, due: Cents) -> Result<Cents, TooLittle> {
    received.checked_sub(due).map_err(|_| TooLittle { missing: due.saturating_sub(received) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(n: i64) -> Cents {
        Cents::new(n).unwrap()
    }

    #[test]
    fn change_is_what_is_over() {
        assert_eq!(change(cents(2000), cents(1850)), Ok(cents(150)));
        assert_eq!(change(cents(1850), cents(1850)), Ok(Cents::ZERO));
        let refused = change(cents(1800), cents(1850)).unwrap_err();
        assert_eq!((refused.missing, refused.to_string()), (cents(50), "50 cents are missing".to_owned()));
    }

    #[test]
    fn the_diner_app_knows_two_words() {
        let words: Vec<_> = Tender::ALL.iter().map(|tender| tender.wire_provider()).collect();
        assert_eq!(words, ["CASH", "CASH", "CASH", "CASH", "MERCADO_PAGO"]);
    }
}
