//! Where a payment stands. The words are Mercado Pago's (contract/mercadopago.md §2); a payment that staff register is
//! APPROVED from the start.

use crate::status::text_enum;

text_enum! {
    /// Where a payment stands.
    PaymentStatus {
        /// Waiting for the payer: a cash ticket, a transfer.
        Pending = "PENDING",
        /// The provider reviews it.
        InProcess = "IN_PROCESS",
        /// Reserved on the card, not captured.
        Authorized = "AUTHORIZED",
        /// The money is ours, less what was given back.
        Approved = "APPROVED",
        /// The payer disputes it; the money is still counted.
        InMediation = "IN_MEDIATION",
        /// Refused; a second try is another payment.
        Rejected = "REJECTED",
        /// Expired, or called off before it was paid.
        Cancelled = "CANCELLED",
        /// Given back in full.
        Refunded = "REFUNDED",
        /// Taken back by the card's issuer.
        ChargedBack = "CHARGED_BACK",
        /// A word this version does not know: kept, counted as nothing, reported.
        Unknown = "UNKNOWN",
    }
}
