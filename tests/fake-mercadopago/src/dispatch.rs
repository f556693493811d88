//! Sends notifications when they are due and again when they are not acknowledged, by the fake's clock.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use crate::clock::delta;
use crate::delivery::{Delivery, Topic};
use crate::journal::DeliveryEntry;
use crate::message::{self, Answer, Message};
use crate::provider::Provider;
use crate::queue::{Waiting, enqueue};
use crate::state::State;

/// Runs until it is aborted; deliveries under way end with it.
pub(crate) async fn run(provider: Arc<Provider>) {
    let mut changed = provider.clock.subscribe();
    let mut under_way = tokio::task::JoinSet::new();
    loop {
        let (due, next) = {
            let mut state = provider.state();
            let now = provider.clock.now();
            (state.queue.take_due(now), state.queue.next_due(now))
        };
        for waiting in due {
            under_way.spawn(deliver(Arc::clone(&provider), waiting));
        }
        let pause = next.and_then(|due| provider.clock.wait(due)).unwrap_or(Duration::from_secs(3600));
        tokio::select! {
            _ = changed.changed() => {}
            () = tokio::time::sleep(pause) => {}
            Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
        }
    }
}

async fn deliver(provider: Arc<Provider>, mut waiting: Waiting) {
    let (message, limit) = {
        let mut state = provider.state();
        let message = match waiting.delivery.frozen.clone() {
            Some(message) => message,
            None => message::build(&mut state, &waiting.delivery),
        };
        (message, state.options.ack_timeout)
    };
    let answer = message::send(&provider.client, &provider.clock, &message, limit).await;
    let mut state = provider.state();
    record(&mut state, &waiting.delivery, &message, &answer);
    if !answer.acknowledged() {
        if state.options.quirks.retries.byte_identical {
            waiting.delivery.frozen = Some(message);
        }
        retry(&mut state, &waiting.delivery);
    }
    let now = state.clock.now();
    state.queue.finished(&waiting, now);
    drop(state);
    provider.clock.ring();
}

/// Writes a delivery and its answer in the journal.
pub(crate) fn record(state: &mut State, delivery: &Delivery, message: &Message, answer: &Answer) {
    let entry = DeliveryEntry {
        at: state.clock.now(),
        seller: delivery.seller,
        topic: delivery.topic.clone(),
        format: delivery.format,
        payment: delivery.payment,
        resource: delivery.resource.clone(),
        notification: delivery.notification,
        attempt: delivery.attempt,
        method: message.method.to_owned(),
        url: message.url.clone(),
        signature: message.header("x-signature"),
        request_id: message.header("x-request-id"),
        body: message.body.chars().take(16_384).collect(),
        answer: answer.clone(),
    };
    state.journal.deliveries.push(entry);
}

fn retry(state: &mut State, delivery: &Delivery) {
    let retries = &state.options.quirks.retries;
    // A fraud alert comes once.
    if delivery.attempt >= retries.attempts || delivery.topic == Topic::FraudAlert {
        return;
    }
    let quick = retries.quick_duplicate;
    let pause = if quick && delivery.attempt == 1 {
        TimeDelta::milliseconds(500)
    } else {
        let failures = usize::try_from(delivery.attempt).unwrap_or(usize::MAX) - usize::from(quick);
        let index = failures.saturating_sub(1).min(retries.pauses.len().saturating_sub(1));
        delta(retries.pauses.get(index).copied().unwrap_or(Duration::from_secs(900)))
    };
    let due = state.clock.now() + pause;
    let mut next = delivery.clone();
    next.attempt += 1;
    if next.frozen.is_none() {
        next.notification = state.notification();
        // What strikes it this time is decided anew.
        next.flaws.clear();
    }
    enqueue(state, next, due);
}
