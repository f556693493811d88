//! Incidents: what a person must look at. Nothing about money is dropped because the program did not expect it.

use crate::status::text_enum;

text_enum! {
    /// What happened.
    IncidentKind {
        /// Money came that no checkout of ours asked for.
        Orphan = "ORPHAN",
        /// Another amount was paid than asked.
        AmountDiffers = "AMOUNT_DIFFERS",
        /// In another currency: recorded, covers nothing.
        CurrencyDiffers = "CURRENCY_DIFFERS",
        /// To another account than ours: recorded, covers nothing.
        AccountDiffers = "ACCOUNT_DIFFERS",
        /// A status or detail this version does not know.
        UnknownStatus = "UNKNOWN_STATUS",
        /// The provider went where no legal step leads.
        IllegalMove = "ILLEGAL_MOVE",
        /// More was paid than owed.
        Overpaid = "OVERPAID",
        /// Paid after the party had left.
        LatePayment = "LATE_PAYMENT",
        /// The payer disputes it.
        Disputed = "DISPUTED",
        /// The card's issuer took it back.
        ChargedBack = "CHARGED_BACK",
        /// Money went back after the party had left: a loss, unless somebody asks for it.
        Reopened = "REOPENED",
        /// The provider would not give money back.
        RefundFailed = "REFUND_FAILED",
        /// The provider refuses the account's credentials.
        CredentialsBroken = "CREDENTIALS_BROKEN",
        /// Staff took or gave back cash while no drawer session was open; the next one books it.
        CashUnbooked = "CASH_UNBOOKED",
    }
}
