//! The rules at work: each counts its occasions and draws from a generator of its own, so that a run can be played
//! again whatever order parallel requests arrive in.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::call::Call;
use crate::delivery::{Delivery, DeliveryFault};
use crate::faults::{DeliveryRule, Fault, Rule, When};

/// A rule at work.
#[derive(Debug)]
struct Active<R> {
    id: u64,
    rule: R,
    seen: u32,
    fired: u32,
    rng: StdRng,
    /// Reads so far of each resource ([`Fault::NotFoundFirst`]).
    reads: BTreeMap<String, u32>,
}

impl<R> Active<R> {
    fn pull(&mut self, when: When) -> bool {
        let before = self.seen;
        self.seen = self.seen.saturating_add(1);
        let strikes = match when {
            When::Always => true,
            When::Times(times) => before < times,
            When::After { skip, times } => before >= skip && before - skip < times,
            When::PerThousand(share) => self.rng.random_range(0..1000) < share,
        };
        self.fired += u32::from(strikes);
        strikes
    }
}

fn between(rng: &mut StdRng, min: Duration, max: Duration) -> Duration {
    let width = u64::try_from(max.saturating_sub(min).as_micros()).unwrap_or(u64::MAX);
    min + Duration::from_micros(rng.random_range(0..=width))
}

/// All rules at work.
#[derive(Debug)]
pub(crate) struct Rules {
    calls: Vec<Active<Rule>>,
    deliveries: Vec<Active<DeliveryRule>>,
    seed: u64,
    issued: u64,
    rng: StdRng,
}

impl Rules {
    pub(crate) fn new(seed: u64) -> Self {
        let rng = StdRng::seed_from_u64(seed.wrapping_add(1));
        Self { calls: Vec::new(), deliveries: Vec::new(), seed, issued: 0, rng }
    }

    fn activate<R>(&mut self, rule: R) -> Active<R> {
        self.issued += 1;
        // A generator each: what one rule draws does not depend on how often another is asked.
        let rng = StdRng::seed_from_u64(self.seed.wrapping_mul(1_000_003).wrapping_add(self.issued));
        Active { id: self.issued, rule, seen: 0, fired: 0, rng, reads: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, rule: Rule) -> u64 {
        let active = self.activate(rule);
        self.calls.push(active);
        self.issued
    }

    pub(crate) fn add_delivery(&mut self, rule: DeliveryRule) -> u64 {
        let active = self.activate(rule);
        self.deliveries.push(active);
        self.issued
    }

    pub(crate) fn remove(&mut self, id: u64) {
        self.calls.retain(|active| active.id != id);
        self.deliveries.retain(|active| active.id != id);
    }

    pub(crate) fn clear(&mut self) {
        self.calls.clear();
        self.deliveries.clear();
    }

    pub(crate) fn fired(&self, id: u64) -> u32 {
        let calls = self.calls.iter().filter(|active| active.id == id).map(|active| active.fired);
        let deliveries = self.deliveries.iter().filter(|active| active.id == id).map(|active| active.fired);
        calls.chain(deliveries).sum()
    }

    /// Whether something of this share of a thousand happens.
    pub(crate) fn chance(&mut self, share: u32) -> bool {
        share > 0 && self.rng.random_range(0..1000) < share
    }

    /// What strikes a request.
    pub(crate) fn strike(&mut self, call: &Call) -> Vec<Fault> {
        let mut struck = Vec::new();
        for active in &mut self.calls {
            let rule = &active.rule;
            let matches = rule.seller.is_none_or(|seller| seller == call.seller)
                && rule.route.is_none_or(|route| route == call.route)
                && rule.resource.as_ref().is_none_or(|resource| *resource == call.resource);
            let when = rule.when;
            if !matches || !active.pull(when) {
                continue;
            }
            match active.rule.fault.clone() {
                Fault::NotFoundFirst(count) => {
                    let reads = active.reads.entry(call.resource.clone()).or_insert(0);
                    *reads += 1;
                    if *reads <= count {
                        struck.push(Fault::NotFoundFirst(count));
                    }
                }
                Fault::Latency { min, max } => {
                    let drawn = between(&mut active.rng, min, max);
                    struck.push(Fault::Latency { min: drawn, max: drawn });
                }
                fault => struck.push(fault),
            }
        }
        struck
    }

    /// What strikes a notification.
    pub(crate) fn strike_delivery(&mut self, delivery: &Delivery) -> Vec<DeliveryFault> {
        let mut struck = Vec::new();
        for active in &mut self.deliveries {
            let rule = &active.rule;
            let matches = rule.seller.is_none_or(|seller| seller == delivery.seller)
                && rule.topic.as_ref().is_none_or(|topic| *topic == delivery.topic)
                && rule.format.is_none_or(|format| format == delivery.format)
                && rule.payment.is_none_or(|payment| Some(payment) == delivery.payment);
            let when = rule.when;
            if !matches || !active.pull(when) {
                continue;
            }
            struck.push(match active.rule.fault.clone() {
                DeliveryFault::Delay { min, max } => {
                    let drawn = between(&mut active.rng, min, max);
                    DeliveryFault::Delay { min: drawn, max: drawn }
                }
                fault => fault,
            });
        }
        struck
    }
}
