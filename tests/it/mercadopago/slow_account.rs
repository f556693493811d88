//! A provider that does not answer for one account keeps no other account waiting: not its payments, refunds and
//! cancellations, and not the sweep.

use fake_mercadopago::{DeliveryFault, DeliveryRule, Fault, Outcome, Rule, When};
use harness::{AppOptions, both_modes, json};

use super::{
    house::{Checkout, Till, provided, seller},
    neighbours::Neighbour,
};

/// How often the other account may be done with its wait before ours is done with its work. A machine that is too busy
/// for one try is not for all.
const TRIES: usize = 4;

/// An account whose provider answers nothing any more, with work in every queue.
struct Slow;

impl Slow {
    async fn fall_silent(till: &Till) {
        let theirs = Neighbour::move_in(till).await;
        let paid = theirs.checkout(900).await;
        let (approved, review) = (till.pay(&paid, None).await, theirs.checkout(300).await);
        let review = till.fake.pay(&review.preference, Outcome::InProcess, None).unwrap();
        till.quiet().await;
        till.fake.faults().add(Rule::anywhere(When::Always, Fault::Hang).seller(theirs.seller.collector_id));
        // More than has a place, in each.
        for _ in 0..6 {
            till.fake.pay(&paid.preference, Outcome::Approve, Some(10)).unwrap();
            let back = format!("/api/billing/payments/{}/refund", till.payment(approved, "id").await);
            theirs.admin.post(&back, json!({ "amount_cents": 10, "reason": "frío" })).await.expect(202);
        }
        let off = format!("/api/billing/payments/{}/cancel", till.payment(review, "id").await);
        let caller = (*theirs.admin).clone();
        tokio::spawn(async move { caller.post(&off, json!({})).await });
        let due = "update provider_account set swept_until = null where tenant_id = 9003;
            update checkout set sweep_at = created_at where tenant_id = 9003";
        till.app.sql_exec(due).await;
    }

    /// Their pieces of a queue that a worker has, with their leases.
    async fn waiting(till: &Till, queue: &str) -> Vec<String> {
        let held = format!(
            "select cast(id as text) || '.' || cast(fence as text) from work
            where queue = '{queue}' and tenant_id = 9003 and status = 'RUNNING' order by id"
        );
        till.app.sql_texts(&held).await
    }

    /// Ours is done while the very same call for theirs is waited for.
    async fn is_overtaken(till: &Till, queue: &str, ours: impl AsyncFn(usize)) {
        for number in 0..TRIES {
            let one = format!(
                "select min(1, count(*)) from work where queue = '{queue}' and tenant_id = 9003 and status = 'RUNNING'"
            );
            let one = if till.app.mode() == harness::Mode::Embedded { one } else { one.replace("min(", "least(") };
            till.until(&one, 1).await;
            let before = Self::waiting(till, queue).await;
            ours(number).await;
            let after = Self::waiting(till, queue).await;
            if before.iter().any(|held| after.contains(held)) {
                return;
            }
        }
        panic!("{queue}: ours is never done before theirs is\n{}", till.app.logs());
    }
}

/// An app that waits long for a provider's answer, and sweeps all the while.
fn patient() -> AppOptions {
    provided()
        .env("COMANDA_PAYMENT_TIMEOUT", "20s")
        .env("COMANDA_PAYMENT_LEASE", "60s")
        .env("COMANDA_PAYMENT_SWEEP_EVERY", "200ms")
}

/// A part of the bill at a table, of which no notice comes.
async fn quietly_paid(till: &Till, checkout: &Checkout, outcome: Outcome) -> u64 {
    till.fake.pay(&checkout.preference, outcome, None).expect("an open preference")
}

both_modes! {
    async fn an_account_whose_provider_hangs_delays_no_other(app: App = patient()) {
        let till = Till::open(app).await;
        Slow::fall_silent(&till).await;
        let party = till.party("INT-01").await;
        let known = async |payment: u64, status: &str| {
            let there = format!("select count(*) from payment where provider_payment_id = '{payment}' and status = '{status}'");
            till.until(&there, 1).await;
        };

        let paid = till.checkout(&party, Some(500)).await;
        Slow::is_overtaken(&till, "payment.sync", async |_| {
            let payment = quietly_paid(&till, &paid, Outcome::Approve).await;
            known(payment, "APPROVED").await;
        })
        .await;

        let first = till.app.sql_i64("select min(id) from payment where tenant_id <> 9003 and status = 'APPROVED'").await;
        let back = format!("/api/billing/payments/{first}/refund");
        Slow::is_overtaken(&till, "payment.refund", async |number| {
            till.manager.post(&back, json!({ "amount_cents": 10, "reason": "frío" })).await.expect(202);
            let done = format!("select count(*) from refund where payment_id = {first} and status = 'DONE'");
            till.until(&done, i64::try_from(number).unwrap() + 1).await;
        })
        .await;

        let off = till.checkout(&party, Some(300)).await;
        Slow::is_overtaken(&till, "payment.cancel", async |_| {
            let review = quietly_paid(&till, &off, Outcome::InProcess).await;
            known(review, "IN_PROCESS").await;
            let path = format!("/api/billing/payments/{}/cancel", till.payment(review, "id").await);
            assert_eq!(till.manager.post_empty(&path).await.expect(200)["status"], "CANCELLED");
        })
        .await;

        // Nobody tells of it: the sweep has to find it.
        till.fake.faults().add_delivery(DeliveryRule::new(When::Always, DeliveryFault::Drop).seller(seller().collector_id));
        let lost = till.checkout(&party, Some(200)).await;
        Slow::is_overtaken(&till, "payment.sweep", async |_| {
            let payment = quietly_paid(&till, &lost, Outcome::Approve).await;
            let due = format!("update checkout set sweep_at = created_at where id = '{}'", lost.reference);
            till.app.sql_exec(&due).await;
            known(payment, "APPROVED").await;
        })
        .await;

        // It speaks again, and nothing of theirs was lost.
        till.fake.faults().clear();
        till.app.operate(&["dead-letters", "replay", "--all"]);
        till.app.sql_exec("update work set next_at = created_at where status = 'QUEUED'").await;
        till.until("select count(*) from payment where tenant_id = 9003 and status = 'APPROVED'", 7).await;
        till.until("select count(*) from refund where tenant_id = 9003 and status in ('QUEUED', 'RUNNING', 'PENDING')", 0).await;
        assert_eq!(till.count("refund where tenant_id = 9003 and status in ('DONE', 'FAILED')").await, 6);
    }
}
