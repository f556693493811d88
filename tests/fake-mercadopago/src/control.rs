//! The control plane `/_fake/*`: what a test says in-process, over HTTP for the stand-alone binary. Loopback only.
//!
//! | Request | Body | Answer |
//! |---|---|---|
//! | `GET /_fake/sellers` | | the accounts |
//! | `POST /_fake/sellers` | a [`Seller`] | `true` |
//! | `POST /_fake/pay` | `{"preference_id", "outcome", "amount"?, "times"?}` | `{"payments": [id]}` |
//! | `POST /_fake/advance` | `{"payment", "move", "force"?}` | `true`, 409 for an illegal move |
//! | `POST /_fake/settle-refund` | `{"refund", "approved"}` | `true` |
//! | `POST /_fake/faults` | a [`Rule`] | its id |
//! | `POST /_fake/delivery-faults` | a [`DeliveryRule`] | its id |
//! | `DELETE /_fake/faults` | | `true`; all rules of both kinds are gone |
//! | `POST /_fake/deliver` | `{"payment", "spec"?}` ([`DeliverySpec`]) | the receiver's answer |
//! | `POST /_fake/release` | | `true`; what is held back goes out |
//! | `POST /_fake/idle` | | `true` once no notification is due or under way |
//! | `GET /_fake/clock` | | `{"now", "scheduled"}` |
//! | `POST /_fake/clock` | `{"advance_seconds"}` | `true` |
//! | `GET /_fake/journal`, `GET /_fake/oracle` | | what was asked and sent; what is true |
//!
//! Enumerations are their names in snake case: `"approve"`, `{"reject": "cc_rejected_high_risk"}`,
//! `{"cancel": "by_payer"}`, `{"route": "read_payment", "when": {"times": 2}, "fault": {"status": 503}}`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::delivery::DeliverySpec;
use crate::distort::Rendered;
use crate::error::FakeError;
use crate::faults::{DeliveryRule, Rule};
use crate::hand;
use crate::oracle::Oracle;
use crate::provider::Provider;
use crate::seller::Seller;
use crate::status::{Move, Outcome};
use crate::{oauth, payment, refund};

#[derive(Deserialize)]
struct Pay {
    preference_id: String,
    outcome: Outcome,
    /// Hundredths.
    amount: Option<i64>,
    /// So many payments.
    times: Option<u32>,
}

#[derive(Deserialize)]
struct Advance {
    payment: u64,
    #[serde(rename = "move")]
    step: Move,
    #[serde(default)]
    force: bool,
}

#[derive(Deserialize)]
struct Deliver {
    payment: u64,
    #[serde(default)]
    spec: DeliverySpec,
}

#[derive(Deserialize)]
struct Settle {
    refund: u64,
    approved: bool,
}

#[derive(Deserialize)]
struct Ahead {
    advance_seconds: u64,
}

/// What an operation of the control plane says, as JSON text.
type Said = Result<String, Refused>;

/// Status and reason.
struct Refused(u16, String);

impl From<FakeError> for Refused {
    fn from(error: FakeError) -> Self {
        Self(error.http_status(), error.to_string())
    }
}

fn said(value: &impl Serialize) -> Said {
    serde_json::to_string(value).map_err(|error| Refused(500, error.to_string()))
}

fn read<T: DeserializeOwned>(call: &Call) -> Result<T, Refused> {
    serde_json::from_slice(&call.body).map_err(|error| Refused(400, error.to_string()))
}

/// Answers a request to the control plane.
pub(crate) async fn answer(provider: &Arc<Provider>, call: Call, peer: SocketAddr) -> Rendered {
    let open = peer.ip().is_loopback() && provider.state().options.control;
    let outcome = if open { operate(provider, &call).await } else { Err(Refused(403, "loopback only".to_owned())) };
    let (status, body) = match outcome {
        Ok(body) => (200, body),
        Err(Refused(status, reason)) => (status, serde_json::json!({ "error": reason }).to_string()),
    };
    Rendered { status, headers: vec![("content-type", "application/json".to_owned())], body }
}

async fn operate(provider: &Arc<Provider>, call: &Call) -> Said {
    match (call.method.as_str(), call.path.as_str()) {
        ("POST", "/_fake/pay") => pay(provider, &read(call)?),
        ("POST", "/_fake/deliver") => {
            let Deliver { payment, spec } = read(call)?;
            said(&hand::deliver(provider, payment, &spec).await?)
        }
        ("POST", "/_fake/idle") => {
            provider.idle().await;
            said(&true)
        }
        ("GET", _) => look(provider, call),
        _ => change(provider, call),
    }
}

fn pay(provider: &Provider, pay: &Pay) -> Said {
    let mut state = provider.state();
    let payments: Result<Vec<u64>, FakeError> = (0..pay.times.unwrap_or(1))
        .map(|_| payment::pay(&mut state, &pay.preference_id, &pay.outcome, pay.amount))
        .collect();
    said(&serde_json::json!({ "payments": payments? }))
}

fn look(provider: &Provider, call: &Call) -> Said {
    let state = provider.state();
    match call.path.as_str() {
        "/_fake/sellers" => said(&state.sellers.values().collect::<Vec<_>>()),
        "/_fake/clock" => said(&serde_json::json!({ "now": state.clock.now(), "scheduled": state.queue.schedule() })),
        "/_fake/journal" => said(&state.journal),
        "/_fake/oracle" => {
            let oracle = Oracle::of(&state);
            let sums = oracle.net_by_reference();
            said(&serde_json::json!({ "payments": oracle.payments, "net_by_reference": sums }))
        }
        _ => Err(Refused(404, "no such control".to_owned())),
    }
}

fn change(provider: &Provider, call: &Call) -> Said {
    let mut state = provider.state();
    match (call.method.as_str(), call.path.as_str()) {
        ("POST", "/_fake/sellers") => {
            let seller: Seller = read(call)?;
            oauth::add_seller(&mut state, seller);
        }
        ("POST", "/_fake/advance") => {
            let Advance { payment, step, force } = read(call)?;
            payment::advance(&mut state, payment, &step, force)?;
        }
        ("POST", "/_fake/settle-refund") => {
            let Settle { refund, approved } = read(call)?;
            refund::settle(&mut state, refund, approved)?;
        }
        ("POST", "/_fake/faults") => {
            let rule: Rule = read(call)?;
            return said(&state.rules.add(rule));
        }
        ("POST", "/_fake/delivery-faults") => {
            let rule: DeliveryRule = read(call)?;
            return said(&state.rules.add_delivery(rule));
        }
        ("DELETE", "/_fake/faults" | "/_fake/delivery-faults") => state.rules.clear(),
        ("POST", "/_fake/release") => {
            let now = state.clock.now();
            state.queue.release_held(now);
        }
        ("POST", "/_fake/clock") => {
            let Ahead { advance_seconds } = read(call)?;
            state.clock.advance(Duration::from_secs(advance_seconds));
        }
        _ => return Err(Refused(404, "no such control".to_owned())),
    }
    state.clock.ring();
    said(&true)
}
