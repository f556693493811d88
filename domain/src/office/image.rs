//! Where a picture is: an address of the public web, or nothing (design.md §7).
//!
//! The server never fetches it; phones do. An address inside somebody's network would make every guest's phone knock
//! there, so loopback, private, link-local and the clouds' metadata hosts are refused by what the host *is*, not by
//! what its text contains: `img10.example.com` is fine.

use crate::text::Refused;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Longest address (admin-kitchen.md §5.5).
const MAX: usize = 2048;
/// Where this server itself serves the pictures that were uploaded to it.
pub(super) const UPLOADED: &str = "/api/public/images/";
/// Names that only mean something inside a network.
const INSIDE: [&str; 5] = ["localhost", "local", "internal", "intranet", "lan"];

/// A picture's address, or none: an empty text says the same as null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Option<String>", into = "Option<String>")]
#[schema(value_type = Option<String>, max_length = 2048)]
pub struct ImageUrl(Option<String>);

impl TryFrom<Option<String>> for ImageUrl {
    type Error = Refused;
    fn try_from(text: Option<String>) -> Result<Self, Refused> {
        let text = text.unwrap_or_default();
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(None));
        }
        if text.len() > MAX {
            return Err(Refused::new(&format!("must have at most {MAX} characters")));
        }
        if !is_uploaded(text) {
            ensure_public(text)?;
        }
        Ok(Self(Some(text.to_owned())))
    }
}

impl From<ImageUrl> for Option<String> {
    fn from(image: ImageUrl) -> Self {
        image.0
    }
}

fn is_uploaded(text: &str) -> bool {
    text.strip_prefix(UPLOADED).is_some_and(|name| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
            && !name.contains("..")
    })
}

fn ensure_public(text: &str) -> Result<(), Refused> {
    let url = Url::parse(text).map_err(|_| Refused::new("must be the address of a picture, http:// or https://"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refused::new("must begin with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::new("must not carry a user name"));
    }
    let is_public = match url.host() {
        Some(Host::Domain(name)) => is_public_name(name),
        Some(Host::Ipv4(ip)) => is_public_v4(ip),
        Some(Host::Ipv6(ip)) => is_public_v6(ip),
        None => false,
    };
    if is_public { Ok(()) } else { Err(Refused::new("must be on a public host")) }
}

fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    // A name without a dot is one of the local network.
    let Some((_, last)) = name.rsplit_once('.') else { return false };
    !last.is_empty() && !INSIDE.contains(&last) && name.parse::<IpAddr>().is_err()
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (18..20).contains(&b);
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || shared
        || benchmark)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4() {
        return is_public_v4(v4);
    }
    let translated = ip.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
    !(ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_unique_local()
        || ip.is_unicast_link_local()
        || ip.is_multicast()
        || translated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(text: &str) -> bool {
        ImageUrl::try_from(Some(text.to_owned())).is_ok()
    }

    #[test]
    fn the_public_web_is_accepted() {
        for address in [
            "https://img10.example.com/a.png",
            "http://example.com:8080/x?y=1#z",
            "https://8.8.8.8/a.jpg",
            "https://[2606:4700::1111]/a",
            "https://localhost.example.com/a",
            "/api/public/images/0a1b2c.webp",
            "",
            "  ",
        ] {
            assert!(accepts(address), "{address}");
        }
        assert_eq!(Option::<String>::from(ImageUrl::try_from(Some(" ".into())).unwrap()), None);
    }

    #[test]
    fn whatever_is_inside_is_refused() {
        for address in [
            "javascript:alert(1)",
            "ftp://example.com/a",
            "data:image/png;base64,AA",
            "//example.com/a",
            "/etc/passwd",
            "/api/public/images/../secret",
            "http://localhost/a",
            "http://LOCALHOST:80/a",
            "http://printer/a",
            "http://nas.local/a",
            "http://metadata.google.internal/a",
            "http://127.0.0.1/a",
            "http://127.1/a",
            "http://2130706433/a",
            "http://0x7f.0.0.1/a",
            "http://0.0.0.0/a",
            "http://10.0.0.1/a",
            "http://172.20.0.1/a",
            "http://192.168.1.1/a",
            "http://169.254.169.254/latest",
            "http://100.64.0.1/a",
            "http://[::1]/a",
            "http://[fe80::1]/a",
            "http://[fd00::1]/a",
            "http://[::ffff:10.0.0.1]/a",
            "http://user:pass@example.com/a",
            "http:///a",
        ] {
            assert!(!accepts(address), "{address}");
        }
        assert!(!accepts(&format!("https://example.com/{}", "a".repeat(2048))));
    }
}
