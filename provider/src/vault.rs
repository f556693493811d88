//! Credentials at rest. What the database holds is sealed with a key the database does not have, and bound to the
//! tenant and account it belongs to: a row copied to another tenant does not open.
//!
//! What is sealed is a JSON object: the provider's own fields, and the seller's number. The secrets of second factors
//! are sealed under the same key, as the text that they are.

use crate::Credentials;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use domain::{TenantId, UserId};
use rand::{TryRngCore, rngs::OsRng};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::fmt;

/// Names the algorithm and the layout; another one gets another prefix.
const VERSION: &str = "v1.";
/// Bytes of a nonce; long enough to be drawn at random for ever.
const NONCE: usize = 24;

/// Why something could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The machine gave no randomness.
    #[error("no randomness for a nonce")]
    Randomness,
    /// Written by another version, or no sealed text at all.
    #[error("not a sealed text this version knows")]
    Format,
    /// Another key, another tenant or account, or a changed text.
    #[error("the sealed text does not open with this key for this account")]
    Refused,
}

/// Seals and opens credentials.
#[derive(Clone)]
pub struct Vault(XChaCha20Poly1305);

/// Under which name the seller's number lies among what is sealed.
const SELLER: &str = "collector_id";

impl Vault {
    /// A vault under `COMANDA_CREDENTIALS_KEY`. The setting is a text of any length from 32 on; its hash is the key.
    #[must_use]
    pub fn new(key: &SecretString) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"comanda credentials v1\0");
        hash.update(key.expose_secret().trim().as_bytes());
        Self(XChaCha20Poly1305::new(&hash.finalize()))
    }

    /// The sealed text of `credentials`, which opens for this tenant and account only.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn seal(&self, tenant: TenantId, account: &str, credentials: &Credentials) -> Result<String, VaultError> {
        let mut content = credentials.object();
        content.insert(SELLER.to_owned(), credentials.seller.clone().into());
        let content = serde_json::to_vec(&content).map_err(|_| VaultError::Format)?;
        self.encrypt(&owner(tenant, account), &content)
    }

    /// The credentials in `sealed`, with `account` as their name.
    ///
    /// # Errors
    /// When the text is not one of ours, or not for this key, tenant and account.
    pub fn open(&self, tenant: TenantId, account: &str, sealed: &str) -> Result<Credentials, VaultError> {
        let content = self.decrypt(&owner(tenant, account), sealed)?;
        let mut content: Map<String, Value> = serde_json::from_slice(&content).map_err(|_| VaultError::Format)?;
        let seller = content.remove(SELLER).and_then(|seller| seller.as_str().map(str::to_owned));
        Ok(Credentials::of_object(content).named(account).sold_by(seller))
    }

    /// The sealed form of the secret of a person's second factor, which opens for this person only.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn seal_second_factor(&self, tenant: TenantId, user: UserId, secret: &str) -> Result<String, VaultError> {
        self.encrypt(&owner(tenant, &person(user)), secret.as_bytes())
    }

    /// The secret of a person's second factor.
    ///
    /// # Errors
    /// When the text is not one of ours, or not for this key and person.
    pub fn open_second_factor(&self, tenant: TenantId, user: UserId, sealed: &str) -> Result<String, VaultError> {
        let secret = self.decrypt(&owner(tenant, &person(user)), sealed)?;
        String::from_utf8(secret).map_err(|_| VaultError::Format)
    }

    /// Whether a text was sealed; what older versions wrote down of a second factor was not.
    #[must_use]
    pub fn is_sealed(text: &str) -> bool {
        text.starts_with(VERSION)
    }

    fn encrypt(&self, owner: &[u8], content: &[u8]) -> Result<String, VaultError> {
        let mut nonce = [0; NONCE];
        OsRng.try_fill_bytes(&mut nonce).map_err(|_| VaultError::Randomness)?;
        let payload = Payload { msg: content, aad: owner };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Refused)?;
        Ok(format!("{VERSION}{}", URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())))
    }

    fn decrypt(&self, owner: &[u8], sealed: &str) -> Result<Vec<u8>, VaultError> {
        let text = sealed.trim().strip_prefix(VERSION).ok_or(VaultError::Format)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| VaultError::Format)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or(VaultError::Format)?;
        let payload = Payload { msg: sealed, aad: owner };
        self.0.decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::Refused)
    }
}

