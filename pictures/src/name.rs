//! What a kept picture is called: the SHA-256 of its bytes and what they are. Nothing else parses, so a name can lead
//! to no other file, and two businesses with one picture learn nothing of each other.

use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Photographs.
    Jpeg,
    /// What is transparent somewhere.
    Png,
}

impl Format {
    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}

/// A picture's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    digest: [u8; 32],
    format: Format,
}

/// It is no name of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a picture")]
pub struct NotAName;

impl Name {
    /// What these bytes are called.
    #[must_use]
    pub fn of(bytes: &[u8], format: Format) -> Self {
        Self { digest: Sha256::digest(bytes).into(), format }
    }

    /// What the bytes under it are.
    #[must_use]
    pub const fn format(self) -> Format {
        self.format
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", hex::encode(self.digest), self.format.extension())
    }
}

impl FromStr for Name {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let (digest, extension) = text.split_once('.').ok_or(NotAName)?;
        let format = [Format::Jpeg, Format::Png].into_iter().find(|format| format.extension() == extension);
        // One name a picture: no capitals.
        if digest.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(NotAName);
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(digest, &mut bytes).map_err(|_| NotAName)?;
        Ok(Self { digest: bytes, format: format.ok_or(NotAName)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_and_nothing_else_is_one() {
        let name = Name::of(b"x", Format::Png);
        let text = name.to_string();
        assert_eq!((text.len(), text.parse()), (68, Ok(name)));
        let digest = "a".repeat(64);
        for wrong in [
            String::new(),
            digest.clone(),
            format!("{digest}.gif"),
            format!("{digest}.png.png"),
            format!("{}.png", "A".repeat(64)),
            format!("{}.png", "a".repeat(63)),
            format!("../{}.png", "a".repeat(61)),
            "../../etc/passwd".into(),
            "..".into(),
            format!("{digest}.png\0"),
        ] {
            assert_eq!(wrong.parse::<Name>(), Err(NotAName), "{wrong}");
        }
    }
}
