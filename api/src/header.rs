//! What requests say in their header fields, each parsed here and nowhere else. Tokens are `auth`'s
//! ([`auth::bearer`], [`auth::table_token`]), the cookie is read by `axum-extra`.
//!
//! No library parses `Accept` as the clients have it: `headers-accept` gives a file to whoever takes `text/*`, and
//! drops the whole field over one bad element. `headers` would save five lines for `If-None-Match` and bring two
//! crates.

use domain::ProblemCode;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use runtime::Problem;

/// The phone's own id across visits, where a client sends it.
pub(crate) const DEVICE: HeaderName = HeaderName::from_static("x-device-id");
/// The key of a command, by which its repeat is known (I7). The shipped clients send the first.
pub(crate) const IDEMPOTENCY_KEYS: [HeaderName; 2] =
    [HeaderName::from_static("x-idempotency-key"), HeaderName::from_static("idempotency-key")];

/// How a request wants to be handled (RFC 7240).
pub(crate) const PREFER: HeaderName = HeaderName::from_static("prefer");

/// Longer than any UUID or ULID with a prefix; a key is an index entry.
const MAX_KEY: usize = 255;
/// Longer than any id that a device makes.
const MAX_DEVICE: usize = 100;
/// What is kept of a browser's name, in characters.
const MAX_USER_AGENT: usize = 255;

fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The elements of a field that is a list, over all its lines (RFC 9110 §5.6.1).
fn list(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|element| !element.is_empty())
}

/// The media type of the body without its parameters, in lower case: empty where none is said, `?` where nobody can
/// read it.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let said = headers.get(header::CONTENT_TYPE).map_or("", |value| value.to_str().unwrap_or("?"));
    said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// How long the body is, in bytes, where it is said.
pub(crate) fn content_length(headers: &HeaderMap) -> Option<u64> {
    text(headers, header::CONTENT_LENGTH)?.parse().ok()
}

/// What the client runs in, cut to a length that can be kept.
pub(crate) fn user_agent(headers: &HeaderMap) -> Option<String> {
    text(headers, header::USER_AGENT).map(|text| text.chars().take(MAX_USER_AGENT).collect())
}

/// The device's id; one that no device makes counts as none.
pub(crate) fn device_id(headers: &HeaderMap) -> Option<String> {
    text(headers, DEVICE).filter(|id| (1..=MAX_DEVICE).contains(&id.len())).map(str::to_owned)
}

/// The key of a command.
///
/// # Errors
/// It is empty, too long, or no text.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = IDEMPOTENCY_KEYS.iter().find_map(|name| headers.get(name)) else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=MAX_KEY).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Problem::bad_request(
            ProblemCode::BadIdempotencyKey,
            format!("The idempotency key must be 1 to {MAX_KEY} ASCII characters"),
        )),
    }
}

/// Whether the client prefers to be refused where it sends what nobody reads: `Prefer: handling=strict`. Names and
/// values of preferences have no case here, and a value may be quoted (RFC 7240 §2).
pub(crate) fn is_strict(headers: &HeaderMap) -> bool {
    list(headers, PREFER).any(|preference| {
        let preference = preference.split(';').next().unwrap_or_default();
        preference.split_once('=').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("handling")
                && value.trim().trim_matches('"').eq_ignore_ascii_case("strict")
        })
    })
}

/// Whether the client has what is tagged so. `If-None-Match` compares weakly: a proxy that compressed the body may have
/// marked the tag `W/` (RFC 9110 §13.1.2).
pub(crate) fn has(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    list(headers, header::IF_NONE_MATCH).any(|tag| {
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || tag.as_bytes() == etag.as_bytes()
    })
}

/// Whether the client asks for `wanted` by name and does not prefer `usual`, which is what everybody else gets
/// (RFC 9110 §12.5.1).
pub(crate) fn prefers(headers: &HeaderMap, wanted: &str, usual: &str) -> bool {
    let weight_of =
        |kind: &str| list(headers, header::ACCEPT).filter_map(|range| weight(range, kind)).max().unwrap_or(0);
    let weight = weight_of(wanted);
    weight > 0 && weight >= weight_of(usual)
}

/// The weight of a media range in thousandths, if it is of that type.
fn weight(range: &str, wanted: &str) -> Option<u16> {
    let mut parts = range.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case(wanted) {
        return None;
    }
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some(quality.map_or(1000, thousandths))
}

