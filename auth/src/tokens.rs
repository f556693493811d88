//! Signs and verifies the tokens: access and refresh for staff, table for diners, the secret of an invitation's link,
//! and the mark of a device on which somebody of staff signed in before.
//!
//! The format is the clients' (realtime.md §6): JWT, HS256, no key id. Everything else is refused: another
//! algorithm, another issuer, audience or kind, a missing claim, and any instant at or after `exp`, without leeway,
//! since both ends of the check are our own clocks. Staff and table tokens have secrets of their own; audience and kind
//! would tell them apart even if both were configured with one secret.
//!
//! The older table token that the diner app still knows (`tenant:branch:table:session:exp:sig`) is not read: no server
//! of ours ever issued one, and its signature is cut to 128 bits.

use crate::{
    claims::{AccessClaims, AccessSubject, RefreshClaims},
    digest::digest,
    principal::Diner,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{BranchId, PhoneId, Role, SessionId, TableId, TenantId, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};
use std::fmt::Write;
use uuid::Uuid;

/// How long an access token is good.
pub const ACCESS_TTL: TimeDelta = TimeDelta::minutes(15);
/// How long a refresh token is good, used or not.
pub const REFRESH_TTL: TimeDelta = TimeDelta::days(7);
/// How long a table token is good. Scanning the code again gives a fresh one for the same session.
pub const TABLE_TTL: TimeDelta = TimeDelta::hours(3);
/// How long a device is remembered after the last sign-in on it.
pub const DEVICE_TTL: TimeDelta = TimeDelta::days(180);

/// How long an invitation is good: over a weekend.
pub const INVITATION_TTL: TimeDelta = TimeDelta::hours(72);

/// Why a token is refused. No variant carries the token or any part of it, so an error may be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a JWT, or its claims are not the ones of its kind.
    #[error("the token is malformed")]
    Malformed,
    /// Signed with another algorithm, or not at all.
    #[error("the token's algorithm is not accepted")]
    Algorithm,
    /// Signed with another key, or changed since.
    #[error("the token's signature is wrong")]
    Signature,
    /// Ours, but made for another purpose.
    #[error("the token is of another kind")]
    Kind,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
}

/// The properties that tell one kind of token from the others.
struct Kind {
    issuer: &'static str,
    audience: &'static str,
    name: &'static str,
    ttl: TimeDelta,
}

const ACCESS: Kind = Kind { issuer: "menu-ops", audience: "menu-ops-users", name: "access", ttl: ACCESS_TTL };
const REFRESH: Kind = Kind { issuer: "menu-ops", audience: "menu-ops-users", name: "refresh", ttl: REFRESH_TTL };
const DEVICE: Kind = Kind { issuer: "menu-ops", audience: "menu-ops-devices", name: "device", ttl: DEVICE_TTL };
const INVITATION: Kind =
    Kind { issuer: "menu-ops", audience: "menu-ops-invited", name: "invitation", ttl: INVITATION_TTL };
const TABLE: Kind = Kind { issuer: "integrador:table", audience: "integrador:diner", name: "table", ttl: TABLE_TTL };

/// The claims every token has. `aud` is one text: a token for several audiences is none of ours.
#[derive(Serialize, Deserialize)]
struct Common {
    iss: String,
    aud: String,
    #[serde(rename = "type")]
    kind: String,
    iat: i64,
    exp: i64,
}

/// The claims of a token that is being made.
#[derive(Serialize)]
struct Signed<'a, C> {
    #[serde(flatten)]
    own: &'a C,
    #[serde(flatten)]
    common: Common,
}

#[derive(Serialize, Deserialize)]
struct AccessWire {
    /// A text, although it is a number: the JWT standard wants it so, and the clients know it so.
    sub: String,
    tenant_id: TenantId,
    branch_ids: Vec<BranchId>,
    roles: Vec<Role>,
    email: String,
    ver: i64,
    jti: Uuid,
}

