//! What lets us act for a restaurant at its provider. Printing shows no secret.
//!
//! What is in it only its provider reads: which secrets there are, and what they are called, differs from one to the
//! next.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::fmt;

/// The credentials of one provider account.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Our id of the account: names its circuit breaker and log lines; no secret.
    pub account: String,
    /// Who is paid, as the provider numbers accounts; payments of another are not ours.
    pub seller: Option<String>,
    /// A JSON object, as the provider's own type writes it.
    content: SecretString,
}

impl Credentials {
    /// Credentials that hold `content`, the provider's own type.
    ///
    /// # Errors
    /// It is no JSON object.
    pub fn of(content: &impl Serialize) -> Result<Self, Unfit> {
        let object: Map<String, Value> =
            serde_json::to_value(content).and_then(serde_json::from_value).map_err(|_| Unfit::UNREADABLE)?;
        Ok(Self::of_object(object))
    }

    pub(crate) fn of_object(object: Map<String, Value>) -> Self {
        Self { account: String::new(), seller: None, content: Value::Object(object).to_string().into() }
    }

    /// The same content under another name.
    #[must_use]
    pub fn named(self, account: impl Into<String>) -> Self {
        Self { account: account.into(), ..self }
    }

    /// The same content, of that seller.
    #[must_use]
    pub fn sold_by(self, seller: Option<String>) -> Self {
        Self { seller, ..self }
    }

    /// The content, as the provider's own type reads it.
    ///
    /// # Errors
    /// It is another provider's.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Unfit> {
        serde_json::from_str(self.content.expose_secret()).map_err(|_| Unfit::UNREADABLE)
    }

    /// Whether all that `wanted` says is in here already, whatever else is.
    #[must_use]
    pub fn include(&self, wanted: &Self) -> bool {
        let (here, wanted) = (self.object(), wanted.object());
        wanted.iter().all(|(name, value)| value.is_null() || here.get(name) == Some(value))
    }

    pub(crate) fn object(&self) -> Map<String, Value> {
        serde_json::from_str(self.content.expose_secret()).unwrap_or_default()
    }
}

/// What the office, or the environment, says of an account's secrets: fields as the provider calls them. Printing shows
/// their names.
#[derive(Clone, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Adds what is said.
    #[must_use]
    pub fn with(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is said, as the provider's own type reads it.
    ///
    /// # Errors
    /// A field is of another kind than it should.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Unfit> {
        serde_json::from_value(Value::Object(self.0.clone())).map_err(|_| Unfit::UNREADABLE)
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

/// Why fields make no credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unfit(pub &'static str);

impl Unfit {
    /// It is no content of this provider's.
    pub const UNREADABLE: Self = Self("credentials: are not those of this provider");
}

/// What fields made of an account's credentials.
#[derive(Debug, Clone)]
pub struct Merged {
    /// The whole.
    pub credentials: Credentials,
    /// Whether it is another grant, that the provider must accept first: a new token, not just a new webhook secret.
    pub is_new_grant: bool,
}

/// What may be shown of credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The end of what acts for the seller.
    pub token_last4: Option<String>,
    /// The end of each secret that signs notices.
    pub webhook_secrets_last4: Vec<String>,
    /// Whether the token can be renewed.
    pub is_renewable: bool,
}

/// Credentials that replace the former ones; they must be saved before anything else, the old refresh token is dead.
#[derive(Debug, Clone)]
pub struct Renewed {
    /// The new whole.
    pub credentials: Credentials,
    /// When its token ends.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The end of a secret; nothing of one so short that its end would give it away.
#[must_use]
pub fn last4(secret: &str) -> Option<String> {
    let characters: Vec<char> = secret.chars().collect();
    (characters.len() >= 12).then(|| characters[characters.len() - 4..].iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn of_a_secret_only_the_end_is_shown_and_of_a_short_one_nothing() {
        assert_eq!(last4("APP_USR-123456-abcd").as_deref(), Some("abcd"));
        assert_eq!(last4("short"), None);
        assert_eq!(last4("ñandúñandúñandú").as_deref(), Some("andú"));
    }

    #[test]
    fn credentials_include_what_is_the_same_and_no_more() {
        let of = |content| Credentials::of(&content).unwrap();
        let known = of(json!({"key": "a", "secrets": ["b"], "refresh": "c"}));
        assert!(known.include(&of(json!({"key": "a", "secrets": ["b"], "refresh": null}))));
        for other in [json!({"key": "x"}), json!({"secrets": []}), json!({"more": "m"})] {
            assert!(!known.include(&of(other.clone())), "{other}");
        }
        assert_eq!(Credentials::of(&"text").unwrap_err(), Unfit::UNREADABLE);
    }

    #[test]
    fn nothing_prints_a_secret() {
        let fields = Fields::default().with("key", Some("hush")).with("absent", None::<String>);
        let printed = format!("{fields:?} {:?}", Credentials::of(&json!({"key": "hush"})).unwrap());
        assert!(printed.contains("key") && !printed.contains("hush") && !printed.contains("absent"), "{printed}");
    }
}
