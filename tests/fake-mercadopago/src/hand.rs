//! Notifications made by hand: one at a time, malformed as wished, with the answer in hand.

use std::sync::Arc;

use crate::delivery::{Delivery, DeliverySpec};
use crate::dispatch::record;
use crate::error::FakeError;
use crate::message::{self, Answer, Message};
use crate::provider::Provider;
use crate::state::State;

/// The delivery a spec describes, to `url`.
pub(crate) fn compose(state: &mut State, seller: u64, resource: &str, url: &str, spec: &DeliverySpec) -> Delivery {
    Delivery {
        seller,
        topic: spec.topic.clone(),
        format: spec.format,
        resource: spec.resource.clone().unwrap_or_else(|| resource.to_owned()),
        payment: resource.parse().ok(),
        action: spec.action.clone().unwrap_or_else(|| "payment.updated".to_owned()),
        url: url.to_owned(),
        notification: state.notification(),
        attempt: 1,
        flaws: spec.flaws.clone(),
        frozen: None,
    }
}

/// The bytes of a notification about a known payment, to its own address.
pub(crate) fn message(state: &mut State, payment: u64, spec: &DeliverySpec) -> Result<(Delivery, Message), FakeError> {
    let known = state.payments.get(&payment).ok_or(FakeError::UnknownPayment(payment))?;
    let url = known.notification_url.clone().ok_or(FakeError::NoAddress(payment))?;
    let seller = known.seller;
    let delivery = compose(state, seller, &payment.to_string(), &url, spec);
    let message = message::build(state, &delivery);
    Ok((delivery, message))
}

/// Sends one notification about a payment; it is not repeated, whatever the answer.
pub(crate) async fn deliver(provider: &Arc<Provider>, payment: u64, spec: &DeliverySpec) -> Result<Answer, FakeError> {
    let ((delivery, message), limit) = {
        let mut state = provider.state();
        (message(&mut state, payment, spec)?, state.options.ack_timeout)
    };
    let answer = message::send(&provider.client, &provider.clock, &message, limit).await;
    record(&mut provider.state(), &delivery, &message, &answer);
    Ok(answer)
}