#[derive(Serialize, Deserialize)]
struct RefreshWire {
    sub: String,
    tenant_id: TenantId,
    jti: Uuid,
    /// Absent from the tokens of older processes, which ignore it in ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    family: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct InvitationWire {
    sub: String,
    ver: i64,
}

#[derive(Serialize, Deserialize)]
struct DeviceWire {
    jti: Uuid,
    /// Who signed in there, the last one first.
    #[serde(default)]
    accounts: Vec<KnownAccount>,
    /// The only account of a mark that an older process made: the digests of its login and of its password's hash.
    #[serde(default, skip_serializing)]
    sub: Option<String>,
    #[serde(default, skip_serializing)]
    password: Option<String>,
}

/// An account that signed in on a device, by [`short`] digests: the mark is kept for long, and lets nobody in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct KnownAccount(
    /// Of the login.
    String,
    /// Of the stored hash of the password, which is salted: the mark ends with the password.
    String,
);

/// Most accounts of one device: the mark has to fit into a cookie, 4 KiB.
const MOST_KNOWN: usize = 30;

/// 128 bits of a digest: enough to know again what was signed.
fn short(text: &str) -> String {
    shortened(&digest(text))
}

fn shortened(digest: &str) -> String {
    digest.chars().take(32).collect()
}

#[derive(Serialize, Deserialize)]
struct TableWire {
    tenant_id: TenantId,
    branch_id: BranchId,
    table_id: TableId,
    session_id: SessionId,
    /// Absent from the tokens of older processes, which told no phones apart and ignore it in ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone_id: Option<PhoneId>,
}

/// Whom an invitation is for, as its link says. Whether it still counts is the account's to say: whatever ends the
/// person's tokens ends it too, and so does its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The person.
    pub user_id: UserId,
    /// The version that their tokens had to name when they were invited.
    pub token_version: i64,
}

/// A device on which accounts signed in before, as its mark says: a till is everybody's who works at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDevice {
    id: Uuid,
    accounts: Vec<KnownAccount>,
}

impl KnownDevice {
    /// What tells this device from others; it stays the same whoever signs in there, and however often.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Whether `email` signed in there before, whatever the password was.
    #[must_use]
    pub fn names(&self, email: &str) -> bool {
        let login = short(email);
        self.accounts.iter().any(|account| account.0 == login)
    }

    /// Whether `email` signed in there with the password that it still has. `hash` is the stored one.
    #[must_use]
    pub fn knows(&self, email: &str, hash: &str) -> bool {
        self.accounts.contains(&KnownAccount(short(email), short(hash)))
    }
}

/// One secret, ready for use in both directions.
#[derive(Clone, Debug)]
struct Key {
    signing: EncodingKey,
    verifying: DecodingKey,
}

impl Key {
    fn new(secret: &SecretString) -> Self {
        let bytes = secret.expose_secret().as_bytes();
        Self { signing: EncodingKey::from_secret(bytes), verifying: DecodingKey::from_secret(bytes) }
    }
}

/// The keys of all tokens. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct TokenKeys {
    staff: Key,
    table: Key,
    validation: Validation,
}

impl TokenKeys {
    /// Takes the secret of the staff's tokens and that of the tables'. The code that reads the configuration checks
    /// that they are good enough for production.
    #[must_use]
    pub fn new(staff: SecretString, table: SecretString) -> Self {
        // Time, issuer and audience are checked by `verify`: the library would read the machine's clock, and takes
        // an absent `iss` or `aud` for a right one.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self { staff: Key::new(&staff), table: Key::new(&table), validation }
    }

    /// Makes an access token for `subject`, good for [`ACCESS_TTL`] from `now`.
    #[must_use]
    pub fn mint_access(&self, subject: &AccessSubject, now: DateTime<Utc>) -> String {
        let wire = AccessWire {
            sub: subject.user_id.to_string(),
            tenant_id: subject.tenant_id,
            branch_ids: subject.branch_ids.clone(),
            roles: subject.roles.clone(),
            email: subject.email.clone(),
            ver: subject.token_version,
            jti: Uuid::new_v4(),
        };
        sign(&self.staff, &ACCESS, &wire, now)
    }

