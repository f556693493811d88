//! What a notification's signature is worth (payments.md §3).
//!
//! The signature covers the id in the query, the request's id and a time stamp, not the body. Documents, libraries and
//! live traffic disagree on details, so this reads liberally: parts in any order, `ts` taken as it stands, the id as it
//! stands and then in lower case, each secret in turn. Age is no reason to refuse: real retries may carry old stamps,
//! and a replay only makes us look again.

use super::notice::Parsed;
use crate::{InvalidNotice, Notice, Proof, Verdict};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// More `v1` values than a rotation could need; the rest is somebody keeping us busy.
const MOST_VALUES: usize = 8;

/// Judges the notice.
pub(super) fn authenticate(secrets: &[SecretString], notice: &Notice<'_>) -> Verdict {
    let Some(header) = notice.headers.get("x-signature") else { return Verdict::Unsigned };
    let parsed = Parsed::of(notice);
    // The older IPN sends a signature that nobody can check: as good as none.
    let fail = |why| if parsed.is_ipn() { Verdict::Unsigned } else { Verdict::Invalid(why) };
    let Some(signature) = Signature::read(header.as_bytes()) else { return fail(InvalidNotice::Unreadable) };
    if secrets.is_empty() {
        return fail(InvalidNotice::NoSecret);
    }
    let request_id = notice.headers.get("x-request-id").map_or(&b""[..], http::HeaderValue::as_bytes);
    let signed_id = parsed.data_id.as_deref().unwrap_or("");
    let mut ids = vec![signed_id.to_owned()];
    let lower = signed_id.to_lowercase();
    if lower != signed_id {
        ids.push(lower);
    }
    // On the way here a notice without an id of its own may have been given one: then what was signed has none.
    let mut manifests =
        ids.iter().flat_map(|id| [request_id, b""].map(|request_id| manifest(id.as_bytes(), request_id, signature.ts)));
    let held = manifests.find_map(|manifest| {
        let holds = |value: &&[u8; 32]| secrets.iter().any(|secret| matches(secret, &manifest, value));
        signature.values.iter().find(holds).copied()
    });
    let Some(held) = held else { return fail(InvalidNotice::Mismatch) };
    // Only the query's id is signed; a body that speaks of something else was put there by someone else.
    match (&parsed.data_id, &parsed.body.data_id) {
        (Some(signed), Some(body)) if !signed.eq_ignore_ascii_case(body) => {
            Verdict::Invalid(InvalidNotice::BodyDiffers)
        }
        _ => Verdict::Verified(Proof(held)),
    }
}

struct Signature<'a> {
    ts: &'a [u8],
    values: Vec<[u8; 32]>,
}

impl<'a> Signature<'a> {
    /// `ts=…,v1=…`, in any order, with blanks; values that are not 64 hex digits cannot match and are passed over.
    fn read(header: &'a [u8]) -> Option<Self> {
        let (mut ts, mut values, mut has_value) = (None, Vec::new(), false);
        for part in header.split(|byte| *byte == b',') {
            let Some(equals) = part.iter().position(|byte| *byte == b'=') else { continue };
            let (name, value) = (part[..equals].trim_ascii(), part[equals + 1..].trim_ascii());
            if name.eq_ignore_ascii_case(b"ts") {
                ts = ts.or(Some(value));
            } else if name.eq_ignore_ascii_case(b"v1") {
                has_value = true;
                values.extend(from_hex(value));
            }
        }
        values.truncate(MOST_VALUES);
        has_value.then(|| Self { ts: ts.unwrap_or_default(), values })
    }
}

