//! S9, S10, S14-S16, S27, S32: the provider is early, late, slow, silent, gone, or does not know us any more.

use std::time::{Duration, Instant};

use fake_mercadopago::{DeliveryFault, DeliveryRule, DeliverySpec, Fault, Outcome, Route, Rule, Seller, When};
use harness::{both_modes, duel, json};

use super::house::{Checkout, Till, preference, provided, seller};
use crate::look::events;

both_modes! {
    /// S9: the notice overtakes the answer to the request that made the checkout.
    async fn s09_a_payment_before_the_answer_is_found(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        till.fake.faults().add(Rule::new(Route::CreatePreference, When::Times(1), Fault::PayBeforeAnswer(Outcome::Approve)));
        preference(&party.phone, party.check, None).await;
        till.quiet().await;
        till.assert_check(party.check, "PAID", party.total).await;
        assert_eq!(till.incidents("ORPHAN").await, 0);
        till.assert_balanced().await;
    }

    /// S10: made, but we never heard of it; whichever of the two preferences is paid, it is this check's.
    async fn s10_a_checkout_whose_answer_is_lost_still_counts(app: App = provided()) {
        let till = Till::open(app).await;
        for (table, fault) in [("INT-01", Fault::ResetAfter), ("INT-02", Fault::StatusAfter(500)), ("INT-03", Fault::HangAfter)] {
            let party = till.party(table).await;
            till.fake.faults().add(Rule::new(Route::CreatePreference, When::Times(1), fault.clone()));
            let phone = party.phone.with_header("X-Idempotency-Key", table);
            let mut answer = preference(&phone, party.check, None).await;
            if answer.status != 200 {
                assert!(matches!(answer.status, 502 | 503), "{fault:?}: {}", answer.text());
                answer = preference(&phone, party.check, None).await;
            }
            let checkout = Checkout::of(&answer.expect(200));
            let made = till.fake.preferences_of(&checkout.reference);
            let oldest = Checkout { preference: made[0].clone(), ..checkout };
            till.pay(&oldest, None).await;
            till.assert_check(party.check, "PAID", party.total).await;
            assert_eq!(till.count(&format!("checkout where check_id = {}", party.check)).await, 1, "{fault:?}");
        }
        till.assert_balanced().await;
    }

    /// S14: the browser is back first, or at the same moment.
    async fn s14_a_return_races_the_notice(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, Some(party.total / 2)).await;
        let lost = till.fake.faults().add_delivery(DeliveryRule::new(When::Always, DeliveryFault::Drop));
        let payment = till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
        let returned = json!({ "payment_id": payment.to_string(), "external_reference": checkout.reference, "status": "approved" });
        let answer = party.phone.lenient().post("/api/billing/mercadopago/verify", returned).await.expect(200);
        assert_eq!((answer["status"].as_str(), answer["paid_cents"].as_i64()), (Some("approved"), Some(party.total / 2)));
        till.fake.faults().remove(lost);

        let rest = till.checkout(&party, None).await;
        let payment = till.fake.pay(&rest.preference, Outcome::Approve, None).unwrap();
        let (fake, phone) = (till.fake.clone(), party.phone.clone());
        let returned = json!({ "collection_id": payment, "external_reference": rest.reference });
        let (_, answer) = duel(
            async move { fake.deliver(payment, &DeliverySpec::webhook()).await.unwrap() },
            async move { phone.post("/api/billing/mercadopago/verify", returned).await },
        )
        .await;
        assert!(matches!(answer.expect(200)["status"].as_str(), Some("approved" | "pending")));
        till.quiet().await;
        till.assert_check(party.check, "PAID", party.total).await;
        assert_eq!(events(&till.app, "PAYMENT_APPROVED", "true").await, 2);
        assert_eq!(events(&till.app, "CHECK_PAID", "true").await, 1);
        let stranger = till.party("INT-02").await;
        let foreign = json!({ "payment_id": payment.to_string() });
        stranger.phone.post("/api/billing/mercadopago/verify", foreign).await.expect(404);
        till.assert_balanced().await;
    }

    /// S15: notices are taken while the provider is down, and followed when it is back.
    async fn s15_a_provider_that_is_down_loses_nothing(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        till.fake.faults().add_delivery(DeliveryRule::new(When::Always, DeliveryFault::Drop));
        let payment = till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
        till.fake.faults().clear();
        till.fake.stop_listening().await;
        let notice = till.fake.message(payment, &DeliverySpec::webhook()).unwrap();
        assert_eq!(till.fake.send(&notice).await.status, Some(200));
        let asked = Instant::now();
        let refused = preference(&party.phone, party.check, Some(100)).await;
        assert!(matches!(refused.status, 502 | 503), "{}", refused.text());
        assert!(asked.elapsed() < Duration::from_secs(5), "nobody waits long");
        assert_eq!(till.cash(party.check, 100).await.status, 200, "cash keeps working");
        till.fake.listen_again().await.unwrap();
        till.quiet().await;
        till.sweep().await;
        assert!(till.stands(payment, "APPROVED").await);
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }

    /// S15: 429 and 5xx, as they come.
    async fn s15_busy_answers_are_waited_out(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        for fault in [Fault::TooMany { retry_after: 1 }, Fault::Status(503), Fault::ResetBefore] {
            till.fake.faults().add(Rule::new(Route::ReadPayment, When::Times(1), fault));
        }
        till.pay(&checkout, None).await;
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }

    /// S16: the answer to a notice does not wait for the provider, and no lock does.
    async fn s16_a_slow_provider_slows_nobody(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, Some(party.total - 100)).await;
        let slow = Fault::Latency { min: Duration::from_millis(800), max: Duration::from_millis(800) };
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Times(2), slow));
        till.fake.faults().add(Rule::new(Route::ReadPayment, When::Times(1), Fault::Hang));
        let payment = till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
        let begun = Instant::now();
        assert_eq!(till.fake.deliver(payment, &DeliverySpec::webhook()).await.unwrap().status, Some(200));
        till.cash(party.check, 100).await.expect(200);
        assert!(begun.elapsed() < Duration::from_millis(700), "{:?}", begun.elapsed());
        till.quiet().await;
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }

    /// S27: credentials that are replaced while a worker finds the former ones refused leave nothing parked behind
    /// them.
    async fn s27_work_is_not_parked_after_the_credentials_came(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        let slow = Fault::Latency { min: Duration::from_millis(800), max: Duration::from_millis(800) };
        till.fake.faults().add(Rule::new(Route::Me, When::Times(1), slow));
        let again = Seller { access_token: "APP_USR-again-0001".to_owned(), ..seller() };
        till.fake.add_seller(again.clone());
        till.fake.pay(&checkout.preference, Outcome::Approve, None).unwrap();
        while till.fake.journal().requests_to(Route::Me).count() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let id = till.app.sql_i64("select id from provider_account").await;
        let form = json!({ "access_token": again.access_token });
        till.admin.patch(&format!("/api/admin/payment-accounts/{id}"), form).await.expect(200);
        tokio::time::sleep(Duration::from_secs(1)).await;
        till.quiet().await;
        assert_eq!(till.count("work where queue = 'payment.sync' and status = 'PARKED'").await, 0);
        assert_eq!(till.count("provider_account where status = 'BROKEN'").await, 0);
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }

    /// S27: a token that is refused parks the work; nothing is given up.
    async fn s27_a_revoked_token_parks_the_work(app: App = provided()) {
        let till = Till::open(app).await;
        let party = till.party("INT-01").await;
        let checkout = till.checkout(&party, None).await;
        till.fake.revoke(seller().collector_id).unwrap();
        let payment = till.pay(&checkout, None).await;
        assert!(till.count("work where queue = 'payment.sync' and status = 'PARKED'").await > 0);
        assert_eq!(till.count("provider_account where status = 'BROKEN'").await, 1);
        assert_eq!(till.incidents("CREDENTIALS_BROKEN").await, 1);
        let more = till.fake.deliver(payment, &DeliverySpec::webhook()).await.unwrap();
        assert_eq!(more.status, Some(200), "the notice is kept all the same");
        // A new webhook secret says nothing of the token.
        let id = till.app.sql_i64("select id from provider_account").await;
        let secret = json!({ "webhook_secrets": [seller().webhook_secret] });
        let still = till.admin.patch(&format!("/api/admin/payment-accounts/{id}"), secret).await.expect(200);
        assert_eq!(still["status"], "BROKEN");
        // The seller lets us in again: the same token is accepted, and the operator says so by a restart.
        till.fake.add_seller(seller());
        till.app.restart_api().await;
        till.quiet().await;
        till.sweep().await;
        till.assert_check(party.check, "PAID", party.total).await;
        till.assert_balanced().await;
    }
}
