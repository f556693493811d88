//! The seal of a backup: encrypted and authenticated piece by piece (STREAM over XChaCha20-Poly1305), so that a piece
//! that was changed, moved or left out does not open, and neither does an end that was cut off.
//!
//! The key is made of the operator's by Argon2id with a salt of the file's own. Head: mark, salt, nonce.

use super::archive;
use crate::console::Failure;
use aead_stream::{DecryptorBE32, EncryptorBE32, Nonce, StreamBE32, aead::Payload};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{Key, XChaCha20Poly1305};
use rand::{TryRngCore, rngs::OsRng};
use secrecy::{ExposeSecret, SecretString};
use std::{
    fs::File,
    io::{self, BufReader, Read, Write},
    path::Path,
};

/// What a sealed backup begins with.
const MARK: &[u8; 16] = b"comanda sealed 1";
/// Bytes of the salt.
const SALT: usize = 16;
/// Bytes of the nonce: those of the cipher, less the piece's number and the mark of the last one.
const NONCE: usize = 19;
/// Bytes of the head.
const HEAD: usize = MARK.len() + SALT + NONCE;
/// Bytes of a piece before it is sealed.
const PIECE: usize = 64 << 10;
/// Bytes that the seal adds to a piece.
const TAG: usize = 16;
/// Memory in KiB, passes and lanes of the key's making: half a second and 64 MiB, once a backup.
const COST: (u32, u32, u32) = (64 << 10, 3, 1);

/// What is said where a key does not fit.
const WRONG_KEY: &str = "the key does not open this backup, or its first piece was changed";
/// What is said of a later piece.
const CHANGED: &str = "the backup was changed or cut";

type Cipher = XChaCha20Poly1305;

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

fn key(secret: &SecretString, head: &[u8; HEAD]) -> io::Result<Key> {
    let (memory, passes, lanes) = COST;
    let mut key = [0; 32];
    let params = Params::new(memory, passes, lanes, Some(key.len())).map_err(io::Error::other)?;
    let salt = &head[MARK.len()..MARK.len() + SALT];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(secret.expose_secret().as_bytes(), salt, &mut key)
        .map_err(io::Error::other)?;
    Ok(Key::from(key))
}

fn nonce(head: &[u8; HEAD]) -> io::Result<Nonce<Cipher, StreamBE32<Cipher>>> {
    Nonce::<Cipher, StreamBE32<Cipher>>::try_from(&head[MARK.len() + SALT..]).map_err(|_| invalid(CHANGED))
}

/// Where a backup is written to, sealed or not.
pub(super) enum Out<W: Write> {
    /// As it is.
    Plain(W),
    /// Under a key.
    Sealed(Box<Sealer<W>>),
}

impl<W: Write> Out<W> {
    /// Writes to `to`, under the key `secret` where there is one.
    ///
    /// # Errors
    /// The machine gives no randomness, or `to` takes nothing.
    pub(super) fn new(to: W, secret: Option<&SecretString>) -> io::Result<Self> {
        Ok(match secret {
            None => Self::Plain(to),
            Some(secret) => Self::Sealed(Box::new(Sealer::new(to, secret)?)),
        })
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// There is no room.
    pub(super) fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(out) => Ok(out),
            Self::Sealed(sealer) => sealer.finish(),
        }
    }
}

impl<W: Write> Write for Out<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Sealed(sealer) => sealer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Sealed(sealer) => sealer.out.flush(),
        }
    }
}