/// `0.5` is 500; what is no weight counts as none.
fn thousandths(quality: &str) -> u16 {
    match quality.split_once('.').unwrap_or((quality, "")) {
        ("1", _) => 1000,
        ("0", digits) if digits.len() <= 3 => format!("{digits:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(lines: &[(HeaderName, &'static [u8])]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name.clone(), HeaderValue::from_bytes(value).expect("a value"));
        }
        headers
    }

    #[test]
    fn a_media_type_has_no_parameters() {
        let of = |value| media_type(&with(&[(header::CONTENT_TYPE, value)]));
        assert_eq!(of(b"Application/JSON; charset=utf-8"), "application/json");
        assert_eq!(of(b" text/csv ;header=present"), "text/csv");
        assert_eq!((of(b""), media_type(&HeaderMap::new())), (String::new(), String::new()));
        assert_eq!(of(b"text/\xe9"), "?");
    }

    #[test]
    fn a_length_is_a_number() {
        let of = |value| content_length(&with(&[(header::CONTENT_LENGTH, value)]));
        assert_eq!((of(b"0"), of(b"5242880")), (Some(0), Some(5_242_880)));
        assert_eq!((of(b"-1"), of(b"many"), content_length(&HeaderMap::new())), (None, None, None));
    }

    #[test]
    fn what_the_client_runs_in_is_cut() {
        let long: &'static [u8] = &[b'x'; 300];
        assert_eq!(user_agent(&with(&[(header::USER_AGENT, long)])).map(|text| text.len()), Some(MAX_USER_AGENT));
        assert_eq!(user_agent(&with(&[(header::USER_AGENT, b"\xff")])), None);
    }

    #[test]
    fn a_device_has_an_id_of_a_length_that_devices_make() {
        let of = |value| device_id(&with(&[(DEVICE, value)]));
        assert_eq!(of(b"3f2a").as_deref(), Some("3f2a"));
        assert_eq!((of(b""), of(&[b'x'; MAX_DEVICE + 1]), of(b"\xe9")), (None, None, None));
        assert!(of(&[b'x'; MAX_DEVICE]).is_some());
    }

    #[test]
    fn a_key_is_ascii_and_neither_empty_nor_long() {
        for name in IDEMPOTENCY_KEYS {
            let of = |value| idempotency_key(&with(&[(name.clone(), value)]));
            assert_eq!(of(b"k-1").unwrap().as_deref(), Some("k-1"));
            assert!(of(&[b'x'; MAX_KEY]).is_ok());
            for wrong in [b"".as_slice(), &[b'x'; MAX_KEY + 1], b"\xc3\xa9"] {
                assert_eq!(of(wrong).unwrap_err().code, ProblemCode::BadIdempotencyKey);
            }
        }
        assert_eq!(idempotency_key(&HeaderMap::new()).unwrap(), None);
        let both = with(&[(IDEMPOTENCY_KEYS[1].clone(), b"second"), (IDEMPOTENCY_KEYS[0].clone(), b"first")]);
        assert_eq!(idempotency_key(&both).unwrap().as_deref(), Some("first"));
    }

    #[test]
    fn strictness_is_a_preference_among_others() {
        let of = |value| is_strict(&with(&[(PREFER, value)]));
        assert!(of(b"handling=strict") && of(b"return=minimal, Handling = \"Strict\"; x=1"));
        assert!(!of(b"handling=lenient") && !of(b"strict") && !of(b"") && !of(b"x; handling=strict"));
        assert!(is_strict(&with(&[(PREFER, b"respond-async"), (PREFER, b"handling=strict")])));
    }

    #[test]
    fn any_tag_of_the_list_counts() {
        let tag = HeaderValue::from_static("\"abc\"");
        let held = |value| has(&with(&[(header::IF_NONE_MATCH, value)]), &tag);
        assert!(held(b"\"abc\"") && held(b"\"x\", \"abc\"") && held(b"W/\"abc\"") && held(b"*"));
        assert!(!held(b"\"ab\"") && !held(b"abc") && !held(b"") && !held(b"\"abcd\""));
        assert!(has(&with(&[(header::IF_NONE_MATCH, b"\"x\""), (header::IF_NONE_MATCH, b"\"abc\"")]), &tag));
        assert!(!has(&HeaderMap::new(), &tag));
    }

    #[test]
    fn the_wanted_type_is_asked_for_by_name_and_not_outweighed() {
        let csv = |headers: &HeaderMap| prefers(headers, "text/csv", "application/json");
        let of = |accept| csv(&with(&[(header::ACCEPT, accept)]));
        assert!(!csv(&HeaderMap::new()));
        for usual in [
            b"*/*".as_slice(),
            b"application/json",
            b"text/*",
            b"text/csv;q=0",
            b"text/csv;q=0.5, application/json",
            b"text/csv;q=x",
            b"text/csv;q=1x",
            b",",
        ] {
            assert!(!of(usual), "{}", String::from_utf8_lossy(usual));
        }
        for wanted in [
            b"text/csv".as_slice(),
            b"Text/CSV; q=0.8, */*;q=0.1",
            b"application/json;q=0.4, text/csv;q=0.41",
            b"text/csv;header=present;Q=0.5, no type at all",
        ] {
            assert!(of(wanted), "{}", String::from_utf8_lossy(wanted));
        }
        assert!(csv(&with(&[(header::ACCEPT, b"application/json;q=0.1"), (header::ACCEPT, b"text/csv;q=0.2")])));
    }
}
