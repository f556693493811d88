//! The manifest: what a backup holds, of which instant, and the digests that prove it.

use chrono::{DateTime, Utc};
use runtime::Settings;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use store::Rows;

/// The layout that this program writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 1;
/// Hexadecimal digits of a fingerprint: enough to tell two secrets apart, too few to try guesses against.
const FINGERPRINT: usize = 8;

/// The manifest of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// [`FORMAT`].
    pub(super) format: u32,
    /// The version of the program that wrote it.
    pub(super) program: String,
    /// The database's last migration.
    pub(super) schema: String,
    /// What was acknowledged before this instant is in the backup.
    pub(super) taken_at: DateTime<Utc>,
    /// Which database it is of.
    pub(super) database: Engine,
    /// Where its pictures are.
    pub(super) pictures: PicturePlace,
    /// The rows of each table.
    pub(super) rows: Rows,
    /// The first digits of the digest of each secret, by its variable. The values are in no backup.
    pub(super) secrets: BTreeMap<String, String>,
    /// Every other file of the archive, in its order.
    pub(super) files: Vec<Content>,
}

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Engine {
    /// The archive has the file itself.
    Sqlite,
    /// The archive has a dump in the custom format of `pg_dump`.
    Postgres,
}

impl Engine {
    /// The name of its file in the archive.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::Sqlite => "comanda.db",
            Self::Postgres => "comanda.dump",
        }
    }

    /// What people call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Where the pictures of a house are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PicturePlace {
    /// In the archive.
    Here,
    /// In a bucket, which has its own versions and copies.
    Bucket,
}

/// A file of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    /// Its path in the archive.
    pub(super) name: String,
    /// Its length.
    pub(super) bytes: u64,
    /// Its digest, in hexadecimal digits.
    pub(super) sha256: String,
}

/// The fingerprints of the secrets in force.
pub(super) fn fingerprints(settings: &Settings) -> BTreeMap<String, String> {
    let secrets = [
        ("JWT_SECRET", &settings.secrets.jwt),
        ("TABLE_TOKEN_SECRET", &settings.secrets.table_token),
        ("COMANDA_CREDENTIALS_KEY", &settings.payment.credentials_key),
    ];
    secrets.into_iter().map(|(name, secret)| (name.to_owned(), fingerprint(name, secret))).collect()
}

fn fingerprint(name: &str, secret: &SecretString) -> String {
    let mut digest = Sha256::new();
    digest.update(b"comanda fingerprint v1\0");
    digest.update(name.as_bytes());
    digest.update([0]);
    digest.update(secret.expose_secret().trim().as_bytes());
    hex::encode(digest.finalize())[..FINGERPRINT].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_secrets_apart_and_does_not_show_them() {
        let of = |name, secret: &str| fingerprint(name, &secret.into());
        assert_eq!(of("A", "one"), of("A", " one\n"));
        assert_ne!(of("A", "one"), of("A", "two"));
        assert_ne!(of("A", "one"), of("B", "one"));
        assert_eq!(of("A", "one").len(), FINGERPRINT);
    }
}
