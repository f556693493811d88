//! The wire format of the tokens, and everything that must not pass for one.

use super::*;
use crate::testing::{diner, keys, start, waiter};
use serde_json::json;

fn payload(token: &str) -> Value {
    jsonwebtoken::dangerous::insecure_decode_claims(token).unwrap()
}

/// The given claims under any algorithm, with the staff's secret.
fn forge(algorithm: Algorithm, claims: &Value) -> String {
    let key = EncodingKey::from_secret(b"staff-secret-of-thirty-two-characters");
    jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap()
}

/// The claims of a good access token with one of them replaced.
fn altered(claim: &str, value: Value) -> Value {
    let mut claims = payload(&keys().mint_access(&waiter().subject(), start()));
    claims[claim] = value;
    claims
}

#[test]
fn access_claims_are_the_contract() {
    let claims = payload(&keys().mint_access(&waiter().subject(), start()));
    let jti = claims["jti"].clone();
    assert!(jti.as_str().unwrap().parse::<Uuid>().is_ok());
    assert_eq!(
        claims,
        json!({
            "sub": "3", "tenant_id": 1, "branch_ids": [1], "roles": ["WAITER"], "email": "waiter@demo.com", "ver": 5,
            "jti": jti, "iss": "menu-ops", "aud": "menu-ops-users", "type": "access",
            "iat": 1_800_000_000, "exp": 1_800_000_900,
        })
    );
}

#[test]
fn table_claims_are_the_contract() {
    assert_eq!(
        payload(&keys().mint_table(&diner(), start())),
        json!({
            "tenant_id": 1, "branch_id": 10, "table_id": 20, "session_id": 40, "iss": "integrador:table",
            "aud": "integrador:diner", "type": "table", "iat": 1_800_000_000, "exp": 1_800_010_800,
        })
    );
}

#[test]
fn a_table_token_names_its_phone() {
    let on_phone = diner().on_phone(PhoneId(7));
    let token = keys().mint_table(&on_phone, start());
    assert_eq!(payload(&token)["phone_id"], 7);
    assert_eq!(keys().verify_table(&token, start()), Ok(on_phone));
}

#[test]
fn all_kinds_come_back_as_they_went_out() {
    let keys = keys();
    let access = keys.verify_access(&keys.mint_access(&waiter().subject(), start()), start()).unwrap();
    assert_eq!(access.subject(), &waiter().subject());
    assert_eq!(access.expires_at() - access.issued_at(), ACCESS_TTL);

    let jti = Uuid::new_v4();
    let refresh = keys.mint_refresh(UserId(3), TenantId(1), (jti, "family"), start());
    let refresh = keys.verify_refresh(&refresh, start()).unwrap();
    assert_eq!((refresh.user_id(), refresh.tenant_id(), refresh.jti()), (UserId(3), TenantId(1), jti));
    assert_eq!(refresh.expires_at().timestamp(), start().timestamp() + 7 * 86_400);

    assert_eq!(keys.verify_table(&keys.mint_table(&diner(), start()), start()), Ok(diner()));
}

#[test]
fn a_token_ends_at_exp_and_not_before() {
    let keys = keys();
    let table = keys.mint_table(&diner(), start());
    let access = keys.mint_access(&waiter().subject(), start());
    let last = TimeDelta::milliseconds(251);
    assert!(keys.verify_table(&table, start() + TABLE_TTL - last).is_ok());
    assert!(keys.verify_access(&access, start() + ACCESS_TTL - last).is_ok());
    let exp = DateTime::from_timestamp(1_800_000_900, 0).unwrap();
    assert_eq!(keys.verify_access(&access, exp).unwrap_err(), TokenError::Expired);
    assert_eq!(keys.verify_table(&table, start() + TABLE_TTL).unwrap_err(), TokenError::Expired);
}