    /// Verifies an access token and returns its claims.
    ///
    /// # Errors
    /// See [`TokenError`]; a refresh token is [`TokenError::Kind`].
    pub fn verify_access(&self, token: &str, now: DateTime<Utc>) -> Result<AccessClaims, TokenError> {
        let (wire, common) = self.verify::<AccessWire>(&self.staff, &ACCESS, token, now)?;
        let subject = AccessSubject {
            user_id: wire.sub.parse().map_err(|_| TokenError::Malformed)?,
            tenant_id: wire.tenant_id,
            email: wire.email,
            branch_ids: wire.branch_ids,
            roles: wire.roles,
            token_version: wire.ver,
        };
        Ok(AccessClaims { subject, issued_at: instant(common.iat)?, expires_at: instant(common.exp)? })
    }

    /// Makes the secret of an invitation's link, good for [`INVITATION_TTL`] from `now`.
    #[must_use]
    pub fn mint_invitation(&self, invitation: Invitation, now: DateTime<Utc>) -> String {
        let wire = InvitationWire { sub: invitation.user_id.to_string(), ver: invitation.token_version };
        sign(&self.staff, &INVITATION, &wire, now)
    }

    /// Verifies the secret of an invitation's link.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify_invitation(&self, token: &str, now: DateTime<Utc>) -> Result<Invitation, TokenError> {
        let (wire, _) = self.verify::<InvitationWire>(&self.staff, &INVITATION, token, now)?;
        let user_id = wire.sub.parse().map_err(|_| TokenError::Malformed)?;
        Ok(Invitation { user_id, token_version: wire.ver })
    }

    /// Makes the mark of a device on which `email` signed in, good for [`DEVICE_TTL`] from `now`. It opens nothing:
    /// where somebody guesses the account's password, it tells whose try is the owner's. A device `known` before stays
    /// the same device, and goes on knowing who else signed in there. `hash` is the stored one of the password: with
    /// another one the mark is good for nothing.
    #[must_use]
    pub fn mint_device(&self, known: Option<&KnownDevice>, email: &str, hash: &str, now: DateTime<Utc>) -> String {
        let jti = known.map_or_else(Uuid::new_v4, KnownDevice::id);
        let own = KnownAccount(short(email), short(hash));
        let others = known.iter().flat_map(|device| &device.accounts).filter(|other| other.0 != own.0).cloned();
        let accounts = std::iter::once(own.clone()).chain(others).take(MOST_KNOWN).collect();
        sign(&self.staff, &DEVICE, &DeviceWire { jti, accounts, sub: None, password: None }, now)
    }

    /// The device that a mark names. Ask it whom it [`knows`](KnownDevice::knows).
    #[must_use]
    pub fn known_device(&self, token: &str, now: DateTime<Utc>) -> Option<KnownDevice> {
        let (wire, _) = self.verify::<DeviceWire>(&self.staff, &DEVICE, token, now).ok()?;
        let DeviceWire { jti: id, mut accounts, sub, password } = wire;
        let older = sub.zip(password).map(|(sub, password)| KnownAccount(shortened(&sub), shortened(&password)));
        accounts.extend(older);
        Some(KnownDevice { id, accounts })
    }

    /// Makes a refresh token of `family`, the login that it stems from, good for [`REFRESH_TTL`] from `now`. The caller
    /// stores the digest of `jti`.
    #[must_use]
    pub fn mint_refresh(
        &self,
        user: UserId,
        tenant: TenantId,
        (jti, family): (Uuid, &str),
        now: DateTime<Utc>,
    ) -> String {
        let family = Some(family.to_owned());
        sign(&self.staff, &REFRESH, &RefreshWire { sub: user.to_string(), tenant_id: tenant, jti, family }, now)
    }

    /// Verifies a refresh token and returns its claims.
    ///
    /// # Errors
    /// See [`TokenError`]; an access token is [`TokenError::Kind`].
    pub fn verify_refresh(&self, token: &str, now: DateTime<Utc>) -> Result<RefreshClaims, TokenError> {
        let (wire, common) = self.verify::<RefreshWire>(&self.staff, &REFRESH, token, now)?;
        Ok(RefreshClaims {
            user_id: wire.sub.parse().map_err(|_| TokenError::Malformed)?,
            tenant_id: wire.tenant_id,
            jti: wire.jti,
            family: wire.family.unwrap_or_else(|| wire.jti.to_string()),
            expires_at: instant(common.exp)?,
        })
    }

    /// Makes a table token, good for [`TABLE_TTL`] from `now`.
    #[must_use]
    pub fn mint_table(&self, diner: &Diner, now: DateTime<Utc>) -> String {
        let wire = TableWire {
            tenant_id: diner.tenant_id(),
            branch_id: diner.branch_id(),
            table_id: diner.table_id(),
            session_id: diner.session_id(),
            phone_id: diner.phone_id(),
        };
        sign(&self.table, &TABLE, &wire, now)
    }

    /// Verifies a table token and returns its diner. The token does not say whether its phone was removed.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify_table(&self, token: &str, now: DateTime<Utc>) -> Result<Diner, TokenError> {
        let (wire, _) = self.verify::<TableWire>(&self.table, &TABLE, token, now)?;
        let diner = Diner::for_session(wire.tenant_id, wire.branch_id, wire.table_id, wire.session_id);
        Ok(wire.phone_id.map_or(diner, |phone| diner.on_phone(phone)))
    }

    fn verify<C: DeserializeOwned>(
        &self,
        key: &Key,
        kind: &Kind,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<(C, Common), TokenError> {
        let claims: Value =
            jsonwebtoken::decode(token, &key.verifying, &self.validation).map_err(|error| refusal(&error))?.claims;
        let common = Common::deserialize(&claims).map_err(|_| TokenError::Malformed)?;
        if (common.iss.as_str(), common.aud.as_str(), common.kind.as_str()) != (kind.issuer, kind.audience, kind.name) {
            return Err(TokenError::Kind);
        }
        if now.timestamp() >= common.exp {
            return Err(TokenError::Expired);
        }
        Ok((C::deserialize(&claims).map_err(|_| TokenError::Malformed)?, common))
    }
}

