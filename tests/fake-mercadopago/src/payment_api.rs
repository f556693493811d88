//! Reading, cancelling and capturing a payment over HTTP. A seller sees its own payments only.

use serde::Deserialize;

use crate::call::{Call, Reply};
use crate::clock::utc_stamp;
use crate::options::Foreign;
use crate::payment::{Payment, advance};
use crate::payment_view::body;
use crate::state::State;
use crate::status::{CancelReason, Move};

/// The real 404 of payments.
pub(crate) fn not_found(state: &mut State) -> Reply {
    let data = format!("{};{}", utc_stamp(state.clock.now()), state.wire_uuid());
    Reply::cause(404, "not_found", 2000, "Payment not found", &data)
}

/// The payment a call names, if it is the caller's; the refusal otherwise.
pub(crate) fn own(state: &mut State, call: &Call) -> Result<Payment, Reply> {
    match state.payments.get(&call.number()) {
        Some(payment) if payment.seller == call.seller => Ok(payment.clone()),
        Some(_) => Err(match state.options.quirks.foreign_payment {
            Foreign::NotFound => not_found(state),
            Foreign::Unauthorized => Reply::unauthorized(),
            Foreign::Forbidden => Reply::forbidden(),
        }),
        None => Err(not_found(state)),
    }
}

/// `GET /v1/payments/{id}`; a stale read shows the version before the last change.
pub(crate) fn read(state: &mut State, call: &Call, stale: bool) -> Reply {
    match own(state, call) {
        Ok(payment) => {
            let version = payment.previous.as_deref().filter(|_| stale).unwrap_or(&payment);
            Reply::ok(body(version, &state.refunds))
        }
        Err(refusal) => refusal,
    }
}

#[derive(Deserialize)]
struct Change {
    status: Option<String>,
    capture: Option<bool>,
}

/// `PUT /v1/payments/{id}`: cancels or captures.
pub(crate) fn update(state: &mut State, call: &Call) -> Reply {
    let payment = match own(state, call) {
        Ok(payment) => payment,
        Err(refusal) => return refusal,
    };
    let Ok(change) = serde_json::from_slice::<Change>(&call.body) else {
        return Reply::cause(400, "bad_request", 8, "The request body is invalid", "");
    };
    let step = match (change.status.as_deref(), change.capture) {
        (Some("cancelled"), _) => Move::Cancel(CancelReason::ByCollector),
        (None, Some(true)) => Move::Capture,
        _ => return Reply::cause(400, "bad_request", 2002, "The requested change is not allowed", ""),
    };
    match advance(state, payment.id, &step, false) {
        Ok(()) => read(state, call, false),
        Err(_) => {
            let message = "The action requested is not valid for the current payment state";
            Reply::cause(400, "bad_request", 2063, message, "")
        }
    }
}
