//! S27, S32: what an account does while its token is refused, and while it is being replaced.

use std::sync::Arc;
use std::time::Duration;

use fake_mercadopago::{DeliveryFault, DeliveryRule, DeliverySpec, Fault, Outcome, Route, Rule, Seller, When};
use harness::{both_modes, distributed_only, json, race};

use super::house::{Till, provided, seller};

/// After so long a token has run out at the provider.
const LIFE: Duration = Duration::from_secs(181 * 24 * 3_600);

/// Lets the account renew its token, which is known to end at `ends`.
async fn make_renewable(till: &Till, ends: &str) {
    let Seller { access_token, refresh_token, client_id, client_secret, .. } = seller();
    let form = json!({ "access_token": access_token, "refresh_token": refresh_token, "client_id": client_id,
        "client_secret": client_secret, "token_expires_at": ends });
    let path = format!("/api/admin/payment-accounts/{}", till.app.sql_i64("select id from provider_account").await);
    till.admin.patch(&path, form).await.expect(200);
}

/// A renewal that others meet half-way: the provider has taken the former token back, and its answer is on the way.
fn slow_renewal(till: &Till) {
    let slow = Fault::Latency { min: Duration::from_millis(500), max: Duration::from_millis(500) };
    till.fake.faults().add(Rule::new(Route::Token, When::Always, slow));
}

async fn assert_renewed_once(till: &Till, incidents: i64) {
    assert_eq!(till.fake.journal().requests_to(Route::Token).count(), 1, "the provider was asked once");
    assert_eq!(till.count("provider_account where status = 'ACTIVE'").await, 1);
    assert_eq!(till.count("work where queue = 'payment.sync' and status in ('PARKED', 'DEAD')").await, 0);
    assert_eq!(till.incidents("CREDENTIALS_BROKEN").await, incidents, "nobody was told that the account is broken");
}