/// What a person is called among the accounts, whose names are numbers.
fn person(user: UserId) -> String {
    format!("second factor of {user}")
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

/// Fixed-width tenant first, so that no tenant and account spell another pair.
fn owner(tenant: TenantId, account: &str) -> Vec<u8> {
    [&tenant.get().to_be_bytes()[..], account.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn credentials() -> Credentials {
        let content = json!({
            "access_token": "APP_USR-token", "webhook_secrets": ["old", "new"], "refresh_token": "TG-refresh",
            "client_id": "4242", "client_secret": "client-hush",
        });
        Credentials::of(&content).unwrap().named("7").sold_by(Some("900100200".into()))
    }

    fn vault(key: &str) -> Vault {
        Vault::new(&key.into())
    }

    fn tenant(id: i64) -> TenantId {
        serde_json::from_value(id.into()).unwrap()
    }

    const KEY: &str = "5f0c2d9be1a84763b2c8e5d71f09a634";

    #[test]
    fn what_was_sealed_opens() {
        let vault = vault(KEY);
        let sealed = vault.seal(tenant(3), "7", &credentials()).unwrap();
        let opened = vault.open(tenant(3), "7", &sealed).unwrap();
        assert_eq!(opened.object(), credentials().object());
        assert_eq!((opened.account.as_str(), opened.seller.as_deref()), ("7", Some("900100200")));
        assert_ne!(sealed, vault.seal(tenant(3), "7", &credentials()).unwrap(), "the nonce is drawn anew");
        assert!(!sealed.contains("APP_USR"));
    }

    #[test]
    fn a_second_factor_opens_for_its_person_only() {
        let (vault, person) = (vault(KEY), |id: i64| serde_json::from_value::<UserId>(id.into()).unwrap());
        let sealed = vault.seal_second_factor(tenant(3), person(7), "JBSWY3DPEHPK3PXP").unwrap();
        assert!(Vault::is_sealed(&sealed) && !sealed.contains("JBSWY3DP") && !Vault::is_sealed("JBSWY3DPEHPK3PXP"));
        assert_eq!(vault.open_second_factor(tenant(3), person(7), &sealed).unwrap(), "JBSWY3DPEHPK3PXP");
        assert_eq!(vault.open_second_factor(tenant(3), person(8), &sealed), Err(VaultError::Refused));
        assert_eq!(vault.open_second_factor(tenant(4), person(7), &sealed), Err(VaultError::Refused));
        assert_eq!(vault.open(tenant(3), "7", &sealed).unwrap_err(), VaultError::Refused);
    }

    #[test]
    fn another_tenant_account_or_key_is_refused() {
        let sealed = vault(KEY).seal(tenant(3), "7", &credentials()).unwrap();
        let refused = [
            vault(KEY).open(tenant(4), "7", &sealed),
            vault(KEY).open(tenant(3), "8", &sealed),
            vault("another-key-another-key-another-key").open(tenant(3), "7", &sealed),
        ];
        for result in refused {
            assert_eq!(result.unwrap_err(), VaultError::Refused);
        }
    }

    #[test]
    fn a_changed_text_is_refused_whatever_was_changed() {
        let vault = vault(KEY);
        let sealed = vault.seal(tenant(3), "7", &credentials()).unwrap();
        for place in (VERSION.len()..sealed.len() - 1).step_by(7) {
            let mut bytes = sealed.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(vault.open(tenant(3), "7", &changed).unwrap_err(), VaultError::Refused, "byte {place}");
        }
        for wrong in ["", "v1.", "v1.AAAA", "v2.AAAA", "{}", "v1.***"] {
            assert_eq!(vault.open(tenant(3), "7", wrong).unwrap_err(), VaultError::Format, "{wrong}");
        }
    }

    #[test]
    fn nothing_prints_a_secret() {
        let printed = format!("{:?} {:?}", credentials(), vault(KEY));
        for secret in ["APP_USR", "hush", "TG-", "\"old\"", KEY] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}
