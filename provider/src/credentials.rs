//! What lets us act for a restaurant at its provider. Printing shows no secret.

use chrono::{DateTime, Utc};
use secrecy::SecretString;

/// The credentials of one provider account.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Our id of the account: names its circuit breaker and log lines; no secret.
    pub account: String,
    /// The seller's access token.
    pub access_token: SecretString,
    /// What signs its notifications; several while one is being replaced.
    pub webhook_secrets: Vec<SecretString>,
    /// Renews the access token (OAuth); none for a token pasted from the panel.
    pub refresh_token: Option<SecretString>,
    /// The integrator's application (OAuth).
    pub client_id: Option<String>,
    /// The integrator's application (OAuth).
    pub client_secret: Option<SecretString>,
    /// Who is paid, as the provider numbers accounts; payments of another are not ours.
    pub collector_id: Option<String>,
}

/// The pair that replaces the former one; both must be saved in the same commit, the old refresh token is dead.
#[derive(Debug, Clone)]
pub struct RotatedCredentials {
    /// The new access token.
    pub access_token: SecretString,
    /// The new refresh token; none when the provider kept it.
    pub refresh_token: Option<SecretString>,
    /// When the access token ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whose it is, as the provider numbers accounts.
    pub collector_id: Option<String>,
}

impl RotatedCredentials {
    /// `credentials` with the new pair in place.
    #[must_use]
    pub fn apply(&self, credentials: &Credentials) -> Credentials {
        Credentials {
            access_token: self.access_token.clone(),
            refresh_token: self.refresh_token.clone().or_else(|| credentials.refresh_token.clone()),
            collector_id: self.collector_id.clone().or_else(|| credentials.collector_id.clone()),
            ..credentials.clone()
        }
    }
}
