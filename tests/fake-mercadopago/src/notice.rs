//! Which notifications a change sends: the same fact goes out as two to four deliveries, in two shapes.

use crate::clock::delta;
use crate::delivery::{Delivery, Format, Topic};
use crate::payment::Payment;
use crate::queue::enqueue;
use crate::state::State;
use crate::status::Status;

/// A payment was made. The order's notification comes first, before anything is approved.
pub(crate) fn created(state: &mut State, payment: u64) {
    let Some(payment) = state.payments.get(&payment).cloned() else { return };
    order(state, &payment);
    paid(state, &payment, "payment.created");
    if payment.status == Status::Approved {
        order(state, &payment);
    }
}

/// A payment changed.
pub(crate) fn updated(state: &mut State, payment: u64) {
    let Some(payment) = state.payments.get(&payment).cloned() else { return };
    paid(state, &payment, "payment.updated");
    order(state, &payment);
}

/// A chargeback was opened or decided.
pub(crate) fn charged_back(state: &mut State, payment: u64, chargeback: u64) {
    let Some(payment) = state.payments.get(&payment).cloned() else { return };
    tell(state, &payment, (Topic::Chargeback, Format::Webhook), chargeback, "topic_chargebacks_wh");
}

/// A dispute was opened.
pub(crate) fn claimed(state: &mut State, payment: u64) {
    let Some(payment) = state.payments.get(&payment).cloned() else { return };
    let claim = state.number(5_000_000_000);
    tell(state, &payment, (Topic::Claim, Format::Webhook), claim, "created");
}

fn paid(state: &mut State, payment: &Payment, action: &str) {
    tell(state, payment, (Topic::Payment, Format::Webhook), payment.id, action);
    tell(state, payment, (Topic::Payment, Format::Ipn), payment.id, action);
}

fn order(state: &mut State, payment: &Payment) {
    // Asked for Webhooks only, the provider sends the order's as one too; otherwise as an IPN.
    let webhooks = payment.notification_url.as_deref().is_some_and(|url| url.contains("source_news=webhooks"));
    let format = if webhooks { Format::Webhook } else { Format::Ipn };
    tell(state, payment, (Topic::MerchantOrder, format), payment.order, "update");
}

fn tell(state: &mut State, payment: &Payment, (topic, format): (Topic, Format), resource: u64, action: &str) {
    let notifies = state.sellers.get(&payment.seller).is_some_and(|seller| seller.notifies);
    let Some(url) = payment.notification_url.clone().filter(|_| notifies) else { return };
    let unwanted = match format {
        Format::Webhook => "source_news=ipn",
        Format::Ipn => "source_news=webhooks",
    };
    if url.contains(unwanted) {
        return;
    }
    let delivery = Delivery {
        seller: payment.seller,
        topic,
        format,
        resource: resource.to_string(),
        payment: Some(payment.id),
        action: action.to_owned(),
        url,
        notification: state.notification(),
        attempt: 1,
        flaws: Vec::new(),
        frozen: None,
    };
    let due = state.clock.now() + delta(state.options.notification_delay);
    enqueue(state, delivery, due);
}