/// Seals what is written to it.
pub(super) struct Sealer<W: Write> {
    out: W,
    head: [u8; HEAD],
    encryptor: EncryptorBE32<Cipher>,
    /// What is not sealed yet; never empty once something was written, for the last piece is sealed as such.
    piece: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    fn new(mut out: W, secret: &SecretString) -> io::Result<Self> {
        let mut head = [0; HEAD];
        head[..MARK.len()].copy_from_slice(MARK);
        OsRng.try_fill_bytes(&mut head[MARK.len()..]).map_err(io::Error::other)?;
        let encryptor = EncryptorBE32::new(&key(secret, &head)?, &nonce(&head)?);
        out.write_all(&head)?;
        Ok(Self { out, head, encryptor, piece: Vec::with_capacity(PIECE) })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() == PIECE {
            let payload = Payload { msg: &self.piece, aad: &self.head };
            let sealed =
                self.encryptor.encrypt_next(payload).map_err(|_| invalid("the backup is too long to be sealed"))?;
            self.out.write_all(&sealed)?;
            self.piece.clear();
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn finish(mut self) -> io::Result<W> {
        let payload = Payload { msg: &self.piece, aad: &self.head };
        let sealed = self.encryptor.encrypt_last(payload).map_err(|_| invalid("the backup cannot be sealed"))?;
        self.out.write_all(&sealed)?;
        Ok(self.out)
    }
}

/// Opens what was sealed, as it is read.
struct Opener<R: Read> {
    input: R,
    head: [u8; HEAD],
    /// None after the last piece.
    decryptor: Option<DecryptorBE32<Cipher>>,
    /// The next piece, still sealed: whether it is the last is known when nothing follows.
    ahead: Vec<u8>,
    piece: Vec<u8>,
    read: usize,
}

impl<R: Read> Opener<R> {
    /// `input` stands behind the mark.
    fn new(mut input: R, secret: &SecretString) -> io::Result<Self> {
        let mut head = [0; HEAD];
        head[..MARK.len()].copy_from_slice(MARK);
        input.read_exact(&mut head[MARK.len()..])?;
        let decryptor = DecryptorBE32::new(&key(secret, &head)?, &nonce(&head)?);
        let ahead = sealed_piece(&mut input)?;
        let mut opener = Self { input, head, decryptor: Some(decryptor), ahead, piece: Vec::new(), read: 0 };
        opener.open_next(WRONG_KEY)?;
        Ok(opener)
    }

    fn open_next(&mut self, wrong: &'static str) -> io::Result<()> {
        let Some(mut decryptor) = self.decryptor.take() else { return Ok(()) };
        let following = sealed_piece(&mut self.input)?;
        let sealed = std::mem::replace(&mut self.ahead, following);
        let payload = Payload { msg: &sealed, aad: &self.head };
        self.piece = if self.ahead.is_empty() {
            decryptor.decrypt_last(payload).map_err(|_| invalid(wrong))?
        } else {
            let piece = decryptor.decrypt_next(payload).map_err(|_| invalid(wrong))?;
            self.decryptor = Some(decryptor);
            piece
        };
        self.read = 0;
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.read == self.piece.len() && self.decryptor.is_some() {
            self.open_next(CHANGED)?;
        }
        let length = (&self.piece[self.read..]).read(into)?;
        self.read += length;
        Ok(length)
    }
}

fn sealed_piece(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(PIECE + TAG);
    input.take((PIECE + TAG) as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

/// Reads the backup at `path` to its end and proves it; unpacks it into `into` where there is one.
///
/// # Errors
/// It is not whole, was changed, or is sealed and the key is another or missing.
pub(super) fn read(
    path: &Path,
    secret: Option<&SecretString>,
    into: Option<&Path>,
) -> Result<super::manifest::Manifest, Failure> {
    let mut file = BufReader::new(File::open(path).map_err(|error| format!("{}: {error}", path.display()))?);
    let mut mark = [0; MARK.len()];
    let is_sealed = match file.read_exact(&mut mark) {
        Ok(()) => mark == *MARK,
        Err(_) => return Err(format!("{} is not a whole backup: it ends at once", path.display()).into()),
    };
    match (is_sealed, secret) {
        (false, _) => archive::read(mark.as_slice().chain(file), into),
        (true, Some(secret)) => archive::read(Opener::new(file, secret)?, into),
        (true, None) => Err("the backup is sealed: name its key with --key-file or --passphrase".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(bytes: &[u8]) -> Vec<u8> {
        let mut out = Out::new(Vec::new(), Some(&"a long enough key".into())).unwrap();
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn opened(sealed: &[u8], secret: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Opener::new(&sealed[MARK.len()..], &secret.into())?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn what_was_sealed_opens_whatever_its_length() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7] {
            let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            assert!(opened(&sealed(&bytes), "a long enough key").unwrap() == bytes, "{length}");
        }
    }

    #[test]
    fn another_key_is_told_at_once() {
        let error = opened(&sealed(b"a house"), "another key").unwrap_err();
        assert_eq!(error.to_string(), WRONG_KEY);
    }

    #[test]
    fn a_changed_turned_or_cut_file_does_not_open() {
        let bytes = vec![7; 3 * PIECE];
        let whole = sealed(&bytes);
        let one = PIECE + TAG;
        let mut changed = whole.clone();
        changed[HEAD + one + 5] ^= 1;
        let mut turned = whole.clone();
        turned[HEAD + one..HEAD + 3 * one].rotate_left(one);
        let cut = whole[..HEAD + 2 * one].to_vec();
        for (what, wrong) in [("changed", changed), ("turned", turned), ("cut", cut)] {
            assert_eq!(opened(&wrong, "a long enough key").unwrap_err().to_string(), CHANGED, "{what}");
        }
    }
}
