//! No deadlock: everything that moves money, many times over on three checks, at two processes. It is the lock order
//! that prevents them, not the retries, so there must have been none of those either.
//!
//! A wait for one lock ends after five seconds (`lock_timeout`; 503 "Busy" with `Retry-After`; a wait for one of a
//! process's sixteen connections ends as soon, with other words). Everything about a party waits in line for its
//! session, and what moves the table as well, asking for the check and withdrawing it, holds the table while it waits
//! in that line, so that others of its kind wait for both. PostgreSQL's line is not a fair one either: who waited for a
//! row that was changed meanwhile lines up again. So the number of clients is bounded by what the machine does in five
//! seconds, not by the order of the locks: of 48 (a debug build on two cores) nine of the 960 calls were told "Busy",
//! all of them of those two kinds, without a deadlock. With two at a check, so long a wait can only be a circle, or a
//! lock that somebody keeps.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fake_mercadopago::{DeliverySpec, Move, Outcome};
use harness::{distributed_only, json, race};

use super::house::{Checkout, Party, Till, preference, provided};
use crate::scene::{item, void};
use crate::seed::Seed;

const CLIENTS: usize = 6;
const TURNS: usize = 40;

distributed_only! {
    async fn no_deadlock_over_all_money_operations(app: App = provided().api_processes(2)) {
        let till = Arc::new(Till::open(app).await);
        let mut parties = Vec::new();
        for table in ["INT-01", "INT-02", "INT-03"] {
            let party = till.party(table).await;
            let checkout = till.checkout(&party, Some(300)).await;
            let payment = till.pay(&checkout, None).await;
            parties.push((party, checkout, payment));
        }
        let (shared, parties) = (till.clone(), Arc::new(parties));
        let told = race(CLIENTS, move |client| {
            let (till, parties) = (shared.clone(), parties.clone());
            async move {
                let (mut seed, mut failed) = (Seed::new(client as u64), Vec::new());
                let mut longest = Duration::ZERO;
                for _ in 0..TURNS {
                    let (party, checkout, payment) = seed.pick(&parties).expect("three parties").clone();
                    let begun = Instant::now();
                    failed.extend(turn(&till, &mut seed, &party, &checkout, payment).await);
                    longest = longest.max(begun.elapsed());
                }
                (longest, failed)
            }
        })
        .await;
        let longest = told.iter().map(|(longest, _)| *longest).max().unwrap_or_default();
        till.quiet().await;
        // Backends report what they counted within a second of their last work.
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
        assert_eq!(till.app.sql_i64(deadlocks).await, 0);
        for index in 0..2 {
            let metrics = till.app.anonymous().at(&till.app.api_url_at(index)).get("/metrics").await.text();
            let names = ["transaction_lock_timeouts_total", "transaction_retries_total"];
            let counted = metrics.lines().filter(|line| names.iter().any(|name| line.starts_with(name)));
            let bad: Vec<_> = counted.filter(|line| !line.ends_with(" 0")).collect();
            assert!(bad.is_empty(), "{bad:?}; the longest answer took {longest:?}");
        }
        assert!(told.iter().all(|(_, failed)| failed.is_empty()), "{told:?}");
        eprintln!("the longest answer took {longest:?}");
        till.assert_balanced().await;
    }
}

/// The latest row of a check in a table, if it has one.
async fn any(till: &Till, table: &str, check: i64) -> Option<i64> {
    let id = till.app.sql_i64(&format!("select coalesce(max(id), 0) from {table} where check_id = {check}")).await;
    (id > 0).then_some(id)
}

/// One of the operations; what a client was told that no client should be.
async fn turn(till: &Till, seed: &mut Seed, party: &Party, checkout: &Checkout, payment: u64) -> Option<String> {
    let (session, check) = (party.phone.session_id, party.check);
    let answer = match seed.below(19) {
        0 | 1 => till.cash(check, seed.cents(1, 400)).await,
        2 => preference(&party.phone, check, Some(seed.cents(1, 400))).await,
        3 => party.phone.post("/api/billing/check/request", json!({})).await,
        4 => till.waiter.post_empty(&format!("/api/waiter/sessions/{session}/check/withdraw")).await,
        5 => {
            let off = json!({ "discount_type": "AMOUNT", "value": seed.cents(1, 20), "reason": "de la casa" });
            till.manager.post(&format!("/api/waiter/sessions/{session}/discount"), off).await
        }
        6 if seed.chance(20) => {
            let line = seed.cents(1, 3);
            void(&till.manager, item(&till.app, party.round, line).await).await
        }
        7 => party.phone.post("/api/billing/mercadopago/verify", json!({ "payment_id": payment.to_string() })).await,
        8 => till.refund(payment, Some(seed.cents(1, 5))).await,
        9 => {
            let outcome = if seed.chance(30) { Outcome::InProcess } else { Outcome::Approve };
            till.fake.pay(&checkout.preference, outcome, Some(seed.cents(1, 200))).unwrap();
            return None;
        }
        10 => {
            let _ = till.fake.advance(payment, Move::RefundFromPanel(Some(1)));
            return None;
        }
        11 => {
            let discount = any(till, "check_discount", check).await?;
            till.manager.delete(&format!("/api/waiter/discounts/{discount}")).await
        }
        12 => {
            let charge = any(till, "charge", check).await?;
            let claim = json!({ "diner_id": party.phone.diner_id, "items": [{ "charge_id": charge }] });
            party.phone.put(&format!("/api/billing/check/{check}/claims"), claim).await
        }
        13 => party.phone.delete(&format!("/api/billing/check/{check}/claims?diner_id={}", party.phone.diner_id)).await,
        14 => {
            let card = json!({ "check_id": check, "amount_cents": seed.cents(1, 400), "manual_method": "CARD_PHYSICAL", "tip": { "percent": 10 } });
            till.manager.post("/api/waiter/payments/manual", card).await
        }
        15 => {
            let word = if seed.chance(50) { "approve" } else { "dismiss" };
            let proposed =
                "(select refund.id, payment.check_id from refund join payment on payment.id = refund.payment_id
                where refund.status = 'PROPOSED') proposed";
            let refund = any(till, proposed, check).await?;
            till.manager.post_empty(&format!("/api/billing/refunds/{refund}/{word}")).await
        }
        16 => {
            let by_hand = any(till, "(select id, check_id from payment where tender = 'CASH') cash", check).await?;
            let back = json!({ "amount_cents": seed.cents(1, 50), "reason": "de menos" });
            till.manager.post(&format!("/api/billing/payments/{by_hand}/refund"), back).await
        }
        17 => {
            let review = "(select id, check_id from payment where status = 'IN_PROCESS') review";
            let review = any(till, review, check).await?;
            till.manager.post_empty(&format!("/api/billing/payments/{review}/cancel")).await
        }
        _ => {
            assert_eq!(till.fake.deliver(payment, &DeliverySpec::webhook()).await.unwrap().status, Some(200));
            return None;
        }
    };
    (answer.status >= 500).then(|| answer.text())
}