distributed_only! {
    /// S32: both processes meet the refusal of a token that has run out at the same moment.
    async fn s32_two_processes_meet_a_token_that_ran_out(app: App = provided().api_processes(2)) {
        let till = Arc::new(Till::open(app).await);
        make_renewable(&till, "2030-01-01T00:00:00Z").await;
        let dropped = till.fake.faults().add_delivery(DeliveryRule::new(When::Always, DeliveryFault::Drop));
        let mut bills = Vec::new();
        for table in ["INT-01", "INT-02", "INT-03", "INT-04"] {
            let party = till.party(table).await;
            let checkout = till.checkout(&party, None).await;
            bills.push((party, till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap()));
        }
        till.fake.faults().remove(dropped);
        till.fake.clock().advance(LIFE);
        slow_renewal(&till);
        let notices: Vec<_> = bills
            .iter()
            .enumerate()
            .map(|(index, (_, payment))| {
                let notice = till.fake.message(*payment, &DeliverySpec::webhook()).unwrap();
                let path = notice.url.find("/api/").expect("a path of ours");
                fake_mercadopago::Message { url: till.app.api_url_at(index % 2) + &notice.url[path..], ..notice }
            })
            .collect();
        let (fake, notices) = (till.fake.clone(), Arc::new(notices));
        let answers = race(4, move |index| {
            let (fake, notices) = (fake.clone(), notices.clone());
            async move { fake.send(&notices[index]).await.status }
        });
        assert_eq!(answers.await, [Some(200); 4]);
        till.quiet().await;
        for (party, payment) in &bills {
            assert!(till.stands(*payment, "APPROVED").await);
            till.assert_check(party.check, "PAID", party.total).await;
        }
        assert_renewed_once(&till, 0).await;
        till.assert_balanced().await;
    }

    /// S32: the sweeps of both processes find a token that ends soon; payments come in all the while.
    async fn s32_two_sweeps_renew_a_token_once(
        app: App = provided().api_processes(2).env("COMANDA_PAYMENT_SWEEP_EVERY", "200ms")
    ) {
        let till = Till::open(app).await;
        let mut bills = Vec::new();
        for table in ["INT-01", "INT-02", "INT-03", "INT-04"] {
            let party = till.party(table).await;
            let checkout = till.checkout(&party, None).await;
            bills.push((party, checkout));
        }
        slow_renewal(&till);
        // A sweep may have come before the provider knew the seller, and rightly found it refused.
        let incidents = till.incidents("CREDENTIALS_BROKEN").await;
        make_renewable(&till, "2026-01-01T00:00:00Z").await;
        for (_, checkout) in &bills {
            till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
        till.quiet().await;
        assert_renewed_once(&till, incidents).await;
        for (party, _) in &bills {
            till.assert_check(party.check, "PAID", party.total).await;
        }
        till.assert_balanced().await;
    }
}

both_modes! {
    /// S32: a token endpoint that does not answer breaks no account.
    async fn s32_a_renewal_that_fails_is_made_again(app: App = provided()) {
        let till = Till::open(app).await;
        make_renewable(&till, "2030-01-01T00:00:00Z").await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let dropped = till.fake.faults().add_delivery(DeliveryRule::new(When::Always, DeliveryFault::Drop));
        let payment = till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
        till.fake.faults().remove(dropped);
        till.fake.clock().advance(LIFE);
        till.fake.faults().add(Rule::new(Route::Token, When::Times(2), Fault::Status(503)));
        till.fake.deliver(payment, &DeliverySpec::webhook()).await.unwrap();
        till.quiet().await;
        till.assert_check(party.check, "PAID", party.total).await;
        assert_eq!(till.incidents("CREDENTIALS_BROKEN").await, 0);
        till.assert_balanced().await;
    }

    /// S27: a refund that is asked for while the account is out of order waits for the new credentials, and is made
    /// once.
    async fn s27_a_refund_waits_for_credentials(app: App = provided()) {
        let till = Till::open(app).await;
        let (party, other) = (till.party("INT-01").await, till.party("INT-02").await);
        let (payment, asked) = (till.paid(&party).await, till.paid(&other).await);
        till.fake.clock().advance(Duration::from_secs(1));
        till.fake.revoke(seller().collector_id).unwrap();
        // The first refund meets the refusal, the second an account that is known to be out of order.
        till.refund(payment, Some(150)).await.expect(202);
        till.until("select count(*) from provider_account where status = 'BROKEN'", 1).await;
        till.refund(asked, Some(250)).await.expect(202);
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(till.count("refund where status = 'QUEUED'").await, 2, "both wait, neither is given up");
        assert_eq!(till.incidents("REFUND_FAILED").await, 0);
        till.assert_check(party.check, "PAID", party.total).await;
        let again = Seller { access_token: "APP_USR-again-0001".to_owned(), ..seller() };
        till.fake.add_seller(again.clone());
        let path = format!("/api/admin/payment-accounts/{}", till.app.sql_i64("select id from provider_account").await);
        till.admin.patch(&path, json!({ "access_token": again.access_token })).await.expect(200);
        till.quiet().await;
        for (party, payment, cents) in [(party, payment, 150), (other, asked, 250)] {
            assert_eq!(till.fake.refunds_created(payment).iter().map(|made| made.1).collect::<Vec<_>>(), [cents]);
            till.assert_check(party.check, "IN_PAYMENT", party.total - cents).await;
        }
        till.assert_balanced().await;
    }

    /// An account that is removed leaves nothing that nobody sees: neither work, nor refunds, nor later notices.
    async fn a_removed_account_leaves_its_work_to_people(app: App = provided()) {
        let till = Till::open(app).await;
        let (party, other) = (till.party("INT-01").await, till.party("INT-02").await);
        let (payment, checkout) = (till.paid(&party).await, till.checkout(&other, None).await);
        till.fake.clock().advance(Duration::from_secs(1));
        till.fake.revoke(seller().collector_id).unwrap();
        till.refund(payment, Some(150)).await.expect(202);
        till.until("select count(*) from provider_account where status = 'BROKEN'", 1).await;
        let late = till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
        tokio::time::timeout(Duration::from_secs(30), till.fake.deliveries_idle()).await.expect("it falls silent");
        let late_number = late.to_string();
        let rests = "work where queue = 'payment.sync' and status in ('QUEUED', 'RUNNING', 'PARKED')";
        assert!(till.count(rests).await > 0);
        let path = format!("/api/admin/payment-accounts/{}", till.app.sql_i64("select id from provider_account").await);
        till.admin.delete(&path).await.expect(204);

        let all_dead = async || {
            assert_eq!(till.count(rests).await, 0, "nobody would ever lease it");
            let letters = till.manager.get("/api/admin/payments/dead-letters").await.expect(200);
            let letters = letters.as_array().cloned().unwrap_or_default();
            letters.into_iter().find(|letter| letter["resource_id"] == *late_number).expect("a dead letter")
        };
        let letter = all_dead().await;
        assert!(letter["last_error"].as_str().is_some_and(|why| why.contains("out of use")), "{letter}");
        let replay = format!("/api/admin/payments/dead-letters/{}/replay", letter["id"]);
        assert_eq!(till.manager.post_empty(&replay).await.expect(409)["code"], "account_disabled");
        till.app.operate(&["dead-letters", "replay", "--all"]);
        assert_eq!(till.fake.deliver(late, &DeliverySpec::webhook()).await.unwrap().status, Some(200));
        all_dead().await;

        // The refund that was promised is a task again, and its reason is told.
        assert_eq!((till.count("refund where status = 'FAILED'").await, till.incidents("REFUND_FAILED").await), (1, 1));
        let tasks = till.manager.get("/api/billing/refunds").await.expect(200);
        let approve = format!("/api/billing/refunds/{}/approve", tasks[0]["refund_id"]);
        assert_eq!(till.manager.post_empty(&approve).await.expect(400)["code"], "account_disabled");
        assert_eq!(till.refund(payment, Some(100)).await.expect(400)["code"], "account_disabled");
        till.manager.post_empty(&format!("/api/billing/refunds/{}/dismiss", tasks[0]["refund_id"])).await.expect(200);
        till.assert_check(party.check, "PAID", party.total).await;
    }
}
