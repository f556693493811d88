//! The secrets that sign tokens.
//!
//! Production brings its own. Elsewhere missing ones are generated once and kept in the data directory, readable by
//! the owner only, so that a restart does not log everyone out and no default secret exists that anyone could know.
//! `comanda api` and `comanda ws-gateway` started together must agree: the file appears complete or not at all.
//!
//! The key that seals provider credentials lives in a file of its own: it is kept beside the SQLite database in
//! production too, and losing it costs more than a new login.

use rand::{TryRngCore, rngs::OsRng};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

/// Shortest secret production accepts, in characters.
const SHORTEST: usize = 32;
/// Bytes of a generated secret.
const GENERATED: usize = 32;
/// Where generated secrets are kept, in the data directory.
const FILE: &str = "secrets.json";
/// Where a generated key of the credentials is kept, in the data directory.
const KEY_FILE: &str = "credentials.key";
/// Where the code of the first visit is kept, in the data directory.
const CODE_FILE: &str = "setup-code";
/// Files of the data directory that only their owner may read.
pub(super) const FILES: [&str; 3] = [FILE, KEY_FILE, CODE_FILE];
/// What people leave in from examples.
const OBVIOUS: [&str; 8] = ["change-me", "changeme", "change_me", "secret", "password", "default", "example", "your-"];

/// The secrets in force.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Signs the tokens of staff.
    pub jwt: SecretString,
    /// Signs the tokens of tables.
    pub table_token: SecretString,
}

/// The file's content.
#[derive(Serialize, Deserialize)]
struct Kept {
    jwt_secret: String,
    table_token_secret: String,
}

impl Secrets {
    /// The secrets as given, the missing ones from the file in `directory`, which is made if need be.
    pub(super) fn complete(
        jwt: Option<SecretString>,
        table_token: Option<SecretString>,
        directory: &Path,
    ) -> io::Result<Self> {
        if let (Some(jwt), Some(table_token)) = (&jwt, &table_token) {
            return Ok(Self { jwt: jwt.clone(), table_token: table_token.clone() });
        }
        let kept = kept(directory)?;
        Ok(Self {
            jwt: jwt.unwrap_or_else(|| kept.jwt_secret.into()),
            table_token: table_token.unwrap_or_else(|| kept.table_token_secret.into()),
        })
    }
}

/// What is wrong with the secrets for production; empty when nothing is.
pub(super) fn refusals(jwt: Option<&SecretString>, table_token: Option<&SecretString>) -> Vec<String> {
    let mut problems: Vec<String> = [("JWT_SECRET", jwt), ("TABLE_TOKEN_SECRET", table_token)]
        .into_iter()
        .filter_map(|(name, secret)| {
            let what = weakness(secret.map(ExposeSecret::expose_secret))?;
            Some(sentence(name, what))
        })
        .collect();
    if let (Some(jwt), Some(table_token)) = (jwt, table_token)
        && jwt.expose_secret() == table_token.expose_secret()
    {
        problems.push("JWT_SECRET and TABLE_TOKEN_SECRET are the same: give each its own, so that a leak of one does not forge the other's tokens".into());
    }
    problems
}

/// What is wrong with one secret for production.
pub(super) fn refusal(name: &str, secret: &SecretString) -> Option<String> {
    weakness(Some(secret.expose_secret())).map(|what| sentence(name, what))
}

fn sentence(name: &str, what: &str) -> String {
    format!("{name} {what}: set it to the output of `openssl rand -hex 32`")
}

/// The key of the credentials as given, or else the one in `directory`, made if need be.
pub(super) fn credentials_key(given: Option<SecretString>, directory: &Path) -> io::Result<SecretString> {
    if let Some(given) = given {
        return Ok(given);
    }
    let path = directory.join(KEY_FILE);
    if !path.exists() {
        fs::create_dir_all(directory)?;
        create(directory, KEY_FILE, generate()?.as_bytes())?;
    }
    kept_key(&path)
}

/// The same where it is known; none where [`credentials_key`] would make one.
pub(super) fn known_credentials_key(given: Option<SecretString>, directory: &Path) -> io::Result<Option<SecretString>> {
    let path = directory.join(KEY_FILE);
    match given {
        Some(given) => Ok(Some(given)),
        None if path.exists() => kept_key(&path).map(Some),
        None => Ok(None),
    }
}

fn kept_key(path: &Path) -> io::Result<SecretString> {
    let key = fs::read_to_string(path)?;
    if key.trim().len() < SHORTEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{} is not whole", path.display())));
    }
    Ok(key.trim().into())
}

