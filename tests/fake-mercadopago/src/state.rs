//! All the provider knows, behind one lock: every change is whole before the next request sees it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

use crate::chargeback::Chargeback;
use crate::clock::Clock;
use crate::journal::Journal;
use crate::options::Options;
use crate::order::Order;
use crate::payment::Payment;
use crate::preference::Preference;
use crate::queue::Queue;
use crate::refund::Refund;
use crate::rules::Rules;
use crate::seller::Seller;

/// A refund request that was answered: its key, and with what body.
#[derive(Debug, Clone)]
pub(crate) struct RefundKey {
    pub(crate) body: String,
}

/// What a token opens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grant {
    pub(crate) seller: u64,
    pub(crate) until: DateTime<Utc>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) clock: Clock,
    pub(crate) sellers: BTreeMap<u64, Seller>,
    pub(crate) tokens: BTreeMap<String, Grant>,
    /// One-time codes of sellers who have just authorised the application.
    pub(crate) codes: BTreeMap<String, u64>,
    pub(crate) preferences: BTreeMap<String, Preference>,
    pub(crate) preference_keys: BTreeMap<(u64, String), String>,
    pub(crate) payments: BTreeMap<u64, Payment>,
    pub(crate) refunds: BTreeMap<u64, Refund>,
    pub(crate) refund_keys: BTreeMap<(u64, String), RefundKey>,
    pub(crate) orders: BTreeMap<u64, Order>,
    pub(crate) chargebacks: BTreeMap<u64, Chargeback>,
    /// Which payment a submitted pay page made, so that a double click pays once.
    pub(crate) page_visits: BTreeMap<String, u64>,
    /// Requests counted in the running second, per seller.
    pub(crate) rates: BTreeMap<u64, (i64, u32)>,
    pub(crate) queue: Queue,
    pub(crate) rules: Rules,
    pub(crate) journal: Journal,
    pub(crate) rng: StdRng,
    base_url: String,
    wire_rng: StdRng,
    issued: u64,
    notified: u64,
}

impl State {
    pub(crate) fn new(options: Options, clock: Clock, base_url: String) -> Self {
        Self {
            sellers: BTreeMap::new(),
            tokens: BTreeMap::new(),
            codes: BTreeMap::new(),
            preferences: BTreeMap::new(),
            preference_keys: BTreeMap::new(),
            payments: BTreeMap::new(),
            refunds: BTreeMap::new(),
            refund_keys: BTreeMap::new(),
            orders: BTreeMap::new(),
            chargebacks: BTreeMap::new(),
            page_visits: BTreeMap::new(),
            rates: BTreeMap::new(),
            queue: Queue::default(),
            rules: Rules::new(options.seed),
            journal: Journal::default(),
            rng: StdRng::seed_from_u64(options.seed),
            wire_rng: StdRng::seed_from_u64(options.seed.wrapping_add(2)),
            issued: options.first_number,
            notified: 0,
            options,
            clock,
            base_url,
        }
    }

    /// Where the fake listens.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// How browsers reach it.
    pub(crate) fn public_url(&self) -> &str {
        self.options.public_url.as_deref().unwrap_or(&self.base_url).trim_end_matches('/')
    }

    /// A random id that names nothing kept: of a request, of a visit. It comes from a generator of its own, and
    /// notifications have a counter of their own, so that how deliveries interleave changes no resource's id.
    pub(crate) fn wire_uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.wire_rng.random()).into_uuid()
    }

    /// The next notification's number.
    pub(crate) fn notification(&mut self) -> u64 {
        self.notified += 1;
        129_000_000_000 + self.options.first_number + self.notified
    }

    /// A random id out of the seeded generator.
    pub(crate) fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.rng.random()).into_uuid()
    }

    /// The next resource number above `base`; no two resources share one.
    pub(crate) fn number(&mut self, base: u64) -> u64 {
        let number = base + self.issued;
        self.issued += 1;
        number
    }

    /// Who a token belongs to, while it lives.
    pub(crate) fn seller_of(&self, token: &str) -> Option<u64> {
        self.tokens.get(token).filter(|grant| self.clock.now() < grant.until).map(|grant| grant.seller)
    }

    /// Counts a request; whether it is one too many in this second.
    pub(crate) fn over_rate(&mut self, seller: u64) -> bool {
        let Some(limit) = self.options.quirks.requests_per_second else { return false };
        let second = self.clock.now().timestamp();
        let rate = self.rates.entry(seller).or_insert((second, 0));
        if rate.0 != second {
            *rate = (second, 0);
        }
        rate.1 += 1;
        rate.1 > limit
    }
}
