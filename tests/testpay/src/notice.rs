//! Notices: signed over their body and the second in which they were sent, which may not be long ago.

use crate::{SIGNATURE, SIGNED_AT, wire};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use provider::{Hint, HintKind, InvalidNotice, Notice, Proof, Verdict};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// So many seconds a signature holds.
const HOLDS: i64 = 300;

/// The signature of a body.
pub(crate) fn sign(secret: &SecretString, at: i64, body: &[u8]) -> [u8; 32] {
    match Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) {
        Ok(mac) => {
            mac.chain_update(at.to_string()).chain_update(b".").chain_update(body).finalize().into_bytes().into()
        }
        Err(_) => [0; 32],
    }
}

pub(crate) fn authenticate(secret: &SecretString, notice: &Notice<'_>, now: DateTime<Utc>) -> Verdict {
    let header = |name: &str| notice.headers.get(name).and_then(|value| value.to_str().ok());
    let Some(signature) = header(SIGNATURE) else { return Verdict::Unsigned };
    let (Some(at), Ok(signature)) = (header(SIGNED_AT).and_then(|at| at.parse::<i64>().ok()), hex::decode(signature))
    else {
        return Verdict::Invalid(InvalidNotice::Unreadable);
    };
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return Verdict::Invalid(InvalidNotice::NoSecret);
    };
    let signed = mac.chain_update(at.to_string()).chain_update(b".").chain_update(notice.raw_body);
    if signed.verify_slice(&signature).is_err() {
        return Verdict::Invalid(InvalidNotice::Mismatch);
    }
    if now.timestamp().abs_diff(at) > HOLDS.unsigned_abs() {
        return Verdict::Invalid(InvalidNotice::Expired);
    }
    Verdict::Verified(Proof(sign(secret, at, notice.raw_body)))
}

pub(crate) fn hints(notice: &Notice<'_>) -> Vec<Hint> {
    let said: Option<wire::Notice> = serde_json::from_slice(notice.raw_body).ok();
    said.map(|said| Hint { kind: HintKind::Payment, resource_id: said.payment, account: None }).into_iter().collect()
}
