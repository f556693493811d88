//! The digest that the database stores in place of a secret.

use sha2::{Digest, Sha256};

/// Computes the SHA-256 of `text` in lower-case hex.
///
/// It is for values that are random already (a refresh token's id), which need no salt and no slow hash. A row is
/// looked up *by* its digest, so the time of a comparison says nothing about the value. A stolen database holds nothing
/// that can be presented.
#[must_use]
pub fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_plain_sha256() {
        assert_eq!(super::digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
