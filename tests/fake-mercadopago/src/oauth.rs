//! Tokens: issued to the application that acts for a seller, and rotated whole at every refresh.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::Deserialize;

use crate::call::{Call, Reply};
use crate::error::FakeError;
use crate::json::object;
use crate::seller::Seller;
use crate::state::{Grant, State};

/// 180 days.
const LIFE_SECONDS: u32 = 15_552_000;

/// Opens an account; one known by its number takes the new data and keeps its payments.
pub(crate) fn add_seller(state: &mut State, seller: Seller) {
    state.tokens.retain(|_, grant| grant.seller != seller.collector_id);
    grant(state, &seller);
    state.sellers.insert(seller.collector_id, seller);
}

fn grant(state: &mut State, seller: &Seller) {
    let until = state.clock.now() + TimeDelta::seconds(i64::from(LIFE_SECONDS));
    state.tokens.insert(seller.access_token.clone(), Grant { seller: seller.collector_id, until });
}

/// The seller withdraws the application's rights: its tokens are void.
pub(crate) fn revoke(state: &mut State, seller: u64) -> Result<(), FakeError> {
    let account = state.sellers.get_mut(&seller).ok_or(FakeError::UnknownSeller(seller))?;
    account.refresh_token.clear();
    state.tokens.retain(|_, grant| grant.seller != seller);
    Ok(())
}

/// The seller authorises the application: a code to be exchanged once.
pub(crate) fn authorize(state: &mut State, seller: u64) -> Result<String, FakeError> {
    if !state.sellers.contains_key(&seller) {
        return Err(FakeError::UnknownSeller(seller));
    }
    let code = format!("TG-{}-{seller}", state.uuid().simple());
    state.codes.insert(code.clone(), seller);
    Ok(code)
}

#[derive(Deserialize, Default)]
struct Asked {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
    #[serde(default)]
    refresh_token: String,
    #[serde(default)]
    code: String,
}

/// Reads a JSON or a form body: the provider takes both.
fn asked(call: &Call) -> Asked {
    serde_json::from_slice(&call.body).unwrap_or_else(|_| {
        let mut form: BTreeMap<_, _> = url::form_urlencoded::parse(&call.body).into_owned().collect();
        let mut take = |name: &str| form.remove(name).unwrap_or_default();
        Asked {
            grant_type: take("grant_type"),
            client_id: take("client_id"),
            client_secret: take("client_secret"),
            refresh_token: take("refresh_token"),
            code: take("code"),
        }
    })
}

/// What a token request with a dead code or token is told.
pub(crate) fn invalid_grant() -> Reply {
    Reply::error(400, "invalid_grant", "the code or refresh token is invalid, expired or was used")
}

/// `POST /oauth/token`
pub(crate) fn token(state: &mut State, call: &Call) -> Reply {
    let asked = asked(call);
    let seller = match asked.grant_type.as_str() {
        "refresh_token" if !asked.refresh_token.is_empty() => {
            state.sellers.values().find(|seller| seller.refresh_token == asked.refresh_token)
        }
        "authorization_code" => state.codes.get(&asked.code).and_then(|id| state.sellers.get(id)),
        "refresh_token" => None,
        _ => return Reply::error(400, "unsupported_grant_type", "grant_type is not supported"),
    };
    let Some(mut seller) = seller.cloned() else { return invalid_grant() };
    if seller.client_id != asked.client_id || seller.client_secret != asked.client_secret {
        return Reply::error(400, "invalid_client", "invalid client_id or client_secret");
    }
    state.codes.remove(&asked.code);
    if !state.options.quirks.old_tokens_live_on {
        state.tokens.remove(&seller.access_token);
    }
    seller.access_token = format!("APP_USR-{}-{}", seller.client_id, state.uuid().simple());
    seller.refresh_token = format!("TG-{}-{}", state.uuid().simple(), seller.collector_id);
    grant(state, &seller);
    let reply = Reply::ok(object([
        ("access_token", seller.access_token.as_str().into()),
        ("token_type", "Bearer".into()),
        ("expires_in", LIFE_SECONDS.into()),
        ("scope", "offline_access read write".into()),
        ("user_id", seller.collector_id.into()),
        ("refresh_token", seller.refresh_token.as_str().into()),
        ("public_key", format!("APP_USR-{}", state.uuid()).into()),
        ("live_mode", true.into()),
    ]));
    state.sellers.insert(seller.collector_id, seller);
    reply
}

/// `GET /users/me`
pub(crate) fn me(state: &State, call: &Call) -> Reply {
    let Some(seller) = state.sellers.get(&call.seller) else { return Reply::unauthorized() };
    Reply::ok(object([
        ("id", seller.collector_id.into()),
        ("nickname", seller.nickname.as_str().into()),
        ("site_id", seller.site.as_str().into()),
        ("country_id", country(&seller.site).into()),
        ("email", format!("{}@testuser.com", seller.nickname.to_lowercase()).into()),
        ("user_type", "normal".into()),
        ("status", object([("site_status", "active".into())])),
    ]))
}

fn country(site: &str) -> &'static str {
    match site {
        "MLB" => "BR",
        "MLC" => "CL",
        "MLM" => "MX",
        "MLU" => "UY",
        "MCO" => "CO",
        "MPE" => "PE",
        _ => "AR",
    }
}
