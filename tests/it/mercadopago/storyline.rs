//! What happens to one check by one seed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fake_mercadopago::{
    CancelReason, DeliveryFault, DeliveryRule, Fault, Flaw, Move, Outcome, Route, Rule, When, Winner,
};
use harness::json;
use tokio::sync::Mutex;

use super::house::{Checkout, Party, Till, try_post, wish};
use crate::scene::item;
use crate::seed::Seed;

pub(super) struct Story {
    till: Arc<Till>,
    chaos: Arc<Mutex<()>>,
    party: Party,
    seed: Seed,
    checkouts: Vec<Checkout>,
    /// Each with the instant of its last move: the provider's stamps have whole seconds.
    payments: BTreeMap<u64, Instant>,
    keys: u32,
}

impl Story {
    pub(super) fn new(till: Arc<Till>, chaos: Arc<Mutex<()>>, party: Party, seed: Seed) -> Self {
        Self { till, chaos, party, seed, checkouts: Vec::new(), payments: BTreeMap::new(), keys: 0 }
    }

    pub(super) async fn play(mut self) {
        let steps = 8 + self.seed.below(8);
        for _ in 0..steps {
            self.maybe_fault();
            match self.seed.below(100) {
                0..20 => self.checkout().await,
                20..48 => self.pay(),
                48..56 => self.cash().await,
                56..72 => self.advance().await,
                72..80 => self.refund().await,
                80..85 => self.come_back().await,
                85..89 => self.void().await,
                89..91 => self.close().await,
                91..95 => self.crash().await,
                _ => {
                    let pause = self.seed.below(80);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            }
        }
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        format!("{}-{}", self.party.check, self.keys)
    }

    async fn checkout(&mut self) {
        let amount = self.seed.chance(60).then(|| self.seed.cents(100, self.party.total.max(101)));
        let mut body = wish(self.party.check, amount);
        if self.seed.chance(30) {
            body["tip"] = json!({ "percent": 10 });
        }
        let key = self.key();
        let phone = self.party.phone.with_header("X-Idempotency-Key", &key);
        for _ in 0..2 {
            match try_post(&phone, "/api/billing/mercadopago/preference", &body).await {
                Some(reply) if reply.status == 200 => return self.checkouts.push(Checkout::of(&reply.json())),
                Some(reply) if reply.status < 500 => return,
                _ => tokio::time::sleep(Duration::from_millis(30)).await,
            }
        }
    }

    fn pay(&mut self) {
        let Some(checkout) = self.seed.pick(&self.checkouts).cloned() else { return };
        let outcome = match self.seed.below(10) {
            0 => Outcome::Reject("cc_rejected_high_risk".into()),
            1 | 2 => Outcome::InProcess,
            3 => Outcome::Authorize,
            _ => Outcome::Approve,
        };
        let amount = match self.seed.below(10) {
            0 => Some(checkout.amount + self.seed.cents(1, 5000)),
            1 | 2 => Some(self.seed.cents(1, checkout.amount)),
            _ => None,
        };
        if self.payments.len() < 4
            && let Ok(payment) = self.till.fake.pay(&checkout.preference, outcome, amount)
        {
            self.payments.insert(payment, Instant::now());
        }
    }

    async fn cash(&mut self) {
        let amount = self.seed.cents(1, self.party.total.max(2) / 2);
        let body = json!({ "check_id": self.party.check, "amount_cents": amount });
        let key = self.key();
        let waiter = self.till.waiter.with_header("X-Idempotency-Key", &key);
        for _ in 0..2 {
            if try_post(&waiter, "/api/billing/cash/pay", &body).await.is_some_and(|reply| reply.status < 500) {
                return;
            }
        }
    }

    /// A payment that has stood for a second, so that its next stamp is a later one.
    async fn settled_payment(&mut self) -> Option<u64> {
        let payments: Vec<u64> = self.payments.keys().copied().collect();
        let payment = *self.seed.pick(&payments)?;
        tokio::time::sleep_until((self.payments[&payment] + Duration::from_millis(1050)).into()).await;
        Some(payment)
    }

    async fn advance(&mut self) {
        let Some(payment) = self.settled_payment().await else { return };
        let step = match self.seed.below(10) {
            0 => Move::Reject("cc_rejected_other_reason".into()),
            1 => Move::Cancel(CancelReason::ByCollector),
            2 => Move::Capture,
            3 => Move::RefundFromPanel(Some(self.seed.cents(1, 2000))),
            4 => Move::RefundFromPanel(None),
            5 => Move::Mediate,
            6 => Move::ResolveMediation(if self.seed.chance(50) { Winner::Payer } else { Winner::Seller }),
            7 => Move::ChargeBack,
            8 => {
                if self.seed.chance(50) {
                    Move::SettleChargeback
                } else {
                    Move::ReimburseChargeback
                }
            }
            _ => Move::Approve,
        };
        if self.till.fake.advance(payment, step).is_ok() {
            self.payments.insert(payment, Instant::now());
        }
    }

    /// By us, through the provider.
    async fn refund(&mut self) {
        let Some(payment) = self.settled_payment().await else { return };
        let known = format!("select coalesce(max(id), 0) from payment where provider_payment_id = '{payment}'");
        let our = self.till.app.sql_i64(&known).await;
        let amount = self.seed.chance(70).then(|| self.seed.cents(1, 3000));
        let key = self.key();
        let manager = self.till.manager.with_header("X-Idempotency-Key", &key);
        let body = json!({ "amount_cents": amount, "reason": "por las moscas" });
        try_post(&manager, &format!("/api/billing/payments/{our}/refund"), &body).await;
        // The worker's moment is not ours to choose; nothing else may stamp the same second.
        self.payments.insert(payment, Instant::now() + Duration::from_secs(1));
    }

    async fn come_back(&mut self) {
        let payments: Vec<u64> = self.payments.keys().copied().collect();
        let Some(payment) = self.seed.pick(&payments) else { return };
        let body = json!({ "payment_id": payment.to_string() });
        try_post(&self.party.phone, "/api/billing/mercadopago/verify", &body).await;
    }

    async fn void(&mut self) {
        let line = self.seed.cents(1, 3);
        let item = item(&self.till.app, self.party.round, line).await;
        let path = format!("/api/waiter/rounds/items/{item}/void");
        let body = json!({ "reason": "se cayó" }).to_string();
        drop(self.till.manager.try_send(harness::reqwest::Method::PATCH, &path, "application/json", body).await);
    }

    /// The party leaves, whatever is owed.
    async fn close(&self) {
        let path = format!("/api/waiter/tables/{}/close", self.party.phone.table_id);
        try_post(&self.till.admin, &path, &json!({ "force": true })).await;
    }

    /// The provider, or we, die and come back.
    async fn crash(&mut self) {
        let Ok(_alone) = self.chaos.try_lock() else { return };
        if self.seed.chance(50) {
            self.till.fake.stop_listening().await;
            tokio::time::sleep(Duration::from_millis(self.seed.below(300))).await;
            self.till.fake.listen_again().await.expect("the port is still ours");
        } else {
            self.till.app.kill9_api();
            tokio::time::sleep(Duration::from_millis(self.seed.below(100))).await;
            self.till.app.restart_api().await;
        }
    }

    /// Something goes wrong a few times, with the requests or with the notices.
    fn maybe_fault(&mut self) {
        if !self.seed.chance(35) {
            return;
        }
        let when = When::Times(u32::try_from(1 + self.seed.below(3)).unwrap_or(1));
        let millis = |seed: &mut Seed, most| Duration::from_millis(seed.below(most));
        let faults = self.till.fake.faults();
        let _rule: u64 = match self.seed.below(14) {
            0 => faults.add_delivery(DeliveryRule::new(when, DeliveryFault::Drop)),
            1 => faults.add_delivery(DeliveryRule::new(when, DeliveryFault::Duplicate(4))),
            2 => faults.add_delivery(DeliveryRule::new(when, DeliveryFault::Reorder)),
            3 => {
                let max = millis(&mut self.seed, 400);
                faults.add_delivery(DeliveryRule::new(when, DeliveryFault::Delay { min: Duration::ZERO, max }))
            }
            4 => faults.add_delivery(DeliveryRule::new(when, DeliveryFault::Flaw(Flaw::WrongSecret))),
            5 => faults.add_delivery(DeliveryRule::new(when, DeliveryFault::Shuffle(3))),
            6 => faults.add(Rule::anywhere(when, Fault::Status(503))),
            7 => faults.add(Rule::anywhere(When::Times(1), Fault::Hang)),
            8 => faults.add(Rule::anywhere(when, Fault::ResetAfter)),
            9 => faults.add(Rule::new(Route::ReadPayment, when, Fault::Stale)),
            10 => faults.add(Rule::anywhere(when, Fault::TooMany { retry_after: 1 })),
            11 => faults.add(Rule::anywhere(when, Fault::ResetBefore)),
            12 => faults.add(Rule::new(Route::CreateRefund, When::Times(1), Fault::StatusAfter(500))),
            _ => {
                faults.add(Rule::new(Route::CreatePreference, When::Times(1), Fault::PayBeforeAnswer(Outcome::Approve)))
            }
        };
    }
}
