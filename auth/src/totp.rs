//! The second factor: RFC 6238 codes of six digits, every 30 seconds, over SHA-1.
//!
//! SHA-1 because several authenticator apps ignore the parameter and use it anyway. A code is good once: the caller
//! that accepts one stores its step, and no step up to it is accepted again, so that a code read over a shoulder is
//! worthless.

use chrono::{DateTime, Utc};
use std::fmt;
use totp_rs::{Builder, Secret};

/// How many seconds a code is shown.
const STEP_SECONDS: i64 = 30;

/// A user's shared secret: 160 random bits, shown and stored in base32.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Secret);

/// The error for a stored text that is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a base32 secret of at least 128 bits")]
pub struct InvalidSecret;

impl TotpSecret {
    /// Draws a new secret.
    #[expect(clippy::new_without_default, reason = "a secret is never a default")]
    #[must_use]
    pub fn new() -> Self {
        Self(Secret::generate())
    }

    /// Reads the secret from a base32 text.
    ///
    /// # Errors
    /// If it is not base32, or shorter than the RFC's 128 bits.
    pub fn from_base32(text: &str) -> Result<Self, InvalidSecret> {
        let secret = Secret::try_from_base32(text).map_err(|_| InvalidSecret)?;
        if secret.as_bytes().len() < 16 { Err(InvalidSecret) } else { Ok(Self(secret)) }
    }

    /// The text to store, and to show to its owner once.
    #[must_use]
    pub fn to_base32(&self) -> String {
        self.0.to_base32()
    }

    /// The URI in the QR code: the app shows `issuer` (the tenant's name) and `email`.
    ///
    /// A colon separates the two in the format, so it becomes a space within either. Empty if `email` is, which no
    /// user's is.
    #[must_use]
    pub fn otpauth_url(&self, issuer: &str, email: &str) -> String {
        let (issuer, email) = (issuer.replace(':', " "), email.replace(':', " "));
        let totp = Builder::new().with_secret(self.0.clone()).with_issuer(Some(issuer)).with_account_name(email);
        totp.build_noncompliant().to_url().unwrap_or_default()
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

/// Checks `code` and returns its step. The step may be the present one or a neighbour, for clocks that are a little
/// off, and must be later than `last_step`, the last that was accepted. The caller stores the step in the same
/// transaction.
///
/// Spaces are allowed, as apps show `123 456`.
#[must_use]
pub fn accept(code: &str, secret: &TotpSecret, now: DateTime<Utc>, last_step: Option<i64>) -> Option<i64> {
    let code: String = code.chars().filter(|character| !character.is_whitespace()).collect();
    let totp = Builder::new().with_secret(secret.0.clone()).with_skew(0).build().ok()?;
    let present = now.timestamp().div_euclid(STEP_SECONDS);
    // The library's own window would stop at a step that was used already. Its comparison takes constant time.
    (present - 1..=present + 1)
        .filter(|step| last_step.is_none_or(|last| *step > last))
        .find(|step| u64::try_from(step * STEP_SECONDS).is_ok_and(|instant| totp.check(&code, instant).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238's appendix B.
    fn secret() -> TotpSecret {
        TotpSecret::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // The RFC shows eight digits; six are the last six of them.
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(accept(code, &secret(), at(seconds), None), Some(seconds / 30));
        }
    }

    #[test]
    fn a_neighbouring_step_is_accepted_and_no_further_one() {
        let step = 1_111_111_109 / 30;
        for (offset, accepted) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            let result = accept("081 804", &secret(), at(1_111_111_109 + offset), None);
            assert_eq!(result, accepted.then_some(step), "{offset}");
        }
    }

    #[test]
    fn a_code_is_good_once() {
        let now = at(1_111_111_109);
        let step = accept("081804", &secret(), now, None).unwrap();
        assert_eq!(accept("081804", &secret(), now, Some(step)), None);
        assert_eq!(accept("081804", &secret(), now, Some(step + 1)), None, "nor after a later one");
        assert_eq!(accept("081804", &secret(), now, Some(step - 1)), Some(step));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for code in ["", "08180", "0818045", "+81804", "abcdef", "٠٨١٨٠٤", "081805"] {
            assert_eq!(accept(code, &secret(), at(1_111_111_109), None), None, "{code}");
        }
        assert_eq!(accept("287082", &secret(), at(-40), None), None, "before the epoch there are no codes");
    }

    #[test]
    fn the_url_names_tenant_and_user() {
        assert_eq!(
            secret().otpauth_url("Buen Sabor", "admin@demo.com"),
            "otpauth://totp/Buen%20Sabor:admin%40demo.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Buen%20Sabor"
        );
        assert!(secret().otpauth_url("Bar: Sur", "a:b@demo.com").starts_with("otpauth://totp/Bar%20%20Sur:a%20b"));
    }

    #[test]
    fn secrets_are_random_and_silent() {
        let secret = TotpSecret::new();
        assert_ne!(secret, TotpSecret::new());
        assert_eq!(TotpSecret::from_base32(&secret.to_base32()), Ok(secret.clone()));
        assert!(!format!("{secret:?}").contains(&secret.to_base32()));
        assert_eq!(TotpSecret::from_base32("MFRGG"), Err(InvalidSecret));
        assert_eq!(TotpSecret::from_base32("not base32!"), Err(InvalidSecret));
    }
}