fn sign<C: Serialize>(key: &Key, kind: &Kind, own: &C, now: DateTime<Utc>) -> String {
    let iat = now.timestamp();
    let common = Common {
        iss: kind.issuer.to_owned(),
        aud: kind.audience.to_owned(),
        kind: kind.name.to_owned(),
        iat,
        exp: iat + kind.ttl.num_seconds(),
    };
    let json = serde_json::to_string(&Signed { own, common }).expect("claims are texts and integers under text keys");
    let payload = RawValue::from_string(atob_safe(&json)).expect("escaping a character in a text leaves it JSON");
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &payload, &key.signing)
        .expect("an HMAC key signs any bytes with HS256")
}

/// Escapes every character that could make base64url differ from base64.
///
/// The clients read the payload with the browser's `atob`, which knows neither `-` nor `_` and returns bytes, not
/// UTF-8. In ASCII text only `>`, `?`, `~` and DEL can bring about those two digits; an e-mail address may contain any
/// of them.
fn atob_safe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() && !matches!(character, '>' | '?' | '~' | '\x7f') {
            safe.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(safe, "\\u{unit:04x}").expect("a String takes any text");
            }
        }
    }
    safe
}

fn refusal(error: &jsonwebtoken::errors::Error) -> TokenError {
    match error.kind() {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName | ErrorKind::UnsupportedAlgorithm => {
            TokenError::Algorithm
        }
        // The library's error type may grow; every other error is one of the token's form.
        _ => TokenError::Malformed,
    }
}

fn instant(seconds: i64) -> Result<DateTime<Utc>, TokenError> {
    DateTime::from_timestamp(seconds, 0).ok_or(TokenError::Malformed)
}

#[cfg(test)]
mod tests;