#[test]
fn a_forged_signature_is_refused() {
    let keys = keys();
    let other = TokenKeys::new("another-secret".into(), "one-more-secret".into());
    let token = other.mint_access(&waiter().subject(), start());
    assert_eq!(keys.verify_access(&token, start()).unwrap_err(), TokenError::Signature);

    let good = keys.mint_access(&waiter().subject(), start());
    let richer = forge(Algorithm::HS256, &altered("sub", json!("4")));
    let (head, signature) = good.rsplit_once('.').unwrap();
    let (message, _) = richer.rsplit_once('.').unwrap();
    let swapped = format!("{message}.{signature}");
    assert_eq!(keys.verify_access(&swapped, start()).unwrap_err(), TokenError::Signature);
    assert_eq!(keys.verify_access(&format!("{head}."), start()).unwrap_err(), TokenError::Signature);
}

#[test]
fn no_other_algorithm_is_accepted() {
    let keys = keys();
    let claims = altered("sub", json!("3"));
    assert!(keys.verify_access(&forge(Algorithm::HS256, &claims), start()).is_ok());
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        assert_eq!(keys.verify_access(&forge(algorithm, &claims), start()).unwrap_err(), TokenError::Algorithm);
    }

    let good = keys.mint_access(&waiter().subject(), start());
    let parts: Vec<_> = good.split('.').collect();
    // {"alg":"none","typ":"JWT"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    for token in [format!("{none}.{}.", parts[1]), format!("{none}.{}.{}", parts[1], parts[2])] {
        assert!(keys.verify_access(&token, start()).is_err(), "{token}");
    }
}

#[test]
fn issuer_audience_and_kind_are_exact() {
    let keys = keys();
    let wrong = [
        ("aud", json!("integrador:diner"), TokenError::Kind),
        ("aud", json!(["menu-ops-users", "menu-ops"]), TokenError::Malformed),
        ("aud", Value::Null, TokenError::Malformed),
        ("iss", json!("menu-ops-2"), TokenError::Kind),
        ("type", json!("refresh"), TokenError::Kind),
        ("type", Value::Null, TokenError::Malformed),
        ("sub", json!(3), TokenError::Malformed),
        ("sub", json!("three"), TokenError::Malformed),
        ("tenant_id", json!("1"), TokenError::Malformed),
        ("ver", Value::Null, TokenError::Malformed),
        ("exp", json!("1800000900"), TokenError::Malformed),
    ];
    for (claim, value, error) in wrong {
        let token = forge(Algorithm::HS256, &altered(claim, value.clone()));
        assert_eq!(keys.verify_access(&token, start()).unwrap_err(), error, "{claim}: {value}");
    }
}

#[test]
fn one_kind_does_not_pass_for_another_even_under_one_secret() {
    let alike = TokenKeys::new("the-same".into(), "the-same".into());
    for (keys, table_error) in [(keys(), TokenError::Signature), (alike, TokenError::Kind)] {
        let access = keys.mint_access(&waiter().subject(), start());
        let refresh = keys.mint_refresh(UserId(3), TenantId(1), (Uuid::nil(), "family"), start());
        let table = keys.mint_table(&diner(), start());
        assert_eq!(keys.verify_access(&refresh, start()).unwrap_err(), TokenError::Kind);
        assert_eq!(keys.verify_refresh(&access, start()).unwrap_err(), TokenError::Kind);
        assert_eq!(keys.verify_access(&table, start()).unwrap_err(), table_error);
        assert_eq!(keys.verify_refresh(&table, start()).unwrap_err(), table_error);
        assert_eq!(keys.verify_table(&access, start()).unwrap_err(), table_error);
    }
}

#[test]
fn what_is_no_token_is_malformed() {
    for text in ["", "x", "..", "a.b.c", "1:10:20:40:1800010800:0123456789abcdef0123456789abcdef"] {
        assert_eq!(keys().verify_table(text, start()).unwrap_err(), TokenError::Malformed, "{text}");
    }
}