fn from_hex(text: &[u8]) -> Option<[u8; 32]> {
    let (pairs, rest) = text.as_chunks::<2>();
    if pairs.len() != 32 || !rest.is_empty() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = [0; 32];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

/// `id:<id>;request-id:<request id>;ts:<ts>;`, without the pairs that have no value.
fn manifest(id: &[u8], request_id: &[u8], ts: &[u8]) -> Vec<u8> {
    let mut manifest = Vec::with_capacity(128);
    for (name, value) in [(&b"id:"[..], id), (b"request-id:", request_id), (b"ts:", ts)] {
        if !value.is_empty() {
            manifest.extend_from_slice(name);
            manifest.extend_from_slice(value);
            manifest.push(b';');
        }
    }
    manifest
}

/// Compares in constant time.
fn matches(secret: &SecretString, manifest: &[u8], value: &[u8; 32]) -> bool {
    Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .is_ok_and(|mac| mac.chain_update(manifest).verify_slice(value).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue};

    const FULL: &str = "730c7c717397ef094497d8e4eb68704bf057cde852905bf5d7ae179c53f830cb";
    const NO_ID: &str = "3da7f3cba5b63b28e9b48d0f037608ef5f7051e9af28b6882ea10ec7713ae44f";
    const NO_REQUEST_ID: &str = "5a5e765624b8e1f470345f2a032b9aa59ebf2ca6bdbe7e4cc1e290c84794104c";
    const QUERY: &str = "data.id=1234567890&type=payment";
    const BODY: &str = r#"{"type":"payment","data":{"id":"1234567890"}}"#;

    fn judge_with(secrets: &[&str], signature: &[u8], request_id: &str, query: &str, body: &str) -> Verdict {
        let mut headers = HeaderMap::new();
        headers.insert("x-signature", HeaderValue::from_bytes(signature).unwrap());
        if !request_id.is_empty() {
            headers.insert("x-request-id", request_id.parse().unwrap());
        }
        let secrets: Vec<SecretString> = secrets.iter().map(|secret| (*secret).into()).collect();
        authenticate(&secrets, &Notice { headers: &headers, raw_query: query, raw_body: body.as_bytes() })
    }

    fn judge(signature: &str) -> Verdict {
        judge_with(&["test-secret"], signature.as_bytes(), "req-abc-123", QUERY, BODY)
    }

    #[test]
    fn the_three_vectors_hold() {
        let sign = |v1: &str| format!("ts=1704908010,v1={v1}").into_bytes();
        assert!(judge_with(&["test-secret"], &sign(FULL), "req-abc-123", QUERY, BODY).is_verified());
        assert!(judge_with(&["test-secret"], &sign(NO_ID), "req-abc-123", "type=payment", "{}").is_verified());
        assert!(judge_with(&["test-secret"], &sign(NO_REQUEST_ID), "", QUERY, BODY).is_verified());
        let verdict = judge_with(&["test-secret"], &sign(NO_ID), "req-abc-123", QUERY, BODY);
        assert_eq!(verdict, Verdict::Invalid(InvalidNotice::Mismatch));
        // The id was given on the way here; the signature is of the notice as it left.
        assert!(judge_with(&["test-secret"], &sign(NO_REQUEST_ID), "req-abc-123", QUERY, BODY).is_verified());
    }

    #[test]
    fn it_is_read_as_liberally_as_it_is_written() {
        let other = "0".repeat(64);
        for header in [
            format!("v1={FULL},ts=1704908010"),
            format!(" ts = 1704908010 , v1 = {} ", FULL.to_uppercase()),
            format!("ts=1704908010,v1={other},v1={FULL}"),
            format!("ts=1704908010,v1=nonsense,v2=x,v1={FULL},"),
            format!("TS=1704908010,V1={FULL}"),
        ] {
            assert_eq!(judge(&header), judge(&format!("ts=1704908010,v1={FULL}")), "{header}: the same proof");
            assert!(judge(&header).is_verified());
        }
    }

    #[test]
    fn each_secret_is_tried_and_none_is_none() {
        let header = format!("ts=1704908010,v1={FULL}");
        let with = |secrets: &[&str]| judge_with(secrets, header.as_bytes(), "req-abc-123", QUERY, BODY);
        assert!(with(&["new-secret", "test-secret"]).is_verified());
        assert_eq!(with(&["new-secret"]), Verdict::Invalid(InvalidNotice::Mismatch));
        assert_eq!(with(&[]), Verdict::Invalid(InvalidNotice::NoSecret));
    }

    #[test]
    fn what_cannot_be_a_signature_is_refused() {
        for header in ["", "ts=1704908010", "v1", "garbage", &format!("v2={FULL}")] {
            assert_eq!(judge(header), Verdict::Invalid(InvalidNotice::Unreadable), "{header}");
        }
        let longer = format!("{FULL}00");
        for v1 in ["", &FULL[..62], &longer, "zz", &"é".repeat(32)] {
            let header = format!("ts=1704908010,v1={v1}");
            assert_eq!(judge(&header), Verdict::Invalid(InvalidNotice::Mismatch), "{header}");
        }
        let header = [&b"ts=1704908010,v1="[..], &[0xE9; 64]].concat();
        let verdict = judge_with(&["test-secret"], &header, "req-abc-123", QUERY, BODY);
        assert_eq!(verdict, Verdict::Invalid(InvalidNotice::Mismatch));
        assert_eq!(judge(&format!("ts=1704908011,v1={FULL}")), Verdict::Invalid(InvalidNotice::Mismatch));
    }

    #[test]
    fn no_header_is_unsigned_and_so_is_ipn() {
        let headers = HeaderMap::new();
        let notice = Notice { headers: &headers, raw_query: QUERY, raw_body: BODY.as_bytes() };
        assert_eq!(authenticate(&["test-secret".into()], &notice), Verdict::Unsigned);
        let header = format!("ts=1704908010,v1={FULL}");
        let query = "id=1234567890&topic=payment";
        assert_eq!(judge_with(&["test-secret"], header.as_bytes(), "req-abc-123", query, "{}"), Verdict::Unsigned);
    }

    #[test]
    fn a_body_about_something_else_is_refused() {
        let header = format!("ts=1704908010,v1={FULL}");
        let judge = |body| judge_with(&["test-secret"], header.as_bytes(), "req-abc-123", QUERY, body);
        assert_eq!(judge(r#"{"data":{"id":999}}"#), Verdict::Invalid(InvalidNotice::BodyDiffers));
        for same in [r#"{"data":{"id":1234567890}}"#, "", "not json", r#"{"data":null}"#] {
            assert!(judge(same).is_verified(), "{same}");
        }
    }

    #[test]
    fn the_id_is_tried_as_it_stands_and_in_lower_case() {
        for signed in ["PAYabc", "payabc"] {
            let mut mac = Hmac::<Sha256>::new_from_slice(b"s").unwrap();
            mac.update(&manifest(signed.as_bytes(), b"r", b"1"));
            let header = format!("ts=1,v1={}", hex::encode(mac.finalize().into_bytes()));
            let verdict = judge_with(&["s"], header.as_bytes(), "r", "data.id=PAYabc&type=payment", "");
            assert!(verdict.is_verified(), "{signed}");
        }
    }
}
