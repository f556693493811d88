//! What people are told of a provider: whole sentences, since its name does not fit into one of ours everywhere.

/// Sentences about a provider, for whoever waits for it.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// It does not answer, or not any more.
    pub silent: &'static str,
    /// Its answer did not arrive.
    pub lost: &'static str,
    /// Its answer is not there yet.
    pub missing: &'static str,
    /// It says no.
    pub refused: &'static str,
    /// It does not accept the account's credentials.
    pub account_refused: &'static str,
    /// It does not accept credentials that somebody typed in.
    pub token_refused: &'static str,
    /// The account counts in another currency than the bill.
    pub other_currency: &'static str,
    /// There is no account.
    pub no_account: &'static str,
}

impl Words {
    /// What is true of any provider.
    pub const NEUTRAL: Self = Self {
        silent: "The payment provider does not answer at the moment; paying at the table works",
        lost: "The payment provider's answer was lost; try again",
        missing: "The payment provider's answer is still missing; try again",
        refused: "The payment provider refused the request",
        account_refused: "The restaurant's payment account is not accepted at the moment",
        token_refused: "The payment provider does not accept these credentials",
        other_currency: "The restaurant's payment account counts in another currency",
        no_account: "This restaurant takes no payments from phones",
    };
}