#[test]
fn the_browser_can_read_every_payload() {
    let mut subject = waiter().subject();
    for email in [
        "a>b?c~d@demo.com",
        "~~a??@demo.com",
        "x~~?>>@demo.com",
        "\u{7f}\u{7f}\u{7f}@demo.com",
        "josé.ñandú@demo.com",
        "😀@demo.com",
    ] {
        subject.email = email.into();
        let token = keys().mint_access(&subject, start());
        let part = token.split('.').nth(1).unwrap();
        assert!(!part.contains(['-', '_']), "{email}");
        assert_eq!(keys().verify_access(&token, start()).unwrap().subject().email, email);
    }
    let table = keys().mint_table(&diner(), start());
    assert!(!table.split('.').nth(1).unwrap().contains(['-', '_']));
}

#[test]
fn keys_do_not_print_themselves() {
    let shown = format!("{:?}", keys());
    let bytes = format!("{:?}", b"staff-secret");
    assert!(!shown.contains("secret-of-thirty") && !shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
}

/// A till is everybody's who works at it.
#[test]
fn a_device_knows_all_who_signed_in_on_it() {
    let keys = keys();
    let people = [("ana@demo.com", "hash-a"), ("eva@demo.com", "hash-e"), ("leo@demo.com", "hash-l")];
    let mut device: Option<KnownDevice> = None;
    for (email, hash) in people {
        let mark = keys.mint_device(device.as_ref(), email, hash, start());
        let known = keys.known_device(&mark, start()).unwrap();
        assert!(device.is_none_or(|before| before.id() == known.id()), "it stays the same device");
        device = Some(known);
    }
    let device = device.unwrap();
    for (email, hash) in people {
        assert!(device.names(email) && device.knows(email, hash), "{email}");
        assert!(!device.knows(email, "another"), "a mark ends with the password");
    }
    assert!(!device.names("zoe@demo.com") && !device.knows("zoe@demo.com", "hash-a"));
    // Whoever signs in with another password is known with that one alone.
    let mark = keys.mint_device(Some(&device), "ana@demo.com", "new", start());
    let renewed = keys.known_device(&mark, start()).unwrap();
    assert!(renewed.knows("ana@demo.com", "new") && !renewed.knows("ana@demo.com", "hash-a"));
    assert!(renewed.knows("leo@demo.com", "hash-l"));
    // A cookie holds 4 KiB: who was there longest ago is forgotten.
    let mut device = renewed;
    for number in 0..100 {
        let mark = keys.mint_device(Some(&device), &format!("p{number}@demo.com"), "hash", start());
        assert!(mark.len() < 3_900, "{}", mark.len());
        device = keys.known_device(&mark, start()).unwrap();
    }
    assert!(device.knows("p99@demo.com", "hash") && !device.names("leo@demo.com"));
    assert_eq!(keys.known_device("a.b.c", start()), None);
    assert_eq!(keys.known_device(&mark, start() + DEVICE_TTL), None);
}

/// What an older process put into a browser is known on.
#[test]
fn a_mark_of_one_account_is_read_on() {
    let claims = json!({
        "jti": Uuid::nil(), "sub": digest("ana@demo.com"), "password": digest("hash-a"), "iss": "menu-ops",
        "aud": "menu-ops-devices", "type": "device", "iat": 1_800_000_000, "exp": 1_900_000_000,
    });
    let device = keys().known_device(&forge(Algorithm::HS256, &claims), start()).unwrap();
    assert!(device.knows("ana@demo.com", "hash-a") && !device.knows("ana@demo.com", "other"));
}

#[test]
fn a_refresh_token_names_its_login() {
    let jti = Uuid::new_v4();
    let claims = |token: &str| keys().verify_refresh(token, start()).unwrap();
    assert_eq!(claims(&keys().mint_refresh(UserId(3), TenantId(1), (jti, "login-7"), start())).family(), "login-7");
    let older = json!({
        "sub": "3", "tenant_id": 1, "jti": jti, "iss": "menu-ops", "aud": "menu-ops-users", "type": "refresh",
        "iat": 1_800_000_000, "exp": 1_900_000_000,
    });
    assert_eq!(claims(&forge(Algorithm::HS256, &older)).family(), jti.to_string(), "each stands for itself");
}
