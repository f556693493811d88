//! S1, S2, S12, S13, S17, S21, S26, S29, S30: what a notice may do, and what it may not.

use std::time::Duration;

use fake_mercadopago::{DeliverySpec, Fault, Flaw, Move, Outcome, Route, Rule, Seller, When};
use harness::{both_modes, json};

use super::house::{Till, provided, seller};
use crate::look::events;

both_modes! {
    /// S1: webhooks and their IPN twins, one after the other and at once.
    async fn s01_the_same_notice_twice_has_one_effect(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        for _ in 0..3 {
            assert_eq!(till.fake.deliver(payment, &DeliverySpec::webhook()).await.unwrap().status, Some(200));
            till.fake.deliver(payment, &DeliverySpec::ipn()).await.unwrap();
            till.quiet().await;
        }
        let fake = till.fake.clone();
        let again = harness::race(10, move |_| {
            let fake = fake.clone();
            async move { fake.deliver(payment, &DeliverySpec::webhook()).await.unwrap().status }
        });
        assert_eq!(again.await, [Some(200); 10]);
        till.quiet().await;
        assert_eq!(till.count("payment").await, 1);
        assert_eq!(till.count("allocation").await, 3, "one for each charge");
        assert_eq!(events(&till.app, "PAYMENT_APPROVED", "true").await, 1);
        assert_eq!(events(&till.app, "CHECK_PAID", "true").await, 1);
        till.assert_balanced().await;
    }

    /// S2: coalescing must not lose what happens while the truth is on its way.
    async fn s02_a_notice_during_a_sync_is_not_lost(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        let slow = Fault::Latency { min: Duration::from_millis(400), max: Duration::from_millis(400) };
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Times(1), slow));
        let deliver = tokio::spawn({
            let fake = till.fake.clone();
            async move { fake.deliver(payment, &DeliverySpec::webhook()).await.unwrap() }
        });
        while till.fake.journal().requests_to(Route::ReadPayment).count() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        till.advance(payment, Move::RefundFromPanel(Some(500))).await;
        deliver.await.unwrap();
        till.quiet().await;
        assert_eq!(till.payment(payment, "refunded_cents").await, 500);
        till.assert_balanced().await;
    }

    /// S12: the body is never believed and a bad signature changes nothing, in `strict` mode not even the queue.
    async fn s12_a_forged_notice_is_refused_and_kept(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let payment = till.paid(&party).await;
        let looks = till.fake.journal().requests_to(Route::ReadPayment).count();
        for flaw in [Flaw::WrongSecret, Flaw::NoSignature, Flaw::NonAsciiV1] {
            let answer = till.fake.deliver(payment, &DeliverySpec::webhook().flaw(flaw.clone())).await.unwrap();
            assert_eq!(answer.status, Some(401), "{flaw:?}");
        }
        till.quiet().await;
        assert_eq!(till.fake.journal().requests_to(Route::ReadPayment).count(), looks, "nothing was fetched");
        assert_eq!((till.notices("INVALID").await, till.notices("UNSIGNED").await), (2, 1), "all are kept");
        till.assert_check(party.check, "PAID", party.total).await;
    }

    /// S12, for whoever has a broken secret: in `hint` mode the truth is fetched, late and seldom.
    async fn s12_a_hint_leads_to_a_look(app: App = provided().env("MERCADOPAGO_WEBHOOK_MODE", "hint")) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        till.fake.faults().add_delivery(fake_mercadopago::DeliveryRule::new(When::Always, fake_mercadopago::DeliveryFault::Flaw(Flaw::WrongSecret)));
        till.pay(&checkout, None).await;
        till.assert_check(party.check, "PAID", party.total).await;
        assert!(till.notices("INVALID").await > 0 && till.notices("VERIFIED").await == 0);
        till.assert_balanced().await;
    }

    /// S13: the signature covers the id in the query, nothing else, so nothing else is used.
    async fn s13_a_replay_or_a_swapped_body_only_leads_to_a_look(app: App = provided()) {
        let till = Till::open(app).await;
        let (one, other) = (till.party("INT-01").await, till.party("INT-02").await);
        let (paid, payment) = (till.paid(&one).await, till.paid(&other).await);
        let old = till.fake.message(payment, &DeliverySpec::webhook()).unwrap();
        for _ in 0..5 {
            assert_eq!(till.fake.send(&old).await.status, Some(200));
        }
        let body = format!(r#"{{"type":"payment","action":"payment.refunded","status":"refunded","data":{{"id":"{paid}"}}}}"#);
        let swapped = fake_mercadopago::Message { body, ..old };
        till.fake.send(&swapped).await;
        till.quiet().await;
        till.assert_check(one.check, "PAID", one.total).await;
        till.assert_check(other.check, "PAID", other.total).await;
        assert_eq!(till.count("payment").await, 2);
        till.assert_balanced().await;
    }

    /// S17: what another seller was paid is nobody's business here, whichever address its notice comes to.
    async fn s17_another_tenants_payment_has_no_effect(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        till.fake.add_seller(Seller::argentina(2));
        let theirs = Seller::argentina(2).collector_id;
        let known = till.fake.pay(&checkout.preference, Outcome::Reject("cc_rejected_other_reason".into()), None).unwrap();
        till.quiet().await;
        let url = till.notice_url(known);
        for (signed_by, status) in [(theirs, 401), (seller().collector_id, 200)] {
            let message = till.fake.message_to(signed_by, "146000000999", &url, &DeliverySpec::webhook()).unwrap();
            assert_eq!(till.fake.send(&message).await.status, Some(status));
        }
        let wrong = format!("{}g", &url[..url.len() - 1]);
        let message = till.fake.message_to(seller().collector_id, &known.to_string(), &wrong, &DeliverySpec::webhook()).unwrap();
        assert_eq!(till.fake.send(&message).await.status, Some(404));
        till.quiet().await;
        assert_eq!(till.count("payment").await, 1, "the refused one of our own");

        // The provider itself says that it was paid to another account.
        till.app.sql_exec(&format!("update provider_account set external_id = '{}'", seller().collector_id)).await;
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, Fault::Collector(theirs)));
        let payment = till.pay(&checkout, None).await;
        assert_eq!(till.payment(payment, "net_cents").await, 0);
        assert_eq!(till.incidents("ACCOUNT_DIFFERS").await, 1);
        till.assert_check(party.check, "REQUESTED", 0).await;
    }

    /// S21: a read that shows the past changes nothing.
    async fn s21_a_stale_answer_changes_nothing(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let payment = till.fake.pay(&checkout.preference, Outcome::InProcess, None).unwrap();
        till.quiet().await;
        till.advance(payment, Move::Approve).await;
        till.assert_check(party.check, "PAID", party.total).await;
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Times(2), Fault::Stale));
        for _ in 0..2 {
            till.fake.deliver(payment, &DeliverySpec::webhook()).await.unwrap();
            till.quiet().await;
        }
        assert!(till.stands(payment, "APPROVED").await);
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }

    /// S26: an id can be told before it can be read; one that never can is a dead letter, and the provider hears 200.
    async fn s26_an_unknown_id_is_tried_again_then_given_up(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, Fault::NotFoundFirst(3)));
        let payment = till.pay(&checkout, None).await;
        till.assert_check(party.check, "PAID", party.total).await;
        let url = till.notice_url(payment);
        let simulated = till.fake.message_to(seller().collector_id, "123456", &url, &DeliverySpec::webhook()).unwrap();
        assert_eq!(till.fake.send(&simulated).await.status, Some(200));
        till.quiet().await;
        assert_eq!(till.count("work where queue = 'payment.sync' and status = 'DEAD' and subject = '123456'").await, 1);
        // What a browser makes up is nobody's work.
        let made_up = json!({ "payment_id": "654321" });
        party.phone.post("/api/billing/mercadopago/verify", made_up).await.expect(404);
        till.quiet().await;
        assert_eq!(till.count("work where queue = 'payment.sync' and status = 'DONE' and subject = '654321'").await, 1);
        till.assert_balanced().await;
    }

    /// S29: what cannot be read is given up after its tries and stands in nobody's way.
    async fn s29_a_poisoned_payment_holds_up_no_other(app: App = provided()) {
        let till = Till::open(app).await;
        let (one, other) = (till.party("INT-01").await, till.party("INT-02").await);
        let (bad, good) = (till.checkout(&one, None).await, till.checkout(&other, None).await);
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Times(40), Fault::InvalidJson).payment(146_000_000_000));
        let poisoned = till.fake.pay(&bad.preference, Outcome::InProcess, None).unwrap();
        till.quiet().await;
        till.fake.faults().clear();
        let rule = till.fake.faults().add(Rule::new(Route::ReadPayment, When::Always, Fault::InvalidJson).payment(poisoned));
        till.fake.clock().advance(Duration::from_secs(1));
        till.fake.advance(poisoned, Move::Approve).unwrap();
        till.pay(&good, None).await;
        till.assert_check(other.check, "PAID", other.total).await;
        assert_eq!(till.count("work where queue = 'payment.sync' and status = 'DEAD' and kind = 'PAYMENT'").await, 1);
        assert!(till.fake.faults().fired(rule) >= 6, "five retries");
        till.fake.faults().clear();
        till.fake.deliver(poisoned, &DeliverySpec::webhook()).await.unwrap();
        till.quiet().await;
        till.assert_balanced().await;
    }

    /// S30: instants are compared, never texts; the provider writes -04:00, and signs in seconds or milliseconds.
    async fn s30_clocks_and_offsets_do_not_matter(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let payment = till.fake.pay(&checkout.preference, Outcome::InProcess, None).unwrap();
        till.quiet().await;
        till.fake.faults().add_delivery(fake_mercadopago::DeliveryRule::new(When::Always, fake_mercadopago::DeliveryFault::Drop));
        till.advance(payment, Move::Approve).await;
        for flaw in [Flaw::TsMillis, Flaw::TsShift(-86_400), Flaw::TsShift(86_400), Flaw::UppercaseV1, Flaw::SpacedHeader, Flaw::TwoV1] {
            let answer = till.fake.deliver(payment, &DeliverySpec::webhook().flaw(flaw.clone())).await.unwrap();
            assert_eq!(answer.status, Some(200), "{flaw:?}");
            till.quiet().await;
        }
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }
}