fn weakness(secret: Option<&str>) -> Option<&'static str> {
    let Some(secret) = secret else { return Some("is not set") };
    let lower = secret.to_lowercase();
    let distinct = secret.chars().collect::<std::collections::HashSet<_>>().len();
    if secret.chars().count() < SHORTEST {
        Some("is shorter than 32 characters")
    } else if distinct < 8 {
        Some("repeats a few characters")
    } else if OBVIOUS.iter().any(|obvious| lower.contains(obvious)) {
        Some("looks like a default")
    } else {
        None
    }
}

fn kept(directory: &Path) -> io::Result<Kept> {
    let path = directory.join(FILE);
    if !path.exists() {
        fs::create_dir_all(directory)?;
        let content = Kept { jwt_secret: generate()?, table_token_secret: generate()? };
        create(directory, FILE, &serde_json::to_vec_pretty(&content)?)?;
    }
    serde_json::from_slice(&fs::read(&path)?)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display())))
}

/// Writes a complete file under another name and links it to `name`, which fails when that exists: of two processes
/// one wins, and neither can read half a file.
fn create(directory: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let path = &directory.join(name);
    let draft = directory.join(format!(".{name}.{}", generate()?));
    let written = write_private(&draft, content).and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Some mounted file systems know no links; there two first starts at the same instant may meet half a file.
        Err(_) if !path.exists() => match write_private(path, content) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            result => result,
        },
        result => result,
    });
    let removed = fs::remove_file(&draft);
    written.and(removed)
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

fn generate() -> io::Result<String> {
    let mut bytes = [0; GENERATED];
    OsRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_secrets_survive_a_restart_and_are_private() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let first = Secrets::complete(None, None, &data).unwrap();
        let second = Secrets::complete(None, None, &data).unwrap();
        assert_eq!(first.jwt.expose_secret(), second.jwt.expose_secret());
        assert_eq!(first.table_token.expose_secret(), second.table_token.expose_secret());
        assert_ne!(first.jwt.expose_secret(), first.table_token.expose_secret());
        assert_eq!(first.jwt.expose_secret().len(), 64);
        assert_eq!(fs::read_dir(&data).unwrap().count(), 1, "a draft was left behind");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(data.join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn processes_that_start_together_agree() {
        for _ in 0..20 {
            let directory = tempfile::tempdir().unwrap();
            let barrier = std::sync::Barrier::new(8);
            let secrets: Vec<Secrets> = std::thread::scope(|scope| {
                let start = || {
                    barrier.wait();
                    Secrets::complete(None, None, directory.path()).unwrap()
                };
                let starts: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
                starts.into_iter().map(|started| started.join().unwrap()).collect()
            });
            for other in &secrets {
                assert_eq!(other.jwt.expose_secret(), secrets[0].jwt.expose_secret());
                assert_eq!(other.table_token.expose_secret(), secrets[0].table_token.expose_secret());
            }
        }
    }

    #[test]
    fn a_given_secret_wins_and_two_given_touch_no_disk() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let both = Secrets::complete(Some("a".into()), Some("b".into()), &data).unwrap();
        assert_eq!(both.jwt.expose_secret(), "a");
        assert!(!data.exists());
        let one = Secrets::complete(Some("a".into()), None, &data).unwrap();
        assert_eq!(one.jwt.expose_secret(), "a");
        assert_eq!(one.table_token.expose_secret().len(), 64);
    }

    #[test]
    fn a_broken_file_is_named() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE), "{").unwrap();
        let error = Secrets::complete(None, None, directory.path()).unwrap_err();
        assert!(error.to_string().contains(FILE), "{error}");
    }

    #[test]
    fn weak_secrets_are_refused_with_their_reason() {
        let good = hex::encode([7, 31, 99, 180, 212, 55, 61, 8, 7, 31, 99, 180, 212, 55, 61, 8]);
        assert_eq!(weakness(Some(&good)), None);
        assert_eq!(weakness(None), Some("is not set"));
        assert_eq!(weakness(Some("short")), Some("is shorter than 32 characters"));
        assert_eq!(weakness(Some(&"x".repeat(40))), Some("repeats a few characters"));
        assert_eq!(weakness(Some("please-change-me-before-production-0123")), Some("looks like a default"));
        let same = SecretString::from(good);
        assert!(refusals(Some(&same), Some(&same))[0].contains("the same"));
    }
}
